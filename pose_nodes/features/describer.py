"""What registration asks of descriptors: those of an object, and those of what a camera sees of it.

Descriptors of the shape need the points alone; visual ones need the image, too, and know the object that they
are to be compared with.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.observation import Observation
from pose_nodes.features.appearance import Appearance
from pose_nodes.features.choice import Descriptor
from pose_nodes.features.feature_cache import FeatureCache
from pose_nodes.geometry.pointcloud import PointCloud
from pose_nodes.objects.model import ObjectModel


class DescribedObject(Protocol):
    """An object whose points are described, and what describes others like them."""

    @property
    def features(self) -> NDArray[np.float32]:
        """(n, d) float32 descriptors of the model's points."""
        ...

    def describe(self, scene: PointCloud, observation: Observation | None) -> NDArray[np.float32]:
        """Descriptors of points of a segment.

        Args:
            scene: m points with normals towards the camera, camera frame, metres.
            observation: the image that they are of, and the segment; None where there is no image.

        Returns:
            (m, d) float32.

        Raises:
            InvalidInputError: the descriptor needs what is not there.
        """
        ...


class Describer(Protocol):
    """Describes objects."""

    def onboard(self, model: ObjectModel) -> DescribedObject:
        """Describe an object."""
        ...

    def appearance(self, model: ObjectModel) -> Appearance | None:
        """What compares an object's print and colours with images; None where that is not known."""
        ...


@dataclass(frozen=True)
class ByShape:
    """Describes by a descriptor that needs the points alone."""

    descriptor: Descriptor
    cache: FeatureCache = field(default_factory=FeatureCache)

    def onboard(self, model: ObjectModel) -> DescribedObject:
        """Describe an object, or remember how it was described."""
        shape = (model.points, model.normals, np.array([model.diameter]))
        kept = self.cache.remembered((self.descriptor.fingerprint, *shape), lambda: self._described(model))
        return _Shape(np.asarray(kept["features"], np.float32), self.descriptor, model.diameter)

    def appearance(self, model: ObjectModel) -> Appearance | None:
        """None: a shape has no print."""
        del model
        return None

    def _described(self, model: ObjectModel) -> dict[str, NDArray[np.float32]]:
        cloud = PointCloud(model.points, model.normals)
        return {"features": self.descriptor.describe(cloud, model.diameter)}


@dataclass(frozen=True, eq=False)
class _Shape:
    features: NDArray[np.float32]
    descriptor: Descriptor
    diameter: float

    def describe(self, scene: PointCloud, observation: Observation | None) -> NDArray[np.float32]:
        del observation
        return self.descriptor.describe(scene, self.diameter)
