"""Attention: softmax written out, window by window."""

from __future__ import annotations

import math

import pytest

torch = pytest.importorskip("torch")

from pose_nodes.networks.serialisation import cut_windows
from pose_nodes.networks.window_attention import WindowAttention


def plain(layer, features, members):
    """Attention of some points among themselves, one head after another."""
    channels = features.shape[1]
    width = channels // layer.heads
    query, key, value = layer.qkv(features[members]).split(channels, dim=1)
    seen = []
    for head in range(layer.heads):
        own = slice(head * width, (head + 1) * width)
        scores = query[:, own] @ key[:, own].T / math.sqrt(width)
        seen.append(torch.softmax(scores, dim=1) @ value[:, own])
    return layer.projection(torch.cat(seen, dim=1))


@pytest.fixture
def layer():
    torch.manual_seed(0)
    return WindowAttention(12, 3).double()


def test_a_short_cloud_attends_to_all_of_itself(layer):
    features = torch.randn(5, 12, dtype=torch.float64)
    order = torch.tensor([3, 1, 0, 4, 2])
    windows = cut_windows(order, [5], 8)
    torch.testing.assert_close(layer(features, windows), plain(layer, features, torch.arange(5)))


def test_long_clouds_attend_window_by_window_and_the_last_window_is_filled_up(layer):
    features = torch.randn(13, 12, dtype=torch.float64)
    order = torch.cat([torch.randperm(10), torch.tensor([12, 10, 11])])
    seen = layer(features, cut_windows(order, [10, 3], 4))
    for members, own in [
        (order[0:4], 4), (order[4:8], 4), (torch.cat([order[8:10], order[6:8]]), 2), (order[10:13], 3),
    ]:  # fmt: skip
        torch.testing.assert_close(seen[members[:own]], plain(layer, features, members)[:own])
