"""Where an object is and how it moves: a Kalman filter on SE(3) with constant velocity.

The state is a pose and its velocity, about the camera's fixed axes through the object's origin; errors are
those of `se3.perturb`. Between frames an acceleration acts that nobody knows: white noise, whose density
grows with how far measurements have lately been from what was predicted (our choice), so that a thing at
rest does not tremble and one that is snatched away is not lost. Compare Bar-Shalom, Li and Kirubarajan,
"Estimation with Applications to Tracking and Navigation", 2001, sections 6.2 and 11.5.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.config import option
from pose_nodes.geometry import se3
from pose_nodes.tracking import motion_kernels


@dataclass(frozen=True)
class MotionConfig:
    """How objects, or the camera, are thought to move."""

    quiet_acceleration: float = option(
        0.05, "standard deviation while all goes as predicted", unit="m/s^2", minimum=0.001, maximum=100.0
    )
    quiet_turn_acceleration: float = option(
        0.5, "of turns, while all goes as predicted", unit="rad/s^2", minimum=0.001, maximum=1000.0
    )
    brisk_acceleration: float = option(
        20.0, "standard deviation after surprises", unit="m/s^2", minimum=0.001, maximum=1000.0
    )
    brisk_turn_acceleration: float = option(
        100.0, "of turns, after surprises", unit="rad/s^2", minimum=0.001, maximum=10000.0
    )
    first_speed: float = option(
        0.3, "standard deviation of the speed of an object just found", unit="m/s", minimum=0.0, maximum=100.0
    )
    first_turn_rate: float = option(1.0, "of its turns", unit="rad/s", minimum=0.0, maximum=100.0)
    damping: float = option(
        0.3, "after which an unseen object has lost most of its speed", unit="s", minimum=0.01, maximum=100.0
    )


SURPRISE_FADES = 0.3
"""Share of the newest surprise in the running one (our choice)."""
USUAL_SURPRISE = 6.0
"""Expected normalised innovation squared of a pose: its six dimensions."""
_LEAST_SURPRISING = 2.0
"""So many times the usual surprise still comes by chance, and says nothing of the motion (our choice)."""
_GATE = 33.1
"""Quantile of 99.999 % of chi squared of six dimensions."""
_LONGEST_STEP = 0.25
"""Seconds; a motion is not extrapolated farther than this (our choice)."""


@dataclass(frozen=True, eq=False)
class MotionState:
    """What is known of an object's motion at one time.

    Attributes:
        T_camera_object: (4, 4) float64.
        velocity: (6,) float64 (vx, vy, vz, wx, wy, wz), m/s and rad/s, camera frame.
        covariance: (12, 12) float64 of the errors of pose and velocity.
        surprise: running mean of the normalised innovations squared; USUAL_SURPRISE when all is as expected.
    """

    T_camera_object: se3.Matrix
    velocity: NDArray[np.float64]
    covariance: NDArray[np.float64]
    surprise: float = USUAL_SURPRISE

    @property
    def pose_covariance(self) -> NDArray[np.float64]:
        """(6, 6) of (x, y, z, rotX, rotY, rotZ), m^2 and rad^2."""
        return self.covariance[:6, :6]


class MotionFilter:
    """Predicts and corrects motion states; it has no state of its own."""

    def __init__(self, config: MotionConfig) -> None:
        self._config = config

    def begin(self, T_camera_object: se3.Matrix, covariance: NDArray[np.float64]) -> MotionState:
        """The state of an object that was just found, with the (6, 6) covariance of its pose."""
        full = np.zeros((12, 12))
        full[:6, :6] = covariance
        full[6:, 6:] = np.diag([self._config.first_speed**2] * 3 + [self._config.first_turn_rate**2] * 3)
        return MotionState(T_camera_object, np.zeros(6), full)

    def predict(self, state: MotionState, seconds: float) -> MotionState:
        """The state after some time in which nothing was measured."""
        step = min(seconds, _LONGEST_STEP)
        covariance = motion_kernels.moved_on(state.covariance, step, seconds, self._variances(state))
        T = motion_kernels.perturbed(state.T_camera_object, state.velocity, step)
        return MotionState(T, state.velocity, covariance, state.surprise)

    def coast(self, state: MotionState, seconds: float) -> MotionState:
        """`predict` of an object that is out of sight: it slows down, and nobody knows when."""
        slower = np.exp(-seconds / self._config.damping)
        coasted = self.predict(state, seconds)
        return MotionState(
            coasted.T_camera_object, slower * coasted.velocity, coasted.covariance, coasted.surprise
        )

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
        predicted = self.predict(replace(state, surprise=np.inf), seconds)
        return _innovation(predicted, T_camera_object, covariance) < _GATE

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
        predicted = self.predict(state, seconds)
        if _innovation(predicted, T_camera_object, covariance) > _GATE:
            predicted = self.predict(replace(state, surprise=np.inf), seconds)
            predicted = replace(predicted, surprise=state.surprise)
        return self.correct(predicted, T_camera_object, covariance)

    def correct(
        self, state: MotionState, T_camera_object: se3.Matrix, covariance: NDArray[np.float64]
    ) -> MotionState:
        """A state that was predicted to the time of a measurement, after that; see `update`."""
        surprise = _innovation(state, T_camera_object, covariance)
        T, faster, corrected = motion_kernels.corrected(
            state.T_camera_object,
            state.covariance,
            np.ascontiguousarray(T_camera_object),
            np.ascontiguousarray(covariance),
        )
        return MotionState(
            T,
            state.velocity + faster,
            corrected,
            (1.0 - SURPRISE_FADES) * state.surprise + SURPRISE_FADES * surprise,
        )

    def _variances(self, state: MotionState) -> NDArray[np.float64]:
        """(6,) of an acceleration that changes with every frame."""
        config = self._config
        factor = max(state.surprise / (_LEAST_SURPRISING * USUAL_SURPRISE), 1.0) ** 2
        linear = min(config.quiet_acceleration * factor, config.brisk_acceleration)
        turning = min(config.quiet_turn_acceleration * factor, config.brisk_turn_acceleration)
        return np.array([linear**2] * 3 + [turning**2] * 3)


def _innovation(state: MotionState, T_camera_object: se3.Matrix, covariance: NDArray[np.float64]) -> float:
    """How far a measured pose is from a predicted state: the Mahalanobis distance squared."""
    return motion_kernels.innovation(
        state.T_camera_object,
        state.covariance,
        np.ascontiguousarray(T_camera_object),
        np.ascontiguousarray(covariance),
    )
