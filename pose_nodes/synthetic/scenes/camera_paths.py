"""How cameras and objects move: poses as functions of time, smooth and of bounded speed.

A path is called with the time in seconds and gives a (4, 4) pose: T_world_camera of a camera, T_world_object
of an object. Its speeds (of the origin, and of turning) never exceed those it was made with.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pose_nodes.core.config import option
from pose_nodes.geometry import se3
from pose_nodes.rendering.mesh_picture import look_from
from pose_nodes.synthetic.scenes.smooth_noise import SmoothNoise

Path = Callable[[float], se3.Matrix]

STEEPEST = 1.875
"""Largest slope of `ease`, at its middle."""


def ease(share: float) -> float:
    """0 before 0, 1 after 1, in between with no jump of speed or acceleration (minimum jerk).

    Flash and Hogan, "The coordination of arm movements", Journal of Neuroscience 1985: how arms move.
    """
    s = min(max(share, 0.0), 1.0)
    return s * s * s * (10.0 + s * (6.0 * s - 15.0))


@dataclass(frozen=True)
class NoiseConfig:
    """Motion about a pose. The defaults are a calmly held camera (our choice)."""

    reach: float = option(0.08, "largest distance from the pose", unit="m", minimum=0.0, maximum=5.0)
    turn: float = option(0.15, "largest angle from the pose", unit="rad", minimum=0.0, maximum=3.0)
    max_speed: float = option(0.3, "of the origin", unit="m/s", minimum=0.0, maximum=10.0)
    max_turn_rate: float = option(0.5, "of turning", unit="rad/s", minimum=0.0, maximum=20.0)
    slowest: float = option(0.15, "lowest frequency", unit="Hz", minimum=0.01, maximum=10.0)
    quickest: float = option(1.2, "highest frequency", unit="Hz", minimum=0.01, maximum=20.0)


HAND_HELD = NoiseConfig()
FAST = NoiseConfig(reach=0.15, turn=0.35, max_speed=1.2, max_turn_rate=2.5, slowest=0.5, quickest=2.0)


@dataclass(frozen=True, eq=False)
class Shaken:
    """Smooth noise about a pose, or about another path.

    Attributes:
        rest: the path without noise, T_world_body.
        shift: metres, in the axes of the body.
        turn: rotation vector in radians, in the axes of the body.
    """

    rest: Path
    shift: SmoothNoise
    turn: SmoothNoise

    def __call__(self, time: float) -> se3.Matrix:
        return self.rest(time) @ se3.from_rotation_vector(self.turn(time), self.shift(time))


def standing(T: se3.Matrix) -> Path:
    """The path of what does not move."""
    return lambda time: T


def looking_at(eye: ArrayLike, target: ArrayLike) -> se3.Matrix:
    """T_world_camera (4, 4) of a camera at `eye` that looks at `target`, both (3,) metres; z is up."""
    away = np.asarray(eye, np.float64) - np.asarray(target, np.float64)
    return se3.inverse(look_from(away, np.asarray(target, np.float64), float(np.linalg.norm(away))))


def hand_held(rest: Path, rng: np.random.Generator, config: NoiseConfig = HAND_HELD) -> Shaken:
    """A camera in a hand; with the options FAST, one that is swung about."""
    shift = SmoothNoise.random(rng, config.reach, config.max_speed, config.slowest, config.quickest)
    turn = SmoothNoise.random(rng, config.turn, config.max_turn_rate, config.slowest, config.quickest)
    return Shaken(rest, shift, turn)


@dataclass(frozen=True, eq=False)
class WristArc:
    """A camera on the wrist of an arm that goes round a target and always looks at it.

    Attributes:
        target: (3,) float64 world point, metres.
        distance: of the camera from the target, metres.
        elevation: of the camera over the target, radians; below pi / 2.
        azimuths: first and last direction, radians about z of the world.
        max_speed: of the camera, m/s; it fixes how long the arc takes.
    """

    target: NDArray[np.float64]
    distance: float
    elevation: float
    azimuths: tuple[float, float]
    max_speed: float = 0.25

    @property
    def duration(self) -> float:
        """Seconds from one end to the other; then the camera stands."""
        length = abs(self.azimuths[1] - self.azimuths[0]) * self.distance * np.cos(self.elevation)
        return float(max(STEEPEST * length / self.max_speed, 1e-3))

    def __call__(self, time: float) -> se3.Matrix:
        first, last = self.azimuths
        azimuth = first + (last - first) * ease(time / self.duration)
        flat, up = self.distance * np.cos(self.elevation), self.distance * np.sin(self.elevation)
        return looking_at(
            self.target + np.array([flat * np.cos(azimuth), flat * np.sin(azimuth), up]), self.target
        )


@dataclass(frozen=True, eq=False)
class LookAway:
    """A camera that turns sideways, so that all leaves the view, and comes back.

    Attributes:
        base: the path without it.
        at: when it begins to turn away, seconds.
        gone_for: how long it looks away, seconds, without the turns.
        angle: by which it turns about its y axis, radians.
        max_turn_rate: of this turn alone, rad/s.
    """

    base: Path
    at: float
    gone_for: float
    angle: float = 1.2
    max_turn_rate: float = 2.0

    @property
    def turn_time(self) -> float:
        """Seconds that one turn takes."""
        return STEEPEST * abs(self.angle) / self.max_turn_rate

    @property
    def back_at(self) -> float:
        """When it looks where it did before, seconds."""
        return self.at + self.gone_for + 2 * self.turn_time

    def __call__(self, time: float) -> se3.Matrix:
        away = ease((time - self.at) / self.turn_time)
        back = ease((time - self.at - self.turn_time - self.gone_for) / self.turn_time)
        return self.base(time) @ se3.from_rotation_vector([0.0, self.angle * (away - back), 0.0])


@dataclass(frozen=True, eq=False)
class Carried:
    """An object that an arm lifts and moves about.

    Attributes:
        T_world_rest: (4, 4) where it lies at first.
        lift: by how much it is raised, metres.
        at: when the arm begins to lift, seconds.
        lift_time: seconds that lifting takes.
        shift: metres about the lifted place, world axes.
        turn: rotation vector in radians, in the axes of the object.
    """

    T_world_rest: se3.Matrix
    lift: float
    at: float
    lift_time: float
    shift: SmoothNoise
    turn: SmoothNoise

    def __call__(self, time: float) -> se3.Matrix:
        share = ease((time - self.at) / self.lift_time)
        T = self.T_world_rest @ se3.from_rotation_vector(share * self.turn(time))
        T[:3, 3] += share * (self.shift(time) + np.array([0.0, 0.0, self.lift]))
        return T


def carried(
    T_world_rest: se3.Matrix,
    rng: np.random.Generator,
    lift: float = 0.15,
    at: float = 0.5,
    config: NoiseConfig | None = None,
) -> Carried:
    """An object moved by an arm, within the speeds of `config`; half of each is left for lifting."""
    config = config or NoiseConfig(reach=0.12, turn=0.8, max_speed=0.4, max_turn_rate=1.2)
    shift = SmoothNoise.random(rng, config.reach, config.max_speed / 2, config.slowest, config.quickest)
    turn = SmoothNoise.random(rng, config.turn, config.max_turn_rate / 2, config.slowest, config.quickest)
    of_shift = STEEPEST * (lift + config.reach) / (config.max_speed / 2)
    of_turn = STEEPEST * config.turn / (config.max_turn_rate / 2)
    return Carried(T_world_rest, lift, at, max(of_shift, of_turn), shift, turn)


@dataclass(frozen=True, eq=False)
class Visit:
    """Something that comes, stays and goes, such as a hand before the camera.

    Attributes:
        frame: the path of what it moves in, T_world_frame, such as the camera's.
        T_frame_body: (4, 4) where it stays.
        offset: (3,) float64 from there to where it comes from and goes to, axes of the frame, metres.
        at: when it begins to come, seconds.
        stay: seconds between coming and going.
        max_speed: in the frame, m/s.
    """

    frame: Path
    T_frame_body: se3.Matrix
    offset: NDArray[np.float64]
    at: float
    stay: float
    max_speed: float = 0.8

    @property
    def travel_time(self) -> float:
        """Seconds that coming and going take each."""
        return float(STEEPEST * np.linalg.norm(self.offset) / self.max_speed)

    def __call__(self, time: float) -> se3.Matrix:
        come = ease((time - self.at) / self.travel_time)
        gone = ease((time - self.at - self.travel_time - self.stay) / self.travel_time)
        T = self.T_frame_body.copy()
        T[:3, 3] += (1.0 - come + gone) * self.offset
        return self.frame(time) @ T


@dataclass(frozen=True, eq=False)
class Slide:
    """An object that is pushed along a line once, without turning.

    Attributes:
        T_world_start: (4, 4) where it stands at first.
        shift: (3,) float64 from there to where it stands at last, world axes, metres.
        at: when it begins to move, seconds.
        max_speed: m/s.
    """

    T_world_start: se3.Matrix
    shift: NDArray[np.float64]
    at: float
    max_speed: float

    @property
    def travel_time(self) -> float:
        """Seconds that it moves."""
        return max(STEEPEST * float(np.linalg.norm(self.shift)) / self.max_speed, 1e-3)

    def __call__(self, time: float) -> se3.Matrix:
        T = self.T_world_start.copy()
        T[:3, 3] += ease((time - self.at) / self.travel_time) * self.shift
        return T


@dataclass(frozen=True, eq=False)
class Attached:
    """What moves with another body as if it were one.

    Attributes:
        body: the path of the other, T_world_body.
        T_body_part: (4, 4) pose in its frame.
    """

    body: Path
    T_body_part: se3.Matrix

    def __call__(self, time: float) -> se3.Matrix:
        return self.body(time) @ self.T_body_part
