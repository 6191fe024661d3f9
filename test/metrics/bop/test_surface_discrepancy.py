"""VSD on distance maps whose error can be counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.metrics.bop.surface_discrepancy import drawn_by, may_overlap, slants, vsd

LIMITS = np.array([0.02, 0.05])


def plane(columns: slice, distance: float) -> np.ndarray:
    """A map of 10 x 10 with a surface in some columns."""
    found = np.full((10, 10), np.nan)
    found[:, columns] = distance
    return found


ALL = slice(None)
WALL = plane(ALL, 2.0)


def test_the_same_surface_has_no_error():
    assert vsd(WALL, plane(ALL, 1.0), plane(ALL, 1.0), LIMITS).tolist() == [0.0, 0.0]


def test_surfaces_beside_each_other_have_nothing_in_common():
    assert vsd(WALL, plane(slice(0, 3), 1.0), plane(slice(5, 8), 1.0), LIMITS).tolist() == [1.0, 1.0]


def test_of_surfaces_that_overlap_the_share_that_does_not_counts():
    found = vsd(WALL, plane(slice(0, 6), 1.0), plane(slice(2, 8), 1.0), LIMITS)
    assert found == pytest.approx([0.5, 0.5])  # four columns of eight in common


def test_an_error_of_a_threshold_is_that_threshold_to_the_last_digit():
    true, estimated = plane(slice(0, 2), 1.0), plane(slice(0, 2), 1.0)
    estimated[:2, 0] = 1.5  # two pixels of twenty; the threshold 0.1 does not find this one
    assert vsd(WALL, estimated, true, LIMITS).tolist() == [0.1, 0.1]


def test_a_distance_of_the_limit_itself_is_an_error():
    found = vsd(WALL, plane(ALL, 1.0), plane(ALL, 1.03125), np.array([0.03125, 0.03126]))
    assert found.tolist() == [1.0, 0.0]


def test_what_is_hidden_in_both_maps_does_not_count():
    measured = WALL.copy()
    measured[:, :5] = 0.5  # something before the left half
    estimated = plane(slice(0, 9), 1.0)
    assert vsd(measured, estimated, plane(ALL, 1.0), LIMITS) == pytest.approx([0.2, 0.2])


def test_a_surface_counts_as_visible_up_to_15_millimetres_behind_the_measured_one():
    measured = plane(ALL, 1.0)
    assert vsd(measured, plane(ALL, 1.014), plane(slice(0, 0), 1.0), LIMITS).tolist() == [1.0, 1.0]
    behind = plane(ALL, 1.016)
    assert vsd(measured, behind, behind, LIMITS).tolist() == [1.0, 1.0]  # nothing is visible at all
    assert vsd(measured, behind, behind, LIMITS, tolerance=0.02).tolist() == [0.0, 0.0]


def test_an_estimate_behind_a_truth_that_is_visible_is_visible_there():
    found = vsd(plane(ALL, 1.0), plane(ALL, 1.03), plane(slice(0, 5), 1.0), LIMITS)
    # The estimate, 3 cm behind, counts only in the half where the truth is seen: wrong by 2 cm, right by 5.
    assert found.tolist() == [1.0, 0.0]


def test_a_surface_is_visible_where_nothing_was_measured():
    nothing = plane(slice(0, 0), 1.0)
    assert vsd(nothing, plane(ALL, 1.0), plane(ALL, 1.0), LIMITS).tolist() == [0.0, 0.0]


def test_slants_are_lengths_of_rays_to_a_depth_of_one():
    camera = PinholeCamera(100.0, 50.0, 1.0, 2.0, 5, 4)
    found = slants(camera)
    assert found.shape == (4, 5)
    assert found[2, 1] == 1.0
    assert found[1, 4] == pytest.approx(np.sqrt(1 + 0.03**2 + 0.02**2))


def test_the_program_of_the_benchmark_draws_half_a_pixel_aside():
    drawn = drawn_by(PinholeCamera(100.0, 50.0, 1.0, 2.0, 5, 4))
    assert (drawn.cx, drawn.cy) == (0.5, 1.5)


@pytest.mark.parametrize(("x", "expected"), [(0.19, True), (0.21, False)])
def test_spheres_beside_each_other_overlap_up_to_the_sum_of_their_radii(x, expected):
    here, there = (se3.from_rotation_vector((0.0, 0.0, 0.0), (a, 0.0, 1.0)) for a in (0.0, x))
    assert may_overlap(0.1, here, there) is expected


def test_a_pose_in_the_plane_of_the_camera_overlaps_with_none():
    here, there = (se3.from_rotation_vector((0.0, 0.0, 0.0), (0.0, 0.0, z)) for z in (0.0, 1.0))
    assert not may_overlap(0.1, here, there)
