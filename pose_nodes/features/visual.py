"""Visual descriptors of points: the tokens of a vision network where the points are seen, few numbers each.

After Caraffa et al., "FreeZe", ECCV 2024, and FreeZeV2: DINOv2 on a square crop, tokens sampled bilinearly at
each point's pixel, principal components fitted on the object.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.core.observation import Observation
from pose_nodes.features.patch_encoder import NAME, PatchEncoder
from pose_nodes.features.principal_components import PrincipalComponents
from pose_nodes.features.query_views import surface_tokens
from pose_nodes.features.square_crop import SquareCrop
from pose_nodes.features.token_grid import sampled, unit
from pose_nodes.features.visual_config import VisualConfig
from pose_nodes.objects.model import ObjectModel


@dataclass(frozen=True, eq=False)
class VisualObject:
    """An object's surface as a vision network sees it.

    Attributes:
        features: (n, k) float32 unit vectors of the model's points; zero for those that no view shows, which
            no camera sees either.
        components: that take tokens to such vectors.
    """

    features: NDArray[np.float32]
    components: PrincipalComponents


class Visual:
    """Describes objects, and points that are seen in an image, so that both can be compared."""

    def __init__(self, encoder: PatchEncoder, config: VisualConfig) -> None:
        """Use a network."""
        self._encoder, self._config = encoder, config

    def of_object(self, model: ObjectModel) -> VisualObject:
        """Describe the points of a model by rendered views of it; takes as long as so many images."""
        surface = surface_tokens(model, self._encoder, self._config)
        seen = surface.views > 0
        components = PrincipalComponents.fitted(surface.means[seen], self._config.components)
        features = np.zeros((len(seen), len(components.axes)), np.float32)
        features[seen] = unit(components.of(surface.means[seen]))
        return VisualObject(features, components)

    def of_points(
        self, points: NDArray[np.float64], observation: Observation, components: PrincipalComponents
    ) -> NDArray[np.float32]:
        """Describe points of a segment.

        Args:
            points: (m, 3) camera frame, metres.
            observation: the frame, with its colour, and the segment.
            components: of the object that is looked for.

        Returns:
            (m, k) float32 unit vectors.

        Raises:
            InvalidInputError: there is no colour image or no segment, or the segment is empty.
        """
        crop = SquareCrop.around(observation.mask, self._config.patches * self._encoder.patch)
        around = observation.mask if self._config.black else None
        tokens = self._encoder.tokens(crop.cut(color_of(observation), around)[None])[0]
        uv = observation.frame.camera.project(points)
        return unit(components.of(sampled(tokens, crop.places(uv))))


def color_of(observation: Observation) -> NDArray[np.uint8]:
    """The colour image.

    Raises:
        InvalidInputError: there is none.
    """
    color = observation.frame.color
    if color is None:
        raise InvalidInputError(
            f"features '{NAME}': there is no colour image, which they need; give one (--rgb, or "
            "inputs.use_color: true), or choose the features dgedi or fpfh"
        )
    return color
