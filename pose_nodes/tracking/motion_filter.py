"""Where an object is and how it moves: a Kalman filter on SE(3) with constant velocity.

The state is a pose and its velocity, about the camera's fixed axes through the object's origin; errors are
those of `se3.perturb`. Between frames an acceleration acts that nobody knows: white noise of one of three
strengths. Which of them it is, is told by how well each predicted what was measured, so that a thing at rest
does not tremble and one that is snatched away is not lost: the interacting multiple model filter, Bar-Shalom,
Li and Kirubarajan, "Estimation with Applications to Tracking and Navigation", 2001, sections 6.2 and 11.6.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.config import option
from pose_nodes.geometry import se3
from pose_nodes.geometry.symmetry import SymmetryGroup
from pose_nodes.tracking import motion_kernels


@dataclass(frozen=True)
class MotionConfig:
    """How objects, or the camera, are thought to move."""

    quiet_acceleration: float = option(
        0.01, "standard deviation of what is at rest, or moves evenly", unit="m/s^2", minimum=0.0001,
        maximum=100.0,
    )  # fmt: skip
    quiet_turn_acceleration: float = option(
        0.1, "of its turns", unit="rad/s^2", minimum=0.001, maximum=1000.0
    )
    lively_acceleration: float = option(
        1.0, "of what is carried", unit="m/s^2", minimum=0.001, maximum=1000.0
    )
    lively_turn_acceleration: float = option(
        8.0, "of its turns", unit="rad/s^2", minimum=0.001, maximum=10000.0
    )
    brisk_acceleration: float = option(
        20.0, "of what is snatched away", unit="m/s^2", minimum=0.001, maximum=1000.0
    )
    brisk_turn_acceleration: float = option(
        100.0, "of its turns", unit="rad/s^2", minimum=0.001, maximum=10000.0
    )
    hidden_acceleration: float = option(
        0.2, "of what cannot be seen", unit="m/s^2", minimum=0.001, maximum=1000.0
    )
    hidden_turn_acceleration: float = option(
        2.0, "of its turns", unit="rad/s^2", minimum=0.001, maximum=10000.0
    )
    constancy: float = option(
        0.9, "probability that the strength stays as it was from one frame to the next", minimum=0.34,
        maximum=0.9999,
    )  # fmt: skip
    first_speed: float = option(
        0.3, "standard deviation of the speed of an object just found", unit="m/s", minimum=0.0, maximum=100.0
    )
    first_turn_rate: float = option(1.0, "of its turns", unit="rad/s", minimum=0.0, maximum=100.0)
    damping: float = option(
        0.3, "after which an unseen object has lost most of its speed", unit="s", minimum=0.01, maximum=100.0
    )


_MODELS = 3
_GATE = 33.1
"""Quantile of 99.999 % of chi squared of six dimensions."""
_WELL_MEASURED = np.diag([0.02**2] * 3 + [0.1**2] * 3)
"""m^2 and rad^2; what is measured clearly better than this is seen to move or not (our choice)."""
_LONGEST_STEP = 0.25
"""Seconds; a motion is not extrapolated farther than this (our choice)."""


@dataclass(frozen=True, eq=False)
class MotionState:
    """What is known of an object's motion at one time.

    Attributes:
        T_camera_object: (4, 4) float64.
        velocity: (6,) float64 (vx, vy, vz, wx, wy, wz), m/s and rad/s, camera frame.
        offsets: (3, 12) float64 of pose and velocity as each of the models has them, from those above.
        covariances: (3, 12, 12) float64 of the errors of pose and velocity of each model.
        weights: (3,) float64 probabilities that accelerations are quiet, lively, brisk.
        unseen: (6, 6) float64 covariance of what the pose may have changed by along what measurements do not
            tell, as the turns of a can about its axis.
    """

    T_camera_object: se3.Matrix
    velocity: NDArray[np.float64]
    offsets: NDArray[np.float64]
    covariances: NDArray[np.float64]
    weights: NDArray[np.float64]
    unseen: NDArray[np.float64]

    @classmethod
    def of(
        cls, T_camera_object: se3.Matrix, velocity: NDArray[np.float64], covariance: NDArray[np.float64]
    ) -> MotionState:
        """A state of which all models say the same, with a (12, 12) covariance."""
        covariances = np.repeat(covariance[None], _MODELS, axis=0)
        weights = np.full(_MODELS, 1.0 / _MODELS)
        offsets, unseen = np.zeros((_MODELS, 12)), np.zeros((6, 6))
        return cls(T_camera_object, velocity, offsets, covariances, weights, unseen)

    @cached_property
    def covariance(self) -> NDArray[np.float64]:
        """(12, 12) of the errors of pose and velocity."""
        return motion_kernels.merged(self.offsets, self.covariances, self.weights)[1]

    @property
    def pose_covariance(self) -> NDArray[np.float64]:
        """(6, 6) of (x, y, z, rotX, rotY, rotZ), m^2 and rad^2."""
        return np.asarray(self.covariance[:6, :6] + self.unseen)


class MotionFilter:
    """Predicts and corrects motion states; it has no state of its own."""

    def __init__(self, config: MotionConfig) -> None:
        self._config = config
        self._accelerations = np.array(
            [
                _acceleration(config.quiet_acceleration, config.quiet_turn_acceleration),
                _acceleration(config.lively_acceleration, config.lively_turn_acceleration),
                _acceleration(config.brisk_acceleration, config.brisk_turn_acceleration),
            ]
        )
        hidden = _acceleration(config.hidden_acceleration, config.hidden_turn_acceleration)
        self._hidden = np.repeat(hidden[None], _MODELS, axis=0)
        self._brisk = np.repeat(self._accelerations[-1:], _MODELS, axis=0)
        # That all else is at rest says nothing of whether a can turns about its axis.
        speeds = [config.first_speed**2] * 3 + [config.first_turn_rate**2] * 3
        self._wandering = config.damping * np.diag(speeds)
        others = (1.0 - config.constancy) / 2.0
        self._changes = others + (config.constancy - others) * np.eye(3)

    def rehearse(self) -> None:
        """Go through one step, so that the first real one need not wait for anything to be compiled."""
        noise = np.diag([0.001**2] * 3 + [0.01**2] * 3)
        state = self.update(self.begin(np.eye(4), noise), 0.03, np.eye(4), noise)
        self.can_reach(state, np.eye(4), noise, 0.03)
        se3.difference(state.T_camera_object, np.eye(4))  # of which tracks ask as well

    def begin(self, T_camera_object: se3.Matrix, covariance: NDArray[np.float64]) -> MotionState:
        """The state of an object that was just found, with the (6, 6) covariance of its pose."""
        full = np.zeros((12, 12))
        full[:6, :6] = covariance
        full[6:, 6:] = np.diag([self._config.first_speed**2] * 3 + [self._config.first_turn_rate**2] * 3)
        return MotionState.of(T_camera_object, np.zeros(6), full)

    def predict(self, state: MotionState, seconds: float) -> MotionState:
        """The state after some time in which nothing was measured."""
        return self._moved(state, seconds, self._accelerations)

    def coast(self, state: MotionState, seconds: float) -> MotionState:
        """`predict` of an object that is out of sight: it slows down, and nobody knows when."""
        coasted = self._moved(state, seconds, self._hidden)
        return replace(coasted, velocity=np.exp(-seconds / self._config.damping) * coasted.velocity)

    def _moved(self, state: MotionState, seconds: float, accelerations: NDArray[np.float64]) -> MotionState:
        step = min(seconds, _LONGEST_STEP)
        T = se3.perturb(state.T_camera_object, step * state.velocity)
        offsets, covariances = motion_kernels.all_moved_on(
            state.offsets, state.covariances, step, seconds, accelerations
        )
        return MotionState(T, state.velocity, offsets, covariances, state.weights, state.unseen)

    def can_reach(
        self,
        state: MotionState,
        T_camera_object: se3.Matrix,
        covariance: NDArray[np.float64],
        seconds: float,
    ) -> bool:
        """Whether an object can have moved to a measured pose, however briskly.

        Args:
            state: of the last frame.
            T_camera_object: (4, 4) measured pose.
            covariance: (6, 6) of the measurement.
            seconds: since the last frame.
        """
        predicted = self._moved(state, seconds, self._brisk)
        delta = se3.tangent(predicted.T_camera_object, T_camera_object)
        noise = np.ascontiguousarray(covariance)
        return motion_kernels.innovation(delta, predicted.covariance, noise) < _GATE

    def update(
        self,
        state: MotionState,
        seconds: float,
        T_camera_object: se3.Matrix,
        covariance: NDArray[np.float64],
    ) -> MotionState:
        """The state after some time and a measurement.

        Args:
            state: of the last frame.
            seconds: since then.
            T_camera_object: (4, 4) measured pose, of its symmetric equivalents the one nearest to the state.
            covariance: (6, 6) of the measurement.
        """
        mixed = motion_kernels.mixed(state.offsets, state.covariances, state.weights, self._changes)
        mixed_state = MotionState(state.T_camera_object, state.velocity, *mixed, state.unseen)
        predicted = self._moved(mixed_state, seconds, self._accelerations)
        delta = se3.tangent(predicted.T_camera_object, T_camera_object)
        noise = np.ascontiguousarray(covariance)
        change, offsets, covariances, weights = motion_kernels.all_corrected(
            predicted.offsets, predicted.covariances, predicted.weights, delta, noise
        )
        T = se3.perturb(predicted.T_camera_object, change)
        velocity, unseen = motion_kernels.held_back(
            state.velocity + change[6:],
            state.unseen,
            noise,
            _WELL_MEASURED,
            min(seconds / self._config.damping, 1.0),
            seconds * self._wandering,
        )
        return MotionState(T, velocity, offsets, covariances, weights, unseen)


def _acceleration(linear: float, turning: float) -> NDArray[np.float64]:
    """(6, 6) covariance of accelerations along and about the axes, of these standard deviations."""
    return np.diag([linear**2] * 3 + [turning**2] * 3)


def without_unseen_turn(state: MotionState, symmetry: SymmetryGroup, T_before: se3.Matrix) -> MotionState:
    """A state of an object that no one can see turn about its axis: it did not, and does not.

    Args:
        state: of this frame.
        symmetry: of the object; without an axis nothing is changed.
        T_before: (4, 4) T_camera_object in the frame before.
    """
    if symmetry.axis is None:
        return state
    T = symmetry.nearest(state.T_camera_object, T_before)
    axis, arm = T[:3, :3] @ symmetry.axis, T[:3, :3] @ symmetry.centre
    velocity = state.velocity.copy()
    turning = (axis @ velocity[3:]) * axis
    velocity[3:] -= turning
    velocity[:3] += np.cross(turning, arm)  # by which a turn about the axis moves the origin beside it
    return replace(state, T_camera_object=T, velocity=velocity)
