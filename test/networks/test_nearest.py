"""The nearest of other points, cloud by cloud."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from pose_nodes.networks.nearest import nearest

OTHERS = torch.tensor([[0.0, 0, 0], [1, 0, 0], [3, 0, 0], [0.1, 0, 0]])


def test_the_nearest_of_the_own_cloud_come_in_order():
    table, there = nearest(torch.tensor([[0.9, 0.0, 0.0], [0.9, 0.0, 0.0]]), [1, 1], OTHERS, [3, 1], 2)
    assert table.tolist() == [[1, 0], [3, 3]]
    assert there.tolist() == [[True, True], [True, False]]


def test_in_place_of_what_a_cloud_lacks_stands_the_nearest():
    table, there = nearest(torch.tensor([[2.4, 0.0, 0.0]]), [1], OTHERS[:3], [3], 5)
    assert table.tolist() == [[2, 1, 0, 2, 2]]
    assert there.tolist() == [[True] * 3 + [False] * 2]


def test_a_point_among_itself_is_its_own_nearest():
    table, there = nearest(OTHERS, [3, 1], OTHERS, [3, 1], 2)
    assert table[:, 0].tolist() == [0, 1, 2, 3] and table[3].tolist() == [3, 3]
    assert there[:, 0].all() and not there[3, 1]
