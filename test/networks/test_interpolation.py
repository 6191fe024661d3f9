"""Features of points between voxels."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from pose_nodes.networks.interpolation import between

CENTRES = torch.tensor([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [5, 5, 5]])
FEATURES = torch.eye(4)


def at(*points):
    return between(CENTRES, [4], torch.tensor(points), [len(points)]).of(FEATURES)


def test_a_point_where_a_voxel_is_has_its_features():
    torch.testing.assert_close(at(*CENTRES.tolist()), FEATURES, atol=1e-6, rtol=0)


def test_a_point_as_near_to_three_voxels_has_the_mean_of_theirs():
    torch.testing.assert_close(at([0.5, 0.5, 0.0])[0], torch.tensor([1 / 3, 1 / 3, 1 / 3, 0]))


def test_the_weights_are_inverse_squared_distances_of_the_nearest_three():
    nearest = torch.tensor([1 / 0.25**2, 1 / 0.75**2, 1 / (0.25**2 + 1), 0])
    torch.testing.assert_close(at([0.25, 0.0, 0.0])[0], nearest / nearest.sum())


def test_a_cloud_does_not_look_into_another():
    points = torch.tensor([[0.1, 0.0, 0.0], [5.0, 5.0, 5.1]])
    alone = between(CENTRES, [3, 1], points.flip(0), [1, 1]).of(FEATURES)
    assert torch.equal(alone[0, 3:], torch.zeros(1))
    torch.testing.assert_close(alone[1], FEATURES[3])


@pytest.mark.parametrize("voxels", [1, 2])
def test_fewer_voxels_than_three_are_enough(voxels):
    found = between(CENTRES[:voxels], [voxels], torch.tensor([[0.5, 0.0, 0.0]]), [1]).of(FEATURES[:voxels])
    torch.testing.assert_close(found[0], FEATURES[:voxels].mean(dim=0))


def test_gradients_reach_the_voxels_that_a_point_is_between():
    features = FEATURES.clone().requires_grad_()
    between(CENTRES, [4], torch.tensor([[0.2, 0.1, 0.0]]), [1]).of(features).sum().backward()
    assert (features.grad[:3] > 0).all() and (features.grad[3] == 0).all()
