"""Point Transformer V3 (Wu et al., "Point Transformer V3: Simpler, Faster, Stronger", CVPR 2024)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import gelu

from pose_nodes.networks.block import Block
from pose_nodes.networks.handedness import INVARIANTS, Handedness
from pose_nodes.networks.pooling import Pooling, Unpooling
from pose_nodes.networks.position import NEIGHBOURS, ConvolutionPosition, PairGeometry, PairPosition
from pose_nodes.networks.sparse_convolution import SubmanifoldConvolution
from pose_nodes.networks.voxel_level import VoxelLevel, coarser


@dataclass(frozen=True)
class PointTransformerConfig:
    """What the network is built of; the defaults are the published base configuration.

    Stages go from fine to coarse in both lists; the decoder has one fewer.

    Attributes:
        inputs: channels of the input; 0: point pair features instead, which no rotation changes (our choice).
        encoder_depths, encoder_channels, encoder_heads: blocks, channels and heads of each stage on the way
            down.
        decoder_depths, decoder_channels, decoder_heads: on the way up; the finest has the channels that the
            network gives out.
        window: voxels that see each other.
        ratio: how many times wider perceptrons are between their layers.
        drop_path: share of points whose branches are left out in training, in the deepest block.
        curves: in the order of their use by the blocks of a stage.
        shuffle: whether that order is random in training (the published code shuffles always).
        told_from: first stage whose attention is told how voxels stand to each other, where the input is
            point pair features (our choice).
        neighbours, reach: of point pair features, at the finest stage and the others: how many voxels are
            looked at around one, and within how many sides of a voxel (our choice).
        handed: whether voxels are told which way round their surroundings are, see `handedness`.
        norm: "batch", or "layer", which does not depend on the size of a batch (our choice).
        momentum: with which the norm of batches follows them.
    """

    inputs: int = 3
    encoder_depths: tuple[int, ...] = (2, 2, 2, 6, 2)
    encoder_channels: tuple[int, ...] = (32, 64, 128, 256, 512)
    encoder_heads: tuple[int, ...] = (2, 4, 8, 16, 32)
    decoder_depths: tuple[int, ...] = (2, 2, 2, 2)
    decoder_channels: tuple[int, ...] = (64, 64, 128, 256)
    decoder_heads: tuple[int, ...] = (4, 4, 8, 16)
    window: int = 1024
    ratio: float = 4.0
    drop_path: float = 0.3
    curves: tuple[str, ...] = ("z", "z-trans", "hilbert", "hilbert-trans")
    shuffle: bool = True
    told_from: int = 99
    neighbours: tuple[int, int] = (16, 64)
    reach: tuple[float, float] = (3.0, 6.0)
    handed: bool = False
    norm: str = "batch"
    momentum: float = 0.01


class Stage(nn.Module):
    """What comes between two resolutions, and the blocks at one."""

    def __init__(
        self,
        change: Pooling | Unpooling | None,
        blocks: list[Block],
        geometry: PairGeometry | None = None,
        handedness: Handedness | None = None,
    ) -> None:
        """Build a stage of its parts; the first stage changes nothing."""
        super().__init__()
        self.change = change
        self.geometry = geometry
        self.blocks = nn.ModuleList(blocks)
        self.handedness = handedness

    def run(self, features: Tensor, level: VoxelLevel, seen: Tensor | None = None) -> Tensor:
        """All blocks, one after another; `seen` is for the first, see `Block`."""
        if self.geometry is not None:
            features = features + self.geometry(level)
        for block in self.blocks:
            features, seen = block(features, level, seen), None
        if self.handedness is not None:
            features = features + self.handedness(features, level)
        return features


class PointTransformer(nn.Module):
    """An encoder and a decoder with connections between, from voxels to features of the same voxels."""

    def __init__(self, config: PointTransformerConfig) -> None:
        """Build a network with random weights."""
        super().__init__()
        self.config = config
        self.stem = Stem(config) if config.inputs else _geometry(config, 0)
        self.encoder = nn.ModuleList(_encoder(config))
        self.decoder = nn.ModuleList(_decoder(config))

    def forward(self, features: Tensor | None, level: VoxelLevel) -> Tensor:
        """Features of voxels.

        Args:
            features: (m, inputs), or None where the network makes its own of point pairs.
            level: the m voxels at the finest resolution.

        Returns:
            (m, channels of the finest stage of the decoder).
        """
        levels, parents = self._levels(level)
        if features is None:
            self._look_around(levels)
        features = self.stem(levels[0]) if features is None else self.stem(features, levels[0])
        skips = []
        for index, stage in enumerate(self.encoder):
            if stage.change is not None:
                features = stage.change(features, parents[index - 1], len(levels[index]))
            features = stage.run(features, levels[index])
            skips.append(features)
        for index in reversed(range(len(self.decoder))):
            stage = self.decoder[index]
            fine, above = stage.change(features, skips[index], parents[index])
            features = stage.run(fine + above, levels[index], self._first_seen(fine))
        return features

    def _first_seen(self, fine: Tensor) -> Tensor | None:
        """What the first convolution of a stage of the decoder looks at: in the published code not the sum
        but the part of the way down, as the sum is not handed on to spconv there. Published weights have
        learnt with that. Networks on point pairs see the sum (our choice)."""
        return fine if self.config.inputs else None

    def _levels(self, finest: VoxelLevel) -> tuple[list[VoxelLevel], list[Tensor]]:
        levels, parents = [finest.along(self._curve_order()) if self._shuffles() else finest], []
        for _ in self.encoder[1:]:
            level, parent = coarser(levels[-1], self._curve_order())
            levels.append(level)
            parents.append(parent)
        return levels, parents

    def _look_around(self, levels: list[VoxelLevel]) -> None:
        """Search for neighbours before anything is multiplied: PyTorch's threads, which wait for their next
        product without sleeping, would take the processor from the search (a twentieth of all the time)."""
        for index, level in enumerate(levels):
            level.nearest(max(self.config.neighbours[min(index, 1)], NEIGHBOURS))

    def _curve_order(self) -> list[int]:
        count = len(self.config.curves)
        order: list[int] = torch.randperm(count).tolist() if self._shuffles() else list(range(count))
        return order

    def _shuffles(self) -> bool:
        return self.training and self.config.shuffle


class Stem(nn.Module):
    """A sparse convolution of 125 cells."""

    def __init__(self, config: PointTransformerConfig) -> None:
        """Build a layer."""
        super().__init__()
        channels = config.encoder_channels[0]
        self.convolution = SubmanifoldConvolution(config.inputs, channels, 5, bias=False)
        self.norm = _norm(config, channels)

    def forward(self, features: Tensor, level: VoxelLevel) -> Tensor:
        """(m, inputs) -> (m, c)."""
        return gelu(self.norm(self.convolution(features, level.kernel(5))))


def _norm(config: PointTransformerConfig, channels: int, eps: float = 1e-3) -> nn.Module:
    if config.norm == "layer":
        return nn.LayerNorm(channels)
    return nn.BatchNorm1d(channels, eps=eps, momentum=config.momentum)


def _geometry(config: PointTransformerConfig, stage: int) -> PairGeometry:
    channels, which = config.encoder_channels[stage], min(stage, 1)
    return PairGeometry(channels, config.neighbours[which], config.reach[which], _norm(config, channels))


def _handedness(config: PointTransformerConfig, channels: int, stage: int) -> Handedness | None:
    """None at the finest resolution, where there is nothing but flat surface in reach."""
    if not config.handed or stage == 0:
        return None
    return Handedness(channels, config.neighbours[1], config.reach[1], _norm(config, INVARIANTS, 1e-5))


def _position(config: PointTransformerConfig, channels: int) -> ConvolutionPosition | PairPosition:
    if config.inputs:
        return ConvolutionPosition(channels)
    return PairPosition(channels, _norm(config, channels))


def _encoder(config: PointTransformerConfig) -> list[Stage]:
    channels = config.encoder_channels
    rates = _drop_rates(config.drop_path, config.encoder_depths)
    stages = []
    for index, width in enumerate(channels):
        change = None if index == 0 else Pooling(channels[index - 1], width, _norm(config, width))
        blocks = _blocks(config, width, config.encoder_heads[index], rates[index], index)
        looks = index > 0 and not config.inputs
        geometry = _geometry(config, index) if looks else None
        stages.append(Stage(change, blocks, geometry, _handedness(config, width, index)))
    return stages


def _decoder(config: PointTransformerConfig) -> list[Stage]:
    widths = (*config.decoder_channels, config.encoder_channels[-1])
    rates = _drop_rates(config.drop_path, config.decoder_depths)
    stages = []
    for index, width in enumerate(config.decoder_channels):
        norms = (_norm(config, width), _norm(config, width))
        change = Unpooling(widths[index + 1], config.encoder_channels[index], width, norms)
        blocks = _blocks(config, width, config.decoder_heads[index], rates[index][::-1], index)
        stages.append(Stage(change, blocks, None, _handedness(config, width, index)))
    return stages


def _drop_rates(largest: float, depths: tuple[int, ...]) -> list[list[float]]:
    """Shares that grow evenly with depth, stage by stage."""
    rates = np.linspace(0.0, largest, sum(depths))
    return [part.tolist() for part in np.split(rates, np.cumsum(depths)[:-1])]


def _blocks(
    config: PointTransformerConfig, channels: int, heads: int, rates: list[float], stage: int
) -> list[Block]:
    told = not config.inputs and stage >= config.told_from
    return [
        Block(_position(config, channels), channels, heads, config.window, curve, config.ratio, rate, told)
        for curve, rate in enumerate(rates)
    ]
