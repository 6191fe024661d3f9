"""Visual and geometric descriptors side by side (Caraffa et al., "FreeZe", ECCV 2024, and FreeZeV2)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.core.observation import Observation
from pose_nodes.features.appearance import Appearance
from pose_nodes.features.choice import Descriptor
from pose_nodes.features.feature_cache import FeatureCache
from pose_nodes.features.patch_encoder import NAME, PatchEncoder
from pose_nodes.features.principal_components import PrincipalComponents
from pose_nodes.features.token_grid import unit
from pose_nodes.features.visual import Visual
from pose_nodes.features.visual_config import VisualConfig
from pose_nodes.geometry.pointcloud import PointCloud
from pose_nodes.objects.model import ObjectModel


class Fused:
    """Describes by image and shape."""

    def __init__(
        self,
        geometric: Descriptor,
        encoder: PatchEncoder,
        config: VisualConfig,
        cache: FeatureCache | None = None,
    ) -> None:
        """Join a geometric descriptor and a vision network; nothing is kept on disk without a cache."""
        self._geometric, self._encoder, self._config = geometric, encoder, config
        self._visual, self._cache = Visual(encoder, config), cache or FeatureCache()

    def onboard(self, model: ObjectModel) -> FusedObject:
        """Describe an object, which takes as long as the network takes for all views of it, or remember how
        it was described."""
        kept = self._cache.remembered(self._content(model), lambda: self._described(model))
        return FusedObject(
            np.asarray(kept["features"], np.float32),
            PrincipalComponents(np.asarray(kept["mean"], float), np.asarray(kept["axes"], float)),
            self._visual,
            self._geometric,
            model.diameter,
            self._config.weight,
        )

    def _described(self, model: ObjectModel) -> dict[str, NDArray[np.generic]]:
        known = self._visual.of_object(model)
        shape = self._geometric.describe(PointCloud(model.points, model.normals), model.diameter)
        features = joined(known.features, shape, self._config.weight)
        return {"features": features, "mean": known.components.mean, "axes": known.components.axes}

    def _content(self, model: ObjectModel) -> list[str | NDArray[np.generic]]:
        """All that the description of an object depends on."""
        mesh, nothing = model.mesh, np.zeros(0)
        colors = nothing if mesh.vertex_colors is None else mesh.vertex_colors
        texture = [nothing] if mesh.texture is None else [mesh.texture.coordinates, mesh.texture.image]
        used = (self._encoder.fingerprint, self._geometric.fingerprint, repr(self._config))
        points = (model.points, model.normals, np.array([model.diameter]))
        return [*used, *points, mesh.vertices, mesh.faces, colors, *texture]

    def appearance(self, model: ObjectModel) -> Appearance | None:
        """Compares an object with images; None for a mesh without colours, which looks like nothing."""
        if model.mesh.texture is None and model.mesh.vertex_colors is None:
            return None
        return Appearance(model.mesh, self._encoder, self._config)


@dataclass(frozen=True, eq=False)
class FusedObject:
    """An object whose points are described by image and shape.

    Attributes:
        features: (n, d) float32, see `joined`.
        components: of its visual part.
    """

    features: NDArray[np.float32]
    components: PrincipalComponents
    _visual: Visual
    _geometric: Descriptor
    _diameter: float
    _weight: float

    def describe(self, scene: PointCloud, observation: Observation | None) -> NDArray[np.float32]:
        """(m, d) descriptors of points of a segment; see `DescribedObject`."""
        if observation is None:
            raise InvalidInputError(
                f"features '{NAME}': there is no image of these points; choose the features dgedi or fpfh"
            )
        visual = self._visual.of_points(scene.points, observation, self.components)
        return joined(visual, self._geometric.describe(scene, self._diameter), self._weight)


def joined(visual: NDArray[np.float32], shape: NDArray[np.float32], weight: float) -> NDArray[np.float32]:
    """Two descriptors of the same points as one.

    Args:
        visual: (n, k) unit vectors, or zero where nothing is known.
        shape: (n, c) vectors of any length, of which only the direction counts.
        weight: of the visual part; of the other it is 1.

    Returns:
        (n, k + c) float32 unit vectors, shorter where a part is zero. The cosine of two is the mean of those
        of the parts, weighted by the square of the weight.
    """
    both = np.concatenate([weight * visual, unit(shape)], axis=1)
    return np.asarray(both / np.sqrt(1.0 + weight**2), np.float32)
