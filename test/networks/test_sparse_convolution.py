"""Sparse convolution: what a dense one gives at the occupied cells, and the same gradients."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from pose_nodes.networks.kernel_map import kernel_map
from pose_nodes.networks.sparse_convolution import SubmanifoldConvolution


def scattered(seed, side=7, share=0.4):
    """Two clouds of some of the cells of a cube, in any order."""
    generator = torch.Generator().manual_seed(seed)
    occupied = torch.rand(2, side, side, side, generator=generator) < share
    cells = occupied.nonzero()
    cells = cells[torch.randperm(len(cells), generator=generator)]
    return cells[:, 1:], cells[:, 0]


def dense(features, cells, clouds, convolution, side=7):
    """PyTorch's own convolution of the cells in their cube."""
    volume = features.new_zeros(2, features.shape[1], side, side, side)
    at = (clouds, slice(None), cells[:, 0], cells[:, 1], cells[:, 2])
    volume[at] = features
    size = convolution.size
    kernel = convolution.weight.view(size, size, size, *convolution.weight.shape[1:]).permute(4, 3, 0, 1, 2)
    return torch.nn.functional.conv3d(volume, kernel, convolution.bias, padding=size // 2)[at]


@pytest.mark.parametrize(("size", "bias"), [(1, True), (3, True), (3, False), (5, False)])
def test_it_is_a_dense_convolution_at_the_occupied_cells(size, bias):
    torch.manual_seed(size)
    cells, clouds = scattered(1)
    features = torch.randn(len(cells), 4, dtype=torch.float64, requires_grad=True)
    convolution = SubmanifoldConvolution(4, 3, size, bias).double()
    sparse = convolution(features, kernel_map(cells, clouds, size))
    reference = dense(features, cells, clouds, convolution)
    torch.testing.assert_close(sparse, reference)
    inputs = [features, *convolution.parameters()]
    probe = torch.randn_like(reference)
    ours, theirs = (torch.autograd.grad((out * probe).sum(), inputs) for out in (sparse, reference))
    for one, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(one, other)


def test_a_cell_alone_has_itself_as_only_neighbour():
    pairs = kernel_map(torch.tensor([[3, 0, 9]]), torch.tensor([0]), 3)
    assert (pairs.targets.tolist(), pairs.sources.tolist()) == ([0], [0])
    assert [place for place, count in enumerate(pairs.counts) if count] == [13]


def test_cells_of_two_clouds_are_no_neighbours():
    pairs = kernel_map(torch.tensor([[0, 0, 0], [0, 0, 1]]), torch.tensor([0, 1]), 3)
    assert sum(pairs.counts) == 2


def test_the_end_of_a_row_is_no_neighbour_of_the_beginning_of_the_next():
    pairs = kernel_map(torch.tensor([[0, 0, 4], [0, 1, 0]]), torch.tensor([0, 0]), 3)
    assert sum(pairs.counts) == 2


def test_offsets_go_from_the_most_negative_one_with_z_the_fastest():
    pairs = kernel_map(torch.tensor([[1, 1, 1], [1, 1, 2]]), torch.tensor([0, 0]), 3)
    assert {place: count for place, count in enumerate(pairs.counts) if count} == {12: 1, 13: 2, 14: 1}
    assert (pairs.targets[0], pairs.sources[0]) == (1, 0)
