"""Local descriptors by name: FPFH, or the network of a file of weights."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
    """A descriptor under the name that tables give it.

    Attributes:
        name: for tables.
        describe: it.
        identity: tells it from all others: that of its weights, or of its radius.
    """

    name: str
    describe: Describe
    identity: str


def named_describer(text: str) -> NamedDescriber:
    """The descriptor that a user names: "fpfh", a file of weights, or NAME=FILE.

    Raises:
        InvalidWeightsError: the file cannot be used.
    """
    if text == FPFH:
        return NamedDescriber(FPFH, _fpfh, f"{FPFH} {FPFH_RADIUS}")
    name, equals, path = text.rpartition("=")
    file = Path(path).expanduser()
    # PyTorch is imported only where a network is asked for.
    from pose_nodes.networks.weight_files import load_network

    return learned_describer(name if equals else file.stem, file, load_network(file))


def learned_describer(name: str, file: Path, network: Any) -> NamedDescriber:
    """A teacher or a student, with the file that its weights are of."""
    from pose_nodes.networks.gedi import GediNetwork
    from training.tasks.teachers import teacher_describer

    is_teacher = isinstance(network, GediNetwork)
    identity = hashlib.sha256(file.read_bytes()).hexdigest()
    if is_teacher:
        return NamedDescriber(name, teacher_describer(network, "cpu"), identity)
    # Not told by files that were written when there was but one way.
    return NamedDescriber(name, Dgedi(network).describe, f"{identity} {network.upsampling}")


def _fpfh(cloud: PointCloud, diameter: float) -> NDArray[np.float32]:
    return fpfh.describe(cloud, FPFH_RADIUS * diameter)
