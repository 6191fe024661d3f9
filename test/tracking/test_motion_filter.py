"""The motion filter: what it predicts, how sure it is, and that it is as sure as it may be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pose_nodes.geometry import se3
from pose_nodes.geometry.symmetry import SymmetryGroup
from pose_nodes.tracking import motion_kernels
from pose_nodes.tracking.motion_filter import MotionConfig, MotionFilter, MotionState, without_unseen_turn

PERIOD = 1.0 / 30.0
NOISE = np.diag([0.001**2] * 3 + [0.01**2] * 3)
FILTER = MotionFilter(MotionConfig())
six = st.lists(st.floats(-1.0, 1.0), min_size=6, max_size=6).map(np.array)


def pose_of(numbers: np.ndarray) -> se3.Matrix:
    return se3.from_rotation_vector(2.0 * numbers[3:], numbers[:3] + np.array([0.0, 0.0, 1.5]))


def measured(T: se3.Matrix, rng: np.random.Generator) -> se3.Matrix:
    return se3.perturb(T, rng.multivariate_normal(np.zeros(6), NOISE))


def followed(truths: list[se3.Matrix], seed: int = 0) -> list[MotionState]:
    """The states after noisy measurements of poses, a frame apart."""
    rng = np.random.default_rng(seed)
    states = [FILTER.begin(measured(truths[0], rng), NOISE)]
    for T in truths[1:]:
        states.append(FILTER.update(states[-1], PERIOD, measured(T, rng), NOISE))
    return states


def moving(velocity: np.ndarray, count: int) -> list[se3.Matrix]:
    T = se3.from_rotation_vector([0.3, 2.0, -0.4], [0.1, 0.0, 0.7])
    return [se3.perturb(T, i * PERIOD * velocity) for i in range(count)]


@given(pose=six, velocity=six, seconds=st.floats(0.0, 0.2))
def test_a_prediction_goes_on_at_the_velocity(pose, velocity, seconds):
    T = pose_of(pose)
    state = MotionState.of(T, velocity, np.eye(12))
    predicted = FILTER.predict(state, seconds)
    np.testing.assert_allclose(se3.tangent(T, predicted.T_camera_object), seconds * velocity, atol=1e-9)
    np.testing.assert_array_equal(predicted.velocity, velocity)


@given(pose=six, seconds=st.floats(0.001, 2.0), quiet=st.floats(0.0, 1.0))
def test_the_longer_nothing_is_measured_the_less_is_known(pose, seconds, quiet):
    weights = np.array([quiet, 0.5 * (1.0 - quiet), 0.5 * (1.0 - quiet)])
    begun = FILTER.begin(pose_of(pose), NOISE)
    state = replace(begun, weights=weights)
    before, after = state.covariance, FILTER.predict(state, seconds).covariance
    assert (np.diag(after)[:6] > np.diag(before)[:6]).all()
    np.testing.assert_allclose(after, after.T, atol=1e-15)


@settings(max_examples=30)
@given(pose=six, offset=six, seed=st.integers(0, 1000))
def test_a_measurement_makes_it_surer_and_lies_between_prediction_and_measurement(pose, offset, seed):
    begun = FILTER.begin(pose_of(pose), NOISE)
    state = FILTER.predict(begun, PERIOD)
    seen = se3.perturb(state.T_camera_object, 0.01 * offset)
    corrected = FILTER.update(begun, PERIOD, seen, NOISE)
    assert np.linalg.eigvalsh(state.pose_covariance - corrected.pose_covariance)[0] > -1e-9
    assert np.linalg.eigvalsh(corrected.covariance)[0] > 0
    assert corrected.weights.min() >= 0 and corrected.weights.sum() == pytest.approx(1.0)
    share = se3.tangent(state.T_camera_object, corrected.T_camera_object)
    assert np.linalg.norm(share) <= 0.01 * np.linalg.norm(offset) + 1e-9


def test_of_a_thing_at_rest_it_trembles_less_than_the_measurements():
    states = followed(moving(np.zeros(6), 300))[30:]
    scatter = np.std([state.T_camera_object[:3, 3] for state in states], axis=0)
    assert (scatter < 0.0006).all()  # of measurements: 0.001
    assert states[-1].weights.argmax() == 0


def test_the_velocity_of_a_steady_motion_is_found():
    velocity = np.array([0.2, -0.1, 0.05, 0.5, 0.0, -0.8])
    found = np.mean([state.velocity for state in followed(moving(velocity, 90))[45:]], axis=0)
    np.testing.assert_allclose(found[:3], velocity[:3], atol=0.02)
    np.testing.assert_allclose(found[3:], velocity[3:], atol=0.15)


def test_a_thing_that_is_snatched_away_is_followed_within_a_few_frames():
    start, away = moving(np.zeros(6), 40), moving(np.array([1.0, 0, 0, 0, 0, 0]), 20)
    states = followed(start + away)
    late = [
        np.linalg.norm(s.T_camera_object[:3, 3] - T[:3, 3]) for s, T in zip(states[40:], away, strict=True)
    ]
    assert max(late) < 0.005 and max(late[6:]) < 0.004


@pytest.mark.parametrize(
    "velocity", [np.zeros(6), np.array([0.3, 0.1, 0, 0.5, 0.5, 0.0])], ids=["rest", "moving"]
)
def test_it_is_as_sure_as_it_may_be(velocity):
    truths = moving(velocity, 40)
    squares = []
    for seed in range(40):
        state = followed(truths, seed)[-1]
        error = se3.tangent(state.T_camera_object, truths[-1])
        squares.append(error @ np.linalg.solve(state.pose_covariance, error))
    # Six in the mean; it takes for possible that the motion changes, and is less sure for that.
    assert 2.0 < np.mean(squares) < 1.3 * 6.0


def test_what_is_far_from_where_a_thing_can_have_got_to_is_out_of_reach():
    state = followed(moving(np.zeros(6), 30))[-1]
    T = state.T_camera_object
    near, far = (se3.perturb(T, np.array([shift, 0, 0, 0, 0, 0])) for shift in (0.02, 0.2))
    turned = se3.perturb(T, np.array([0, 0, 0, 0, 1.0, 0]))
    assert FILTER.can_reach(state, near, NOISE, PERIOD)
    assert not FILTER.can_reach(state, far, NOISE, PERIOD)
    assert not FILTER.can_reach(state, turned, NOISE, PERIOD)
    # After half a second without a frame it may be there.
    assert FILTER.can_reach(state, far, NOISE, 0.5)


def test_out_of_sight_it_slows_down_and_its_place_becomes_unknown():
    state = followed(moving(np.array([0.3, 0, 0, 0, 0, 0]), 60))[-1]
    speed = np.linalg.norm(state.velocity[:3])
    for _ in range(60):
        state = FILTER.coast(state, PERIOD)
    assert np.linalg.norm(state.velocity[:3]) == pytest.approx(
        speed * np.exp(-2.0 / MotionConfig().damping), rel=1e-6
    )
    spread = np.sqrt(state.pose_covariance.diagonal()[:3])
    assert (spread > 0.01).all() and (spread < 0.5).all()


def test_along_what_measurements_do_not_tell_the_prediction_stays():
    blind = NOISE.copy()
    blind[5, 5] = 10.0
    begun = FILTER.begin(np.eye(4), NOISE)
    state = FILTER.predict(begun, PERIOD)
    seen = se3.from_rotation_vector([0.0, 0.0, 0.3], [0.002, 0.0, 0.0])
    corrected = FILTER.update(begun, PERIOD, seen, blind)
    offset = se3.tangent(state.T_camera_object, corrected.T_camera_object)
    assert abs(offset[5]) < 0.001 and offset[0] > 0.0005


def test_what_begins_to_move_is_no_longer_thought_at_rest():
    rest, away = moving(np.zeros(6), 40), moving(np.array([0.5, 0, 0, 0, 0, 0]), 10)
    states = followed(rest + away)
    assert states[39].weights[0] > 0.5 > states[42].weights[0]


@given(seed=st.integers(0, 1000), seconds=st.floats(0.0, 0.2))
def test_compiled_covariances_are_those_of_the_matrices(seed, seconds):
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(12, 12))
    P, variances = root @ root.T + np.eye(12), np.diag(rng.uniform(0.1, 2.0, 6))
    F = np.eye(12)
    F[:6, 6:] = seconds * np.eye(6)
    # Of continuous white noise, Bar-Shalom et al., section 6.2.2; the density is the variance times the step.
    Q = seconds**2 * np.array([[seconds**2 / 3.0, seconds / 2.0], [seconds / 2.0, 1.0]])
    expected = F @ P @ F.T + np.kron(Q, variances)
    np.testing.assert_allclose(
        motion_kernels.moved_on(P, seconds, seconds, variances), expected, rtol=1e-9, atol=1e-9
    )


@given(seed=st.integers(0, 1000))
def test_with_one_model_a_step_is_kalmans(seed):
    rng = np.random.default_rng(seed)
    root, noise_root = rng.normal(size=(12, 12)), rng.normal(size=(6, 6))
    P, R, delta = root @ root.T + np.eye(12), noise_root @ noise_root.T + np.eye(6), rng.normal(size=6)
    found, offsets, after, weights = motion_kernels.all_corrected(
        np.zeros((1, 12)), P[None], np.ones(1), delta, R
    )
    K = P[:, :6] @ np.linalg.inv(P[:6, :6] + R)
    np.testing.assert_allclose(found, K @ delta, rtol=1e-7, atol=1e-9)
    np.testing.assert_array_equal(offsets, np.zeros((1, 12)))
    np.testing.assert_allclose(after[0], P - K @ P[:6], rtol=1e-6, atol=1e-8)
    np.testing.assert_array_equal(weights, [1.0])


@given(seed=st.integers(0, 1000), slowing=st.floats(0.0, 1.0))
def test_what_is_held_back_is_the_share_of_the_noise(seed, slowing):
    rng = np.random.default_rng(seed)
    N, W, U, S = (root @ root.T + np.eye(6) for root in rng.normal(size=(4, 6, 6)))
    velocity, blind = rng.normal(size=6), N @ np.linalg.inv(N + W)
    left, unseen = motion_kernels.held_back(velocity, U, N, W, slowing, S)
    np.testing.assert_allclose(left, velocity - slowing * blind @ velocity, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(unseen, blind @ (U + S) @ blind.T, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("period", [PERIOD, 2 * PERIOD, 3 * PERIOD])
@pytest.mark.parametrize("angle", [0.1, 0.3])
def test_after_a_jump_the_velocity_does_not_swing(period, angle):
    noise = np.diag([0.001**2] * 3 + [0.005**2] * 3)
    state = FILTER.begin(np.eye(4), noise)
    for turned in [0.0] * 5 + [angle] * 4:
        state = FILTER.update(state, period, se3.from_rotation_vector([turned, 0.0, 0.0]), noise)
    assert abs(state.velocity[3]) < 0.1


def test_along_what_is_never_measured_rest_is_not_taken_for_granted():
    blind = NOISE.copy()
    blind[5, 5] = 3.0
    state = FILTER.begin(np.eye(4), NOISE)
    for _ in range(30):
        state = FILTER.update(state, PERIOD, np.eye(4), blind)
    deviations = np.degrees(np.sqrt(np.diag(state.pose_covariance)[3:]))
    assert deviations[2] > 25.0 and (deviations[:2] < 1.0).all()


@given(st.floats(-3.0, 3.0), st.floats(-2.0, 2.0))
def test_a_can_does_not_turn_about_its_axis_and_is_free_about_the_others(turn, rate):
    can = SymmetryGroup.parse("y:inf")
    before = se3.from_rotation_vector([0.6, 0.2, -0.4], [0.1, 0.0, 0.7])
    tilt = se3.from_rotation_vector([0.02, 0.0, -0.01])
    turned = before @ tilt @ se3.from_rotation_vector([0.0, turn, 0.0])
    axis = turned[:3, 1]
    velocity = np.concatenate([[0.1, 0.2, 0.3], rate * axis + np.cross(axis, [0.3, 0.1, 0.0])])
    state = without_unseen_turn(MotionState.of(turned, velocity, np.eye(12)), can, before)
    assert se3.difference(before, state.T_camera_object)[1] < 0.03
    np.testing.assert_allclose(state.T_camera_object[:3, 1], axis, atol=1e-9)
    np.testing.assert_allclose(state.velocity[:3], velocity[:3])
    np.testing.assert_allclose(state.velocity[3:], np.cross(axis, [0.3, 0.1, 0.0]), atol=1e-9)


def test_what_has_no_axis_turns_as_it_was_measured():
    state = MotionState.of(np.eye(4), np.arange(6.0), np.eye(12))
    assert without_unseen_turn(state, SymmetryGroup.none(), np.eye(4)) is state


def test_a_turn_about_an_axis_beside_the_origin_takes_the_origin_along():
    can = SymmetryGroup.parse("z:inf", centre=[0.1, 0.0, 0.0])
    about_axis = np.array([0.0, -0.2, 0.0, 0.0, 0.0, 2.0])  # the middle of the axis rests
    state = without_unseen_turn(MotionState.of(np.eye(4), about_axis, np.eye(12)), can, np.eye(4))
    np.testing.assert_allclose(state.velocity, np.zeros(6), atol=1e-12)
