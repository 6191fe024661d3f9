"""What the tests of estimators share: estimators that are made once, and estimates to begin with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pytest

from pose_nodes.core.estimate import Evidence, PoseEstimate
from pose_nodes.core.segment import Segment
from pose_nodes.estimators.config import InstanceConfig
from pose_nodes.estimators.instance import InstanceEstimator
from pose_nodes.geometry import se3
from pose_nodes.objects.model import ObjectModel
from pose_nodes.registration.covariance import unknown_covariance


@dataclass(frozen=True)
class Seeded:
    """An estimator of the default configuration whose random numbers can begin anew."""

    estimator: InstanceEstimator
    rng: np.random.Generator

    def seeded(self, seed: int) -> InstanceEstimator:
        self.rng.bit_generator.state = np.random.default_rng(seed).bit_generator.state
        return self.estimator


@pytest.fixture(scope="session")
def estimator_of() -> Iterator[Callable[..., InstanceEstimator]]:
    """Gives the estimator of a model with random numbers of a seed; preparing one takes half a second."""
    made: dict[int, tuple[ObjectModel, Seeded]] = {}

    def of(model: ObjectModel, seed: int = 0) -> InstanceEstimator:
        if id(model) not in made:
            rng = np.random.default_rng(0)
            made[id(model)] = model, Seeded(InstanceEstimator(model, InstanceConfig(), rng), rng)
        return made[id(model)][1].seeded(seed)

    yield of
    made.clear()


@pytest.fixture(scope="session")
def known_at() -> Callable[[ObjectModel, se3.Matrix], PoseEstimate]:
    """Makes the verified estimate of a model at a pose, of which three quarters were seen."""

    def known(model: ObjectModel, T_camera_object: se3.Matrix) -> PoseEstimate:
        return PoseEstimate(
            class_name=model.name,
            T_camera_object=T_camera_object,
            size=model.size,
            score=0.9,
            covariance=unknown_covariance(model.diameter),
            evidence=Evidence(1.0, 0.001, 0.75),
            verified=True,
            reason="",
        )

    return known


@pytest.fixture(scope="session")
def segment_of() -> Callable[[ObjectModel, np.ndarray], Segment]:
    """Makes the segment of a model from a mask."""
    return lambda model, mask: Segment(mask, model.name)
