"""One block of a vision transformer as DINOv2 has them: attention and a perceptron, each added to what comes
in, scaled channel by channel."""

from __future__ import annotations

from torch import Tensor, nn

from pose_nodes.networks.gated_perceptron import GatedPerceptron
from pose_nodes.networks.image_attention import ImageAttention
from pose_nodes.networks.layer_scale import LayerScale
from pose_nodes.networks.perceptron import Perceptron

NORM_EPSILON = 1e-6
_RATIO = 4.0
_START = 1.0


class ImageBlock(nn.Module):
    """A block without dropout: this package does not train it."""

    def __init__(self, channels: int, heads: int, gated: bool) -> None:
        """Build a block; `gated` chooses its perceptron."""
        super().__init__()
        self.attention_norm = nn.LayerNorm(channels, eps=NORM_EPSILON)
        self.attention = ImageAttention(channels, heads)
        self.attention_scale = LayerScale(channels, _START)
        self.perceptron_norm = nn.LayerNorm(channels, eps=NORM_EPSILON)
        self.perceptron = GatedPerceptron(channels, _RATIO) if gated else Perceptron(channels, _RATIO)
        self.perceptron_scale = LayerScale(channels, _START)

    def forward(self, tokens: Tensor) -> Tensor:
        """(b, t, c) -> (b, t, c)."""
        tokens = tokens + self.attention_scale(self.attention(self.attention_norm(tokens)))
        return tokens + self.perceptron_scale(self.perceptron(self.perceptron_norm(tokens)))
