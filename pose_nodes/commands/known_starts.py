"""Tracks that begin at poses which are known, without a cold start."""

from __future__ import annotations

import numpy as np

from pose_nodes.core.estimate import Evidence, PoseEstimate
from pose_nodes.core.frame import Frame
from pose_nodes.core.observation import Observation
from pose_nodes.estimators.protocol import Estimator
from pose_nodes.geometry import se3
from pose_nodes.objects.model import ObjectModel
from pose_nodes.tracking.config import StateConfig

ANY_DEVIATION = StateConfig(largest_deviation=1.0, largest_turn_deviation=3.2)
"""For what following takes: an object counts as followed however well its pose is known."""
_DEVIATION = 0.002
"""Metres, and of turns as metres at half the diameter."""


def estimate_at(model: ObjectModel, T_camera_object: se3.Matrix) -> PoseEstimate:
    """What is told of an object whose pose is known.

    Args:
        model: of the object.
        T_camera_object: (4, 4).
    """
    turn = 2.0 * _DEVIATION / model.diameter
    return PoseEstimate(
        class_name=model.name,
        T_camera_object=T_camera_object,
        size=model.size,
        score=0.0,
        covariance=np.diag([_DEVIATION**2] * 3 + [turn**2] * 3),
        evidence=Evidence(1.0, 0.0, 1.0),
        verified=True,
        reason="its pose is known",
    )


def found_at(
    estimator: Estimator, model: ObjectModel, frame: Frame, T_camera_object: se3.Matrix
) -> PoseEstimate:
    """The estimate of a frame in which the pose is known, with the evidence for it."""
    return estimator.update(Observation(frame), estimate_at(model, T_camera_object), T_camera_object)
