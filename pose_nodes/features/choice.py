"""The local descriptors by name."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidConfigError
from pose_nodes.features import dgedi, fpfh, gedi
from pose_nodes.features.learned import refuse_nothing, require_torch, weights_file
from pose_nodes.geometry.pointcloud import PointCloud

NAMES = ("fpfh", "dgedi", "gedi")
AUTO = "auto"
"""dgedi where PyTorch and safetensors can be used, else fpfh."""


class Descriptor(Protocol):
    """Tells points apart by their surroundings."""

    @property
    def fingerprint(self) -> str:
        """The same for descriptors that give the same points the same numbers."""
        ...

    def describe(self, cloud: PointCloud, diameter: float) -> NDArray[np.float32]:
        """Descriptors of all points.

        Args:
            cloud: n points with normals on the outer side.
            diameter: of the object, in the unit of the points, also where the cloud is a part of it.

        Returns:
            (n, dimension) float32.

        Raises:
            InvalidInputError: the cloud is empty or not finite, or the object has no extent.
        """
        ...


@dataclass(frozen=True)
class Fpfh:
    """Fast point feature histograms, which need no training.

    Attributes:
        radius: of the neighbourhood, diameters.
    """

    radius: float

    @property
    def fingerprint(self) -> str:
        return f"fpfh {self.radius}"

    def describe(self, cloud: PointCloud, diameter: float) -> NDArray[np.float32]:
        refuse_nothing("fpfh", cloud, diameter)
        return fpfh.describe(cloud, self.radius * diameter)


def usual_features(weights: str = "") -> str:
    """What AUTO stands for; weights that a user names are of dgedi. Where it is FPFH a warning says why."""
    try:
        if not weights:
            weights_file(dgedi.NAME, "", dgedi.SHIPPED)
            require_torch(dgedi.NAME)
    except InvalidConfigError as error:
        logging.getLogger(__name__).warning("objects are looked for by FPFH: %s", error)
        return "fpfh"
    return dgedi.NAME


def descriptor(
    name: str, weights: str = "", radius: float = 0.3, threads: int = 0, device: str = "cpu"
) -> Descriptor:
    """The descriptor of a name.

    Args:
        name: one of NAMES.
        weights: file of a learned one's network; "" for the weights that come with the package.
        radius: of the neighbourhood of FPFH, diameters.
        threads: of a learned one; 0: as many as PyTorch takes by itself.
        device: of a learned one; FPFH is always computed on the processor.

    Raises:
        InvalidConfigError: weights for what has none, PyTorch is not installed, there is no such device, or
            no weights come with this copy of the package.
        InvalidWeightsError: the file is missing, damaged, or of another network.
    """
    if name == "dgedi":
        return dgedi.Dgedi.load(weights, threads, device)
    if name == "gedi":
        return gedi.Gedi.load(weights, threads=threads, device=device)
    if weights:
        raise InvalidConfigError(f"weights '{weights}': the features {name} have none; choose dgedi or gedi")
    return Fpfh(radius)
