"""What the tests of tracking share: a cube, a pose at which it is found, and frames that show it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from pose_nodes.core.estimate import PoseEstimate
from pose_nodes.core.frame import Frame
from pose_nodes.core.observation import Observation
from pose_nodes.core.segment import Segment
from pose_nodes.estimators.config import InstanceConfig
from pose_nodes.estimators.instance import InstanceEstimator
from pose_nodes.geometry import se3

PERIOD_NS = 33_000_000
Shown = tuple[Frame, list[Segment]]


@pytest.fixture(scope="session")
def die_estimator(die) -> InstanceEstimator:
    return InstanceEstimator(die, InstanceConfig(), np.random.default_rng(0))


@pytest.fixture(scope="session")
def show(die, staged) -> Callable[..., Shown]:
    """Makes the n-th frame of a 30 Hz camera, of dice at poses or places (x, y, z), and their segments."""

    def shown(index: int, *where: se3.Matrix | list[float]) -> Shown:
        poses = [
            np.asarray(place)
            if np.shape(place) == (4, 4)
            else se3.from_rotation_vector([0.5, 0.6, 0.2], place)
            for place in where
        ]
        frame, masks = staged(*((die, T) for T in poses), stamp_ns=index * PERIOD_NS)
        return frame, [Segment(mask, "die") for mask in masks]

    return shown


@pytest.fixture(scope="session")
def found_at(die_estimator, show) -> Callable[[list[float]], PoseEstimate]:
    """Finds a die that lies at a place."""

    def find(place: list[float]) -> PoseEstimate:
        frame, (segment,) = show(0, place)
        best = die_estimator.initialise(Observation(frame, segment))[0]
        assert best.verified, best.reason
        return best

    return find
