"""Attention among all tokens of an image (Dosovitskiy et al., "An image is worth 16x16 words", ICLR 2021)."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention


class ImageAttention(nn.Module):
    """Plain softmax attention of several heads."""

    def __init__(self, channels: int, heads: int) -> None:
        """Build a layer; `heads` divides `channels`."""
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(channels, 3 * channels)
        self.projection = nn.Linear(channels, channels)

    def forward(self, tokens: Tensor) -> Tensor:
        """(b, t, c) -> (b, t, c)."""
        batch, count, channels = tokens.shape
        qkv = self.qkv(tokens).view(batch, count, 3, self.heads, -1)
        query, key, value = qkv.permute(2, 0, 3, 1, 4)
        seen = scaled_dot_product_attention(query, key, value)
        return self.projection(seen.transpose(1, 2).reshape(batch, count, channels))
