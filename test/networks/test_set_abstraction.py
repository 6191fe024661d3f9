"""Set abstraction: the choices of the published code, point by point."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from pose_nodes.networks.ball_query import ball_query
from pose_nodes.networks.farthest_points import farthest_points
from pose_nodes.networks.set_abstraction import Grouping, SetAbstraction


def on_a_line(*places):
    return torch.tensor([[[place, 0.0, 0.0] for place in places]])


def test_the_farthest_point_is_next():
    assert farthest_points(on_a_line(2.0, 3.0, 9.0, 5.0), 4).tolist() == [[0, 2, 3, 1]]


def test_points_near_the_origin_are_never_chosen_when_that_is_asked_for():
    points = on_a_line(1.0, 0.02, 0.4, -0.01)
    assert farthest_points(points, 3).tolist() == [[0, 3, 2]]
    assert farthest_points(points, 3, skip_origin=True).tolist() == [[0, 2, 0]]


def test_each_cloud_chooses_for_itself():
    torch.manual_seed(0)
    points = torch.randn(5, 60, 3)
    together = farthest_points(points, 20)
    alone = [farthest_points(cloud[None], 20)[0] for cloud in points]
    assert (together == torch.stack(alone)).all()
    assert all(len(set(row)) == 20 for row in together.tolist())


def test_a_ball_holds_the_first_points_inside_and_the_very_first_again():
    points = on_a_line(0.0, 0.9, 5.0, 0.5, 1.0, 0.2)
    found = ball_query(on_a_line(0.0, 5.0), points, radius=1.0, count=3)
    assert found.tolist() == [[[0, 1, 3], [2, 2, 2]]]
    assert ball_query(on_a_line(0.0), points, 1.0, 6).tolist() == [[[0, 1, 3, 5, 0, 0]]]


def test_a_ball_without_points_holds_the_first_of_all():
    assert ball_query(on_a_line(50.0), on_a_line(1.0, 2.0), 1.0, 2).tolist() == [[[0, 0]]]


def test_a_ball_query_is_what_a_loop_finds():
    torch.manual_seed(0)
    points = torch.rand(2, 80, 3)
    found = ball_query(points[:, :20], points, 0.3, 8)
    for cloud in range(2):
        for centre in range(20):
            squares = ((points[cloud] - points[cloud, centre]) ** 2).sum(dim=1)
            inside = (squares < 0.09).nonzero()[:, 0].tolist()[:8]
            assert found[cloud, centre].tolist() == inside + [inside[0]] * (8 - len(inside))


def test_groups_are_described_by_offsets_from_their_centre_and_features():
    torch.manual_seed(0)
    layer = SetAbstraction(2, (5, 4), Grouping(3, 0.5, 6)).eval()
    points, features = torch.rand(2, 40, 3), torch.rand(2, 40, 2)
    centres, described = layer(points, features)
    chosen = farthest_points(points, 3, skip_origin=True)
    table = ball_query(centres, points, 0.5, 6)
    for cloud in range(2):
        for group in range(3):
            middle, members = points[cloud, chosen[cloud, group]], table[cloud, group]
            assert (centres[cloud, group] == middle).all()
            rows = torch.cat([points[cloud, members] - middle, features[cloud, members]], dim=1)
            torch.testing.assert_close(described[cloud, group], layer.layers(rows).amax(dim=0))


def test_all_points_at_once_keep_their_places():
    torch.manual_seed(0)
    layer = SetAbstraction(2, (4,), Grouping(0)).eval()
    points, features = torch.rand(2, 9, 3), torch.rand(2, 9, 2)
    _, described = layer(points, features)
    expected = layer.layers(torch.cat([points, features], dim=2).flatten(0, 1)).view(2, 9, 4).amax(dim=1)
    torch.testing.assert_close(described[:, 0], expected)
