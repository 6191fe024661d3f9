"""Following a pose: precise on real images, and never sure of a pose that is wrong."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from pose_nodes.core.observation import Observation
from pose_nodes.geometry import se3
from pose_nodes.metrics.pose_error import is_correct, pose_difference
from pose_nodes.registration.covariance import unknown_covariance
from pose_nodes.sequences.recording import RecordedFrame
from pose_nodes.tracking.config import StateConfig


def truth(recorded, model) -> se3.Matrix:
    return next(one for one in recorded.truths if one.class_name == model.name).T_camera_object


def with_depth(recorded, depth: np.ndarray) -> Observation:
    return Observation(replace(recorded.frame, depth=np.asarray(depth, np.float32)))


def is_within(estimate, model, T_true: se3.Matrix) -> bool:
    distance, angle = pose_difference(estimate.T_camera_object, T_true, model.symmetry)
    return distance < 0.005 and angle < np.radians(5)


def is_right(estimate, model, T_true: se3.Matrix) -> bool:
    return is_correct(model.points, model.diameter, model.symmetry, estimate.T_camera_object, T_true)


@pytest.fixture(scope="module")
def follow(estimator_of, known_at):
    """Updates from one recorded frame, of which the truth is known, to a later one."""

    def update(model, before, after):
        prior = known_at(model, truth(before, model))
        return estimator_of(model).update(Observation(after.frame), prior)

    return update


def pairs(recording, skip: int) -> Iterator[tuple[RecordedFrame, RecordedFrame]]:
    """All recorded frames with the frame so many later."""
    last: deque[RecordedFrame] = deque(maxlen=skip)
    for recorded in recording:
        if len(last) == skip:
            yield last[0], recorded
        last.append(recorded)


def share_within(follow, recording, model, skip: int) -> float:
    """Of the updates over so many frames, the share that is verified and within 5 mm and 5 degrees."""
    hits = []
    for before, after in pairs(recording, skip):
        estimate = follow(model, before, after)
        hits.append(estimate.verified and is_within(estimate, model, truth(after, model)))
    return float(np.mean(hits))


def test_the_bunny_is_followed_over_ten_degrees_from_any_image_to_the_next(follow, bunny, bunny_model):
    assert share_within(follow, bunny, bunny_model, skip=1) >= 0.97


def test_the_bunny_is_followed_over_twenty_degrees(follow, bunny, bunny_model):
    assert share_within(follow, bunny, bunny_model, skip=2) >= 0.9


@pytest.mark.parametrize("name", ["dragon", "cube"])
def test_dragon_and_cube_are_followed_from_any_frame_to_the_next(follow, desk_video, desk_library, name):
    # Of 98 pairs the cube's reference is wrong in six: those with frames 72, 76 and 77.
    least = 0.97 if name == "dragon" else 0.9
    assert share_within(follow, desk_video, desk_library[name], skip=1) >= least


def test_an_estimate_carries_all_that_it_was_judged_by(follow, bunny, bunny_model):
    estimate = follow(bunny_model, bunny[0], bunny[1])
    assert estimate.class_name == "bunny" and se3.is_rigid(estimate.T_camera_object)
    assert "of the silhouette agrees with depth" in estimate.reason
    assert list(estimate.seconds) == ["texture", "points", "registration", "evidence", "covariance", "rim"]
    assert np.isnan(estimate.evidence.mask_iou) and np.isnan(estimate.evidence.margin)
    deviations = np.sqrt(np.diag(estimate.covariance))
    assert 0.0001 < deviations[:3].min() and deviations[:3].max() < 0.01


def test_an_update_does_not_depend_on_chance(follow, bunny, bunny_model):
    first, again = (follow(bunny_model, bunny[3], bunny[4]) for _ in range(2))
    # Up to rounding: Open3D adds up in several threads, in whatever order they come.
    np.testing.assert_allclose(first.T_camera_object, again.T_camera_object, atol=1e-9)
    np.testing.assert_allclose(first.covariance, again.covariance, atol=1e-9)


def test_a_prediction_reaches_farther_than_the_last_pose(estimator_of, known_at, staged, die):
    before = se3.from_rotation_translation(np.eye(3), [0.0, 0.0, 0.5])
    after = se3.from_rotation_translation(np.eye(3), [0.09, 0.0, 0.5])
    observation = Observation(staged((die, after))[0])
    estimator, prior = estimator_of(die), known_at(die, before)
    assert not is_right(estimator.update(observation, prior), die, after)
    predicted = se3.from_rotation_translation(np.eye(3), [0.085, 0.0, 0.5])
    assert is_within(estimator.update(observation, prior, predicted), die, after)


def test_a_wrong_prediction_is_mended_by_the_last_pose(bunny, bunny_model, estimator_of, known_at):
    prior = known_at(bunny_model, truth(bunny[3], bunny_model))
    away = prior.T_camera_object.copy()
    away[0, 3] += 0.04
    estimate = estimator_of(bunny_model).update(Observation(bunny[4].frame), prior, away)
    assert estimate.verified and is_within(estimate, bunny_model, truth(bunny[4], bunny_model))


def with_a_plate(recorded, model, gap: float, left: bool):
    """A recorded image with a plate so many metres before a third of an object."""
    (segment,) = (one for one in recorded.segments if one.class_name == model.name)
    columns = np.flatnonzero(segment.mask.any(axis=0))
    third = (columns[-1] - columns[0]) * 3 // 10
    first = columns[0] - 60 if left else columns[-1] - third
    depth = np.nan_to_num(recorded.frame.depth, nan=9.0)
    front = np.percentile(depth[segment.mask], 2) - gap
    plate = (slice(None), slice(max(first, 0), first + 60 + third))
    depth[plate] = np.minimum(depth[plate], front)
    return with_depth(recorded, np.where(depth == 9.0, np.nan, depth))


@pytest.mark.parametrize("left", [True, False], ids=["left", "right"])
@pytest.mark.parametrize("gap", [0.008, 0.02])
def test_what_comes_near_an_object_does_not_pull_it_along(
    bunny, bunny_model, estimator_of, known_at, gap, left
):
    for recorded in list(bunny)[::3]:
        T = truth(recorded, bunny_model)
        clear = estimator_of(bunny_model).update(Observation(recorded.frame), known_at(bunny_model, T))
        off = se3.perturb(T, np.array([0.001, -0.001, 0.001, 0.01, -0.01, 0.01]))
        prior = replace(clear, T_camera_object=off)
        hidden = with_a_plate(recorded, bunny_model, gap, left)
        assert is_within(estimator_of(bunny_model).update(hidden, prior), bunny_model, T), recorded.index


def test_what_hides_most_of_an_object_is_not_taken_for_a_part_of_it(
    desk_video, desk_library, estimator_of, known_at
):
    model, recorded = desk_library["dragon"], desk_video[24]
    T = truth(recorded, model)
    prior = estimator_of(model).update(Observation(recorded.frame), known_at(model, T))
    hidden = with_a_plate(recorded, model, 0.008, left=True)
    assert is_within(estimator_of(model).update(hidden, prior), model, T)


def test_a_symmetric_object_keeps_the_sides_it_had(estimator_of, known_at, staged, die):
    T = se3.from_rotation_vector([0.5, 0.6, 0.2], [0.03, -0.02, 0.55])
    observation = Observation(staged((die, T))[0])
    for turn in die.symmetry.discrete[::5]:
        estimate = estimator_of(die).update(observation, known_at(die, T @ turn))
        assert se3.difference(estimate.T_camera_object, T @ turn)[1] < np.radians(3)


@pytest.mark.parametrize("value", [np.nan, 0.0, 5.0])
def test_without_depth_or_before_an_empty_room_nothing_is_verified(
    bunny, bunny_model, estimator_of, known_at, value
):
    prior = known_at(bunny_model, truth(bunny[3], bunny_model))
    estimate = estimator_of(bunny_model).update(with_depth(bunny[4], np.full((480, 640), value)), prior)
    assert not estimate.verified and estimate.score == 0.0
    assert (
        estimate.reason == "no depth where the object should be: it left the image, or nothing was measured"
    )
    np.testing.assert_array_equal(estimate.T_camera_object, prior.T_camera_object)
    np.testing.assert_array_equal(estimate.covariance, unknown_covariance(bunny_model.diameter))


@pytest.mark.parametrize("scale", [0.1, 0.9, 1.2, 10.0])
def test_depth_of_a_wrong_scale_is_not_verified_at_the_old_pose(
    bunny, bunny_model, estimator_of, known_at, scale
):
    T = truth(bunny[3], bunny_model)
    estimate = estimator_of(bunny_model).update(
        with_depth(bunny[3], bunny[3].frame.depth * scale), known_at(bunny_model, T)
    )
    assert not estimate.verified


@pytest.mark.parametrize(
    "place", [[0.0, 0.0, -0.6], [3.0, 0.0, 0.6], [0.0, -3.0, 0.6]], ids=["behind", "right", "above"]
)
def test_an_object_that_left_the_image_is_not_verified(bunny, bunny_model, estimator_of, known_at, place):
    T = se3.from_rotation_translation(truth(bunny[3], bunny_model)[:3, :3], place)
    estimate = estimator_of(bunny_model).update(Observation(bunny[3].frame), known_at(bunny_model, T))
    assert not estimate.verified and "left the image" in estimate.reason
    np.testing.assert_array_equal(estimate.T_camera_object, T)


@pytest.mark.parametrize("share", [0.2, 0.4, 0.6, 0.8, 1.0])
@pytest.mark.parametrize("side", ["left", "top"])
def test_something_in_front_never_makes_it_sure_of_a_wrong_pose(
    bunny, bunny_model, estimator_of, known_at, side, share
):
    recorded, T = bunny[4], truth(bunny[4], bunny_model)
    v, u = np.nonzero(recorded.segments[0].mask)
    depth = recorded.frame.depth.copy()
    if side == "left":
        depth[:, : int(u.min() + share * (u.max() + 1 - u.min()))] = T[2, 3] - 0.2
    else:
        depth[: int(v.min() + share * (v.max() + 1 - v.min()))] = T[2, 3] - 0.2
    prior = known_at(bunny_model, truth(bunny[3], bunny_model))
    estimate = estimator_of(bunny_model).update(with_depth(recorded, depth), prior)
    assert is_within(estimate, bunny_model, T) or not estimate.verified
    if share <= 0.2:
        assert estimate.verified and estimate.evidence.occluded_fraction > 0.02
    if share == 1.0:
        assert not estimate.verified


def test_after_two_skipped_frames_wrong_poses_are_seldom_taken_for_right(follow, desk_video, desk_library):
    dragon = desk_library["dragon"]
    right = []
    for before, after in pairs(desk_video, skip=3):
        estimate = follow(dragon, before, after)
        if estimate.verified:
            right.append(is_right(estimate, dragon, truth(after, dragon)))
    assert len(right) > 70
    assert np.mean(right) >= 0.9


def test_from_another_view_than_the_last_a_wrong_pose_that_agrees_as_usual_is_rare(
    follow, bunny, bunny_model
):
    views = list(bunny)
    usual = StateConfig().least_usual_score * 0.9  # the score of the frame before
    wrong = []
    for first, turn in itertools.product(range(0, 36, 3), (9, 18, 27)):
        after = views[(first + turn) % 36]
        estimate = follow(bunny_model, views[first], after)
        trusted = estimate.verified and estimate.score >= usual
        wrong.append(trusted and not is_right(estimate, bunny_model, truth(after, bunny_model)))
    assert np.mean(wrong) < 0.15


def a_box_on_a_table(staged, T_camera_box, box):
    """Depth of a box on a table that is tilted as it is."""
    frame, _ = staged((box, T_camera_box))
    corner = se3.transform(T_camera_box, np.array([[0.0, 0.0, -0.5 * box.size[2]]]))[0]
    normal, camera = T_camera_box[:3, 2], frame.camera
    v, u = np.mgrid[: camera.height, : camera.width]
    rays = camera.rays(u.ravel().astype(float), v.ravel().astype(float))
    table = ((corner @ normal) / (rays @ normal)).reshape(camera.shape)
    depth = np.where((table > 0.1) & (table < frame.depth), table, frame.depth)
    noise = np.random.default_rng(1).normal(0.0, 0.001, camera.shape)
    return replace(frame, depth=(depth + (depth != frame.depth) * noise).astype(np.float32))


def test_a_flat_box_that_slid_onto_the_table_is_not_taken_for_followed(estimator_of, known_at, staged):
    import trimesh

    from pose_nodes.objects.mesh import TriangleMesh
    from pose_nodes.objects.model import build_model

    mesh = trimesh.creation.box([0.2, 0.06, 0.025])
    box = build_model(
        "remote", TriangleMesh(np.asarray(mesh.vertices), np.asarray(mesh.faces, np.int32)), "box"
    )
    tilt = se3.from_rotation_translation(
        Rotation.from_euler("x", 140.0, degrees=True).as_matrix(), [0.0, 0.0, 0.6]
    )
    frame = a_box_on_a_table(staged, tilt, box)
    at_truth = estimator_of(box).update(Observation(frame), known_at(box, tilt))
    assert at_truth.verified and at_truth.evidence.continued_fraction < 0.1
    beside = tilt @ se3.from_rotation_translation(np.eye(3), [0.0, 0.09, -0.025])
    slid = estimator_of(box).update(
        Observation(frame), replace(at_truth, T_camera_object=beside), may_search=False
    )
    assert se3.difference(slid.T_camera_object, tilt)[0] > 0.03
    assert not slid.verified and "the surface goes on beyond" in slid.reason
