"""The share of one cloud that comes to lie near another."""

from __future__ import annotations

import numpy as np
import pytest

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.registration.overlap_grid import MOST_CELLS, OverlapGrid

DISTANCE = 0.01


def square(count: int = 2000) -> np.ndarray:
    """Points of a square of 0.2 m in the plane z = 0."""
    points = np.random.default_rng(0).uniform(-0.1, 0.1, (count, 3)).astype(np.float32)
    points[:, 2] = 0.0
    return points


def shifted(x: float, z: float = 0.0) -> np.ndarray:
    pose = np.eye(4, dtype=np.float32)[None, :3]
    pose[0, :, 3] = x, 0.0, z
    return pose


@pytest.mark.parametrize(
    ("x", "z", "share"), [(0.0, 0.0, 1.0), (0.1, 0.0, 0.53), (0.0, 0.05, 0.0), (5.0, 0.0, 0.0)]
)
def test_a_shifted_square_overlaps_by_what_is_left(x, z, share):
    grid = OverlapGrid(square(), square(), DISTANCE)
    assert grid.overlaps(shifted(x, z))[0] == pytest.approx(share, abs=0.05)


def test_all_poses_are_judged_at_once():
    grid = OverlapGrid(square(), square(), DISTANCE)
    poses = np.concatenate([shifted(x) for x in (0.0, 0.1, 5.0)])
    np.testing.assert_allclose(
        grid.overlaps(poses), [grid.overlaps(shifted(x))[0] for x in (0.0, 0.1, 5.0)], atol=1e-6
    )


def test_a_large_cloud_gets_larger_cells():
    points = 1e4 * square()
    grid = OverlapGrid(points, points, DISTANCE)
    assert grid.overlaps(shifted(0.0))[0] == 1.0
    assert max(grid._shape) <= MOST_CELLS + 4


def test_a_target_that_is_not_finite_is_refused():
    target = square()
    target[3, 1] = np.nan
    with pytest.raises(InvalidInputError, match=r"RANSAC: a target point is not finite"):
        OverlapGrid(square(), target, DISTANCE)
