"""Local descriptors by name: FPFH, or the network of a file of weights."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pose_nodes.features import fpfh
from pose_nodes.features.dgedi import Dgedi
from pose_nodes.geometry.pointcloud import PointCloud
from training.clouds.held_out import Describe

FPFH = "fpfh"
FPFH_RADIUS = 0.3
"""Diameters, as the instance estimator has it."""


@dataclass(frozen=True)
class NamedDescriber:
    """A descriptor under the name that tables give it."""

    name: str
    describe: Describe


def named_describer(text: str) -> NamedDescriber:
    """The descriptor that a user names: "fpfh", a file of weights, or NAME=FILE.

    Raises:
        InvalidWeightsError: the file cannot be used.
    """
    if text == FPFH:
        return NamedDescriber(FPFH, _fpfh)
    name, equals, path = text.rpartition("=")
    file = Path(path).expanduser()
    return NamedDescriber(name if equals else file.stem, _learned(file))


def _learned(file: Path) -> Describe:
    # PyTorch is imported only where a network is asked for.
    from pose_nodes.networks.gedi import GediNetwork
    from pose_nodes.networks.weight_files import load_network
    from training.tasks.teachers import teacher_describer

    network = load_network(file)
    if isinstance(network, GediNetwork):
        return teacher_describer(network, "cpu")
    return Dgedi(network).describe


def _fpfh(cloud: PointCloud, diameter: float) -> NDArray[np.float32]:
    return fpfh.describe(cloud, FPFH_RADIUS * diameter)
