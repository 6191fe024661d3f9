"""One block of Point Transformer V3: position, attention, perceptron, each added to what comes in."""

from __future__ import annotations

from torch import Tensor, nn

from pose_nodes.networks.drop_path import DropPath
from pose_nodes.networks.perceptron import Perceptron
from pose_nodes.networks.position import FARTHEST, ConvolutionPosition, PairBias, PairPosition
from pose_nodes.networks.voxel_level import VoxelLevel
from pose_nodes.networks.window_attention import WindowAttention


class Block(nn.Module):
    """A block that looks along one curve."""

    def __init__(
        self,
        position: ConvolutionPosition | PairPosition,
        channels: int,
        heads: int,
        window: int,
        curve: int,
        ratio: float,
        drop_path: float,
        told: bool = False,
    ) -> None:
        """Build a block.

        Args:
            position: its first layer.
            channels, heads: of its attention.
            window: voxels that see each other.
            curve: number of the curve that they follow each other on.
            ratio: how many times wider the perceptron is.
            drop_path: share of points whose branches are left out in training.
            told: whether attention is told how voxels stand to each other.
        """
        super().__init__()
        self.window, self.curve = window, curve
        self.position = position
        self.attention_norm = nn.LayerNorm(channels)
        self.attention = WindowAttention(channels, heads)
        self.perceptron_norm = nn.LayerNorm(channels)
        self.perceptron = Perceptron(channels, ratio)
        self.drop_path = DropPath(drop_path)
        self.bias = PairBias(heads) if told else None

    def forward(self, features: Tensor, level: VoxelLevel, seen: Tensor | None = None) -> Tensor:
        """(m, c) -> (m, c); `seen` is what its first layer looks at instead of the features."""
        features = features + self.position(features if seen is None else seen, level)
        features = features + self.drop_path(self._attend(self.attention_norm(features), level))
        return features + self.drop_path(self.perceptron(self.perceptron_norm(features)))

    def _attend(self, features: Tensor, level: VoxelLevel) -> Tensor:
        windows = level.windows(self.curve, self.window)
        if self.bias is None:
            return self.attention(features, windows)
        pairs = level.window_pairs(self.curve, self.window, FARTHEST)
        return self.attention(features, windows, [self.bias(table) for table in pairs])
