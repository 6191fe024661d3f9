"""Serialisation: clouds stay apart, and windows are filled up as published."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.networks.curves import CURVES
from pose_nodes.networks.serialisation import curve_codes, cut_windows


def test_clouds_come_one_after_another_and_each_has_the_curve_that_it_has_alone():
    generator = torch.Generator().manual_seed(0)
    small, large = (
        torch.randint(0, 5, (40, 3), generator=generator),
        torch.randint(0, 200, (60, 3), generator=generator),
    )
    clouds = torch.tensor([0] * 40 + [1] * 60)
    together = curve_codes(torch.cat([small, large]), clouds, tuple(CURVES))
    for row, alone in zip(
        together, curve_codes(small, torch.zeros(40, dtype=torch.long), tuple(CURVES)), strict=True
    ):
        assert (row[:40] == alone).all()
        assert row[:40].max() < row[40:].min()


def test_a_cloud_too_large_for_the_codes_is_refused():
    cells = torch.tensor([[0, 0, 0], [0, 70_000, 0]])
    with pytest.raises(InvalidInputError, match="extends over 70001 voxels"):
        curve_codes(cells, torch.zeros(2, dtype=torch.long), ("z",))


def test_the_last_window_is_filled_up_from_the_same_places_of_the_one_before():
    windows = cut_windows(torch.arange(10), [10], 4)
    assert [table.tolist() for table in windows.tables] == [[[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 6, 7]]]
    assert windows.places.tolist() == list(range(10))


def test_full_windows_are_not_filled_up():
    windows = cut_windows(torch.arange(8), [8], 4)
    assert [table.tolist() for table in windows.tables] == [[[0, 1, 2, 3], [4, 5, 6, 7]]]


def test_a_small_cloud_is_one_short_window_and_no_window_has_cells_of_two_clouds():
    order = torch.tensor([1, 0, 2, 5, 3, 4, 6, 7, 8])
    windows = cut_windows(order, [3, 5, 1], 4)
    assert [table.tolist() for table in windows.tables] == [[[5, 3, 4, 6], [7, 3, 4, 6]], [[1, 0, 2]], [[8]]]
    flat = torch.cat([table.flatten() for table in windows.tables])
    assert flat[windows.places].tolist() == list(range(9))
