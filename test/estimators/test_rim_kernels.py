"""Lines across a rim lie where it is drawn, and find it where it is seen."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pose_nodes.estimators import rim_kernels
from pose_nodes.geometry import se3

INTRINSICS = np.array([600.0, 600.0, 159.5, 119.5])
SHAPE = (240, 320)
T = se3.from_rotation_vector([0.0, 0.0, 0.0], [0.0, 0.0, 0.5])
EXPECTED = np.diag([0.01**2] * 3 + [0.01**2, 0.01**2, 0.1**2])
REACHES = np.array([6.0, 4.0, 3.0, 3.0])
HALF = np.array([0.03, 0.015])
"""Of a plate before the camera, metres."""


def plate(motion: np.ndarray) -> np.ndarray:
    """How much of each pixel shows a plate that was moved by a motion."""
    step = (np.arange(4) - 1.5) / 4.0
    u = (np.arange(SHAPE[1])[:, None] + step).ravel()
    v = (np.arange(SHAPE[0])[:, None] + step).ravel()
    rays = np.stack(np.broadcast_arrays((u - 159.5) / 600.0, (v[:, None] - 119.5) / 600.0, 1.0), axis=-1)
    T_plate_camera = se3.inverse(se3.perturb(T, motion))
    along, start = rays @ T_plate_camera[:3, :3].T, T_plate_camera[:3, 3]
    at = start[:2] - along[..., :2] * (start[2] / along[..., 2:])
    inside = np.all(np.abs(at) < HALF, axis=-1)
    return inside.reshape(SHAPE[0], 4, SHAPE[1], 4).mean(axis=(1, 3))


def drawn_lines() -> np.ndarray:
    hit = plate(np.zeros(6)) > 0.5
    depth = np.where(hit, 0.5, np.nan).astype(np.float32)
    soft = cv2.GaussianBlur(hit.astype(np.float32), (0, 0), 2.0)
    return rim_kernels.rim_lines(depth, soft, 0, 0, 1)


def table_of(image: np.ndarray) -> np.ndarray:
    near_rim = cv2.GaussianBlur(plate(np.zeros(6)), (0, 0), 2.0)
    sides = (near_rim > 0.98).astype(np.int8) - (near_rim < 0.02).astype(np.int8)
    return rim_kernels.color_table(image, sides, 0, 0, 1)


def follow(image: np.ndarray, depth: np.ndarray | None = None) -> tuple:
    depth = np.full(SHAPE, 0.5, np.float32) if depth is None else depth
    return rim_kernels.followed(
        drawn_lines(), T, INTRINSICS, image, depth, table_of(image), (0.0035, 0.007), 1.0, 1.0, EXPECTED,
        REACHES, 25,
    )  # fmt: skip


def colored(share: np.ndarray) -> np.ndarray:
    """Orange where it is 1, blue where it is 0."""
    share = share[..., None]
    return (share * [230.0, 140.0, 20.0] + (1.0 - share) * [30.0, 60.0, 160.0]).astype(np.uint8)


def test_lines_begin_on_the_rim_and_point_outwards():
    lines = drawn_lines()
    u, v = (lines[:, 0] - 159.5) / 36.0, (lines[:, 1] - 119.5) / 18.0
    sides = np.maximum(np.abs(u), np.abs(v))
    straight = np.minimum(np.abs(u), np.abs(v)) < 0.8  # corners are round where the silhouette is blurred
    assert straight.sum() > 100
    np.testing.assert_allclose(sides[straight], 1.0, atol=0.04)
    assert np.all(lines[straight, 3] * u[straight] + lines[straight, 4] * v[straight] > 0.9)


def test_lines_tell_how_far_they_run_on_the_object_and_beside_it():
    hit = np.zeros((40, 60), bool)
    hit[10:30, 10:14] = hit[10:30, 18:50] = True  # a bar of four pixels, and a gap of four
    soft = cv2.GaussianBlur(hit.astype(np.float32), (0, 0), 1.0)
    lines = rim_kernels.rim_lines(np.where(hit, 1.0, np.nan).astype(np.float32), soft, 0, 0, 1)
    middle = lines[np.abs(lines[:, 1] - 20.0) < 3.0]
    bar, gap = middle[middle[:, 0] < 10.0], middle[np.abs(middle[:, 0] - 17.5) < 1.0]
    assert len(bar) and len(gap)
    assert set(bar[:, 5]) <= {3.0, 4.0} and set(gap[:, 6]) <= {3.0, 4.0}
    assert np.all(gap[:, 5] == rim_kernels.REACH)


def test_colours_of_the_object_are_likely_and_those_that_both_have_tell_nothing():
    image = np.zeros((4, 6, 3), np.uint8)
    image[:2] = 200, 0, 0
    image[2:] = 0, 0, 200
    image[:, 4:] = 90, 90, 90
    sides = np.array([[1] * 6] * 2 + [[-1] * 6] * 2, np.int8)
    table = rim_kernels.color_table(image, sides, 0, 0, 1).reshape(16, 16, 16)
    assert table[12, 0, 0] > 0.99 and table[0, 0, 12] < 0.01
    assert table[5, 5, 5] == pytest.approx(0.5) and table[15, 15, 15] == pytest.approx(0.5)


@settings(max_examples=40, deadline=None)
@given(st.floats(-0.0025, 0.0025), st.floats(-0.0025, 0.0025), st.floats(-0.05, 0.05))
def test_a_rim_that_moved_is_found(x, y, turn):
    truth = np.array([x, y, 0.0, 0.0, 0.0, turn])
    motion, information, _, _, count = follow(colored(plate(truth)))
    assert count > 60
    # A pixel, as colours are looked up at whole ones, and this plate is parallel to their rows; and half of
    # one at its end.
    np.testing.assert_allclose(motion[:2], truth[:2], atol=0.5 / 600.0)
    np.testing.assert_allclose(motion[5], truth[5], atol=0.014)
    assert information[5, 5] > 1.0 / 0.02**2


def test_where_all_has_one_colour_no_line_tells_anything():
    *_, count = follow(np.full((*SHAPE, 3), 128, np.uint8))
    assert count == 0


def test_what_is_hidden_by_something_nearer_tells_nothing():
    image = colored(plate(np.zeros(6)))
    depth = np.full(SHAPE, 0.5, np.float32)
    depth[:, 150:] = 0.4
    *_, everything = follow(image)
    *_, left = follow(image, depth)
    assert 0.3 * everything < left < 0.6 * everything


def test_what_errors_of_normals_feign_is_told():
    """A round rim holds no turn: what seems to hold it is feigned."""
    v, u = np.mgrid[: SHAPE[0], : SHAPE[1]]
    disc = (u - 159.5) ** 2 + (v - 119.5) ** 2 < 30.0**2
    soft = cv2.GaussianBlur(disc.astype(np.float32), (0, 0), 2.0)
    lines = rim_kernels.rim_lines(np.where(disc, 0.5, np.nan).astype(np.float32), soft, 0, 0, 1)
    image = colored(disc.astype(np.float64))
    table = rim_kernels.color_table(image, np.where(disc, 1, -1).astype(np.int8), 0, 0, 1)
    _, information, _, feigned, count = rim_kernels.followed(
        lines, T, INTRINSICS, image, np.full(SHAPE, 0.5, np.float32), table, (0.0035, 0.007), 1.0, 1.0,
        EXPECTED, REACHES, 25,
    )  # fmt: skip
    assert count > 60 and information[5, 5] < 1.5 * feigned[5, 5]


def test_depth_and_rim_are_weighed_by_what_each_knows():
    covariance = np.diag([0.001**2] * 3 + [0.02**2] * 3)
    information = np.diag([0.0, 0.0, 0.0, 0.0, 0.0, 1.0 / 0.01**2])
    seen = np.array([0.0, 0.0, 0.0, 0.0, 0.0, 0.05])
    moved, joint, _ = rim_kernels.joined(
        covariance, np.zeros((6, 6)), information, information, np.zeros(6), seen
    )
    np.testing.assert_allclose(moved, [0.0, 0.0, 0.0, 0.0, 0.0, 0.04], atol=1e-12)
    np.testing.assert_allclose(np.diag(joint)[:5], np.diag(covariance)[:5])
    np.testing.assert_allclose(joint[5, 5], 1.0 / (1.0 / 0.02**2 + 1.0 / 0.01**2))


def test_along_what_the_rim_is_free_it_tells_nothing():
    covariance = np.diag([0.001**2] * 3 + [0.02**2] * 3)
    free = np.diag([1.0, 1.0, 1.0, 0.0, 0.0, 0.0])
    information = np.diag([1e8, 1e8, 1e8, 0.0, 0.0, 0.0])
    seen = np.array([0.003, 0.0, 0.0, 0.0, 0.0, 0.0])
    moved, joint, _ = rim_kernels.joined(covariance, free, information, information, np.zeros(6), seen)
    assert np.abs(moved).max() < 1e-8
    np.testing.assert_allclose(joint, covariance, rtol=1e-4)


def test_along_what_is_feigned_the_pose_stays_however_little_depth_knows():
    """A can: the rim seems to tell a turn about its axis, and depth tells none."""
    covariance = np.diag([0.001**2] * 3 + [0.02**2, 3.0, 0.02**2])
    information = np.diag([1e6] * 3 + [1e4] * 3)
    certain = np.diag([1e6] * 3 + [1e4, 0.0, 1e4])
    slope = np.array([0.0, 0.0, 0.0, 0.0, 1e3, 0.0])
    moved, joint, _ = rim_kernels.joined(
        covariance, np.zeros((6, 6)), information, certain, slope, np.zeros(6)
    )
    assert abs(moved[4]) < 1e-6 and joint[4, 4] == pytest.approx(3.0)
