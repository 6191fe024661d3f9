"""Voxels: means of their points, sorted along the curve, pooled by halves."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.networks.curves import CURVES
from pose_nodes.networks.neighbourhood import pair_features
from pose_nodes.networks.point_batch import PointBatch
from pose_nodes.networks.serialisation import curve_codes
from pose_nodes.networks.voxel_level import coarser, voxelise


def voxels_of(points, normals=None, ends=None, side=1.0):
    ends = torch.tensor(ends or [len(points)])
    return voxelise(PointBatch(torch.tensor(points), normals, ends), side, tuple(CURVES))


def test_a_voxel_holds_the_means_of_its_points():
    normals = torch.tensor([[1.0, 0, 0], [0, 1.0, 0], [0, 0, 1.0]])
    level, voxels = voxels_of([[0.0, 0, 0], [0.5, 0.5, 0.5], [2.0, 0, 0]], normals)
    assert level.cells.tolist() == [[0, 0, 0], [2, 0, 0]] and voxels.tolist() == [0, 0, 1]
    assert level.centres.tolist() == [[0.25] * 3, [2.0, 0.0, 0.0]]
    torch.testing.assert_close(level.normals, torch.tensor([[0.5**0.5, 0.5**0.5, 0.0], [0.0, 0.0, 1.0]]))


def test_normals_that_cancel_leave_none():
    level, _ = voxels_of([[0.0, 0, 0], [0.1, 0, 0]], torch.tensor([[1.0, 0, 0], [-1.0, 0, 0]]))
    assert level.normals.tolist() == [[0.0, 0.0, 0.0]]


def test_each_cloud_has_a_grid_of_its_own():
    level, voxels = voxels_of([[5.0, 5, 5], [7.2, 5, 5], [-3.0, 0, 0]], ends=[2, 3])
    assert level.cells.tolist() == [[0, 0, 0], [2, 0, 0], [0, 0, 0]]
    assert (level.clouds.tolist(), level.counts, voxels.tolist()) == ([0, 0, 1], (2, 1), [0, 1, 2])


def test_pooled_voxels_are_those_of_a_grid_of_twice_the_side():
    torch.manual_seed(0)
    points = torch.rand(500, 3) * 20
    level, _ = voxels_of(points.tolist(), ends=[300, 500])
    pooled, parents = coarser(level, range(4))
    assert (pooled.cells[parents] == level.cells >> 1).all()
    assert (pooled.clouds[parents] == level.clouds).all()
    assert len(torch.unique(torch.cat([pooled.clouds[:, None], pooled.cells], dim=1), dim=0)) == len(pooled)
    assert (pooled.keys.diff() > 0).all() and pooled.side == 2.0
    first = pooled.cells[pooled.clouds == 0]
    alone = curve_codes(first, torch.zeros(len(first), dtype=torch.long), tuple(CURVES))
    # Codes of one more bit, cut: the curves go through the coarse cells in the same order.
    ours = pooled.codes[:, pooled.clouds == 0]
    assert (ours.argsort(dim=1) == alone.argsort(dim=1)).all()


@pytest.mark.parametrize("far", [65_536.0, 1e12, 1e19, 1e30])
def test_clouds_wider_than_the_codes_are_refused_however_wide(far):
    with pytest.raises(InvalidInputError, match="of which at most 65536 can be told apart"):
        voxels_of([[0.0, 0, 0], [far, 0, 0]])


def test_curves_are_exchanged_when_asked():
    level, _ = voxels_of((torch.rand(100, 3) * 9).tolist())
    level.windows(0, 8)
    windows = level.along([2, 0, 3, 1]).windows(0, 8)
    assert (windows.tables[0] == level.windows(2, 8).tables[0]).all()
    straight, _ = coarser(level, [0, 1, 2, 3])
    mixed, _ = coarser(level, [2, 0, 3, 1])
    assert (mixed.codes == straight.codes[[2, 0, 3, 1]]).all()


def test_structures_are_made_once():
    level, _ = voxels_of((torch.rand(100, 3) * 9).tolist())
    assert level.kernel(3) is level.kernel(3) and level.windows(1, 16) is level.windows(5, 16)


def random_level(count=60):
    generator = torch.Generator().manual_seed(3)
    points, normals = torch.rand((2, count, 3), generator=generator)
    normals = torch.nn.functional.normalize(normals - 0.5, dim=1)
    return voxelise(PointBatch(4.0 * points, normals, torch.tensor([count // 2, count])), 1.0, tuple(CURVES))[
        0
    ]


def test_the_nearest_are_the_first_of_a_wider_search_before():
    narrow, wide = random_level().nearest(4), random_level()
    wide.nearest(16)
    for found, expected in zip(wide.nearest(4), narrow, strict=True):
        assert torch.equal(found, expected)


def test_pairs_of_windows_are_those_of_their_voxels():
    level = random_level()
    for table, pairs in zip(level.windows(1, 8).tables, level.window_pairs(1, 8, 3.0), strict=True):
        for window in range(len(table)):
            for i, one in enumerate(table[window]):
                for j, other in enumerate(table[window]):
                    apart = level.centres[other] - level.centres[one]
                    expected = pair_features(apart, level.normals[one], level.normals[other], 3.0)
                    torch.testing.assert_close(pairs[window, i, j], expected)
