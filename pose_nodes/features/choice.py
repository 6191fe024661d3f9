"""The local descriptors by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidConfigError
from pose_nodes.features import dgedi, fpfh, gedi
from pose_nodes.geometry.pointcloud import PointCloud

NAMES = ("fpfh", "dgedi", "gedi")


class Descriptor(Protocol):
    """Tells points apart by their surroundings."""

    def describe(self, cloud: PointCloud, diameter: float) -> NDArray[np.float32]:
        """Descriptors of all points.

        Args:
            cloud: n points with normals on the outer side.
            diameter: of the object, in the unit of the points, also where the cloud is a part of it.

        Returns:
            (n, dimension) float32.
        """
        ...


@dataclass(frozen=True)
class Fpfh:
    """Fast point feature histograms, which need no training.

    Attributes:
        radius: of the neighbourhood, diameters.
    """

    radius: float

    def describe(self, cloud: PointCloud, diameter: float) -> NDArray[np.float32]:
        return fpfh.describe(cloud, self.radius * diameter)


def descriptor(name: str, weights: str = "", radius: float = 0.3) -> Descriptor:
    """The descriptor of a name.

    Args:
        name: one of NAMES.
        weights: file of a learned one's network; "" for the weights that come with the package.
        radius: of the neighbourhood of FPFH, diameters.

    Raises:
        InvalidConfigError: weights for what has none, PyTorch is not installed, or no weights come with this
            copy of the package.
        InvalidWeightsError: the file is missing, damaged, or of another network.
    """
    if name == "dgedi":
        return dgedi.Dgedi.load(weights)
    if name == "gedi":
        return gedi.Gedi.load(weights)
    if weights:
        raise InvalidConfigError(f"weights '{weights}': the features {name} have none; choose dgedi or gedi")
    return Fpfh(radius)
