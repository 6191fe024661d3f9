"""Attention among the voxels of a window along a space-filling curve (Wu et al., "Point Transformer V3")."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

from pose_nodes.networks.serialisation import Windows


class WindowAttention(nn.Module):
    """Plain softmax attention in each window, with no encoding of positions."""

    def __init__(self, channels: int, heads: int) -> None:
        """Build a layer; `heads` divides `channels`."""
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(channels, 3 * channels)
        self.projection = nn.Linear(channels, channels)

    def forward(self, features: Tensor, windows: Windows, biases: Sequence[Tensor] = ()) -> Tensor:
        """(n, c) -> (n, c); biases are added to the scores, (w, heads, k, k) for each table of windows."""
        qkv = self.qkv(features)
        given = biases or [None] * len(windows.tables)
        seen = [self._attend(qkv, *pair) for pair in zip(windows.tables, given, strict=True)]
        return self.projection(torch.cat(seen).index_select(0, windows.places))

    def _attend(self, qkv: Tensor, table: Tensor, bias: Tensor | None) -> Tensor:
        """(w, k) windows -> (w k, c)."""
        count, size = table.shape
        gathered = qkv.index_select(0, table.flatten()).view(count, size, 3, self.heads, -1)
        query, key, value = gathered.permute(2, 0, 3, 1, 4)
        seen = scaled_dot_product_attention(query, key, value, attn_mask=bias)
        return seen.transpose(1, 2).reshape(count * size, -1)
