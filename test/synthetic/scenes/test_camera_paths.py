"""Paths are smooth, within their speeds, reproducible by seed, and go where they say."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pose_nodes.geometry import se3
from pose_nodes.synthetic.scenes import camera_paths
from pose_nodes.synthetic.scenes.camera_paths import FAST, HAND_HELD, LookAway, Path, Visit, WristArc
from pose_nodes.synthetic.scenes.smooth_noise import SmoothNoise

REST = camera_paths.looking_at([0.5, -0.4, 0.6], [0.0, 0.1, 0.0])
TARGET = np.array([0.0, 0.1, 0.0])
STEP = 1e-3
seeds = st.integers(0, 2**31)


def hand_held(seed: int) -> Path:
    return camera_paths.hand_held(camera_paths.standing(REST), np.random.default_rng(seed))


def fast(seed: int) -> Path:
    return camera_paths.hand_held(camera_paths.standing(REST), np.random.default_rng(seed), FAST)


def arc(seed: int) -> Path:
    return WristArc(TARGET, 0.6, 0.7, (0.0, 1.5), max_speed=0.25)


def away(seed: int) -> Path:
    return LookAway(camera_paths.standing(REST), at=1.0, gone_for=0.5, angle=1.2, max_turn_rate=2.0)


def carried(seed: int) -> Path:
    return camera_paths.carried(REST, np.random.default_rng(seed))


def visit(seed: int) -> Path:
    return Visit(camera_paths.standing(REST), np.eye(4), np.array([0.4, 0.0, 0.1]), at=1.0, stay=1.0)


def speeds(path: Path) -> tuple[float, float]:
    """Largest speed (m/s) and turn rate (rad/s) in six seconds."""
    pairs = [(path(time), path(time + STEP)) for time in np.arange(0.0, 6.0, 0.03)]
    moves = [se3.difference(after, before) for before, after in pairs]
    return max(move for move, _ in moves) / STEP, max(turn for _, turn in moves) / STEP


@pytest.mark.parametrize(
    ("make", "speed", "turn_rate"),
    [
        (hand_held, HAND_HELD.max_speed, HAND_HELD.max_turn_rate),
        (fast, FAST.max_speed, FAST.max_turn_rate),
        (arc, 0.25, 0.25 / (0.6 * np.cos(0.7)) * 1.01),
        (away, 1e-9, 2.0),
        (carried, 0.4, 1.2),
        (visit, 0.8, 1e-9),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
@settings(max_examples=5)
@given(seed=seeds)
def test_no_path_exceeds_its_speeds_and_all_move(
    make: Callable[[int], Path], speed: float, turn_rate: float, seed: int
):
    fastest, quickest_turn = speeds(make(seed))
    assert fastest <= speed * 1.001 and quickest_turn <= turn_rate * 1.001 + 1e-4
    assert fastest > 0.2 * speed or quickest_turn > 0.2 * turn_rate


@pytest.mark.parametrize("make", [hand_held, fast, carried])
def test_a_seed_fixes_a_path(make):
    np.testing.assert_array_equal(make(1)(2.3), make(1)(2.3))
    assert np.abs(make(1)(2.3) - make(2)(2.3)).max() > 1e-3


@pytest.mark.parametrize("make", [hand_held, fast, arc, away, carried, visit])
@pytest.mark.parametrize("time", [-1.0, 0.0, 1.7, 100.0])
def test_poses_are_rigid_at_all_times(make, time):
    assert se3.is_rigid(make(0)(time))


@given(seed=seeds, time=st.floats(0, 1000))
def test_noise_stays_within_its_reach(seed, time):
    noise = SmoothNoise.random(np.random.default_rng(seed), 0.1, 5.0, 0.2, 1.0)
    assert np.linalg.norm(noise(time)) <= 0.1 + 1e-12


@pytest.mark.parametrize("time", [0.0, 2.0, 9.0])
def test_a_wrist_keeps_its_distance_and_looks_at_the_target(time):
    T_camera_world = se3.inverse(arc(0)(time))
    seen = se3.transform(T_camera_world, TARGET[None])[0]
    np.testing.assert_allclose(seen, [0.0, 0.0, 0.6], atol=1e-9)


def test_a_camera_that_looked_away_looks_again_as_before():
    path = away(0)
    np.testing.assert_allclose(path(0.9), REST)
    np.testing.assert_allclose(path(path.back_at), REST, atol=1e-12)
    gone = path(path.at + path.turn_time + 0.25)
    assert se3.rotation_angle((gone[:3, :3].T @ REST[:3, :3])[None])[0] == pytest.approx(1.2)


def test_a_carried_object_lies_until_it_is_lifted_and_then_is_higher():
    path = carried(0)
    np.testing.assert_allclose(path(0.5), REST)
    later = path(path.at + path.lift_time)
    assert later[2, 3] > REST[2, 3] + 0.15 - 0.12


def test_a_visitor_stays_where_it_was_told_and_goes_again():
    path = visit(0)
    np.testing.assert_allclose(path(path.at + path.travel_time + 0.5), REST)
    np.testing.assert_allclose(path(0.0), path(60.0))
    assert np.linalg.norm(path(0.0)[:3, 3] - REST[:3, 3]) > 0.4
