"""DINOv2: a vision transformer that gives each patch of an image a vector.

Oquab et al., "DINOv2: learning robust visual features without supervision", 2024; with registers: Darcet et
al., "Vision transformers need registers", ICLR 2024. Sizes and names of weights are those of the published
models, so that their weights fit; this package does not train it.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from pose_nodes.core.config import option
from pose_nodes.core.errors import InvalidInputError
from pose_nodes.networks.image_block import NORM_EPSILON, ImageBlock
from pose_nodes.networks.position_grid import PositionGrid

PATCH = 14
"""Pixels along a side of a patch."""
REGISTERS = 4


@dataclass(frozen=True)
class Dinov2Size:
    """Width and depth of a network.

    Attributes:
        channels: of a token.
        blocks: one after the other.
        heads: of the attention of each.
        gated: whether its perceptrons are.
    """

    channels: int
    blocks: int
    heads: int
    gated: bool = False


SIZES = {
    "small": Dinov2Size(384, 12, 6),
    "base": Dinov2Size(768, 12, 12),
    "large": Dinov2Size(1024, 24, 16),
    "giant": Dinov2Size(1536, 40, 24, gated=True),
    "tiny": Dinov2Size(32, 2, 2),
    "tiny_gated": Dinov2Size(48, 2, 2, gated=True),
}
"""ViT-S/14, ViT-B/14, ViT-L/14 and ViT-g/14 as published, and two for tests."""


@dataclass(frozen=True)
class Dinov2Config:
    """What a network is built of; its weights fit no other."""

    size: str = option("small", "a published one, or one for tests", choices=tuple(SIZES))
    registers: bool = option(False, "whether four tokens beside those of the patches take up what is global")


class Dinov2(nn.Module):
    """Images to the tokens of their patches.

    Attributes:
        config: what it was built of.
        channels: of a token.
    """

    def __init__(self, config: Dinov2Config | None = None) -> None:
        """Build a network with random weights."""
        super().__init__()
        self.config = config = config or Dinov2Config()
        size = SIZES[config.size]
        self.channels = size.channels
        self.patches = nn.Conv2d(3, size.channels, PATCH, stride=PATCH)
        self.class_token = nn.Parameter(torch.zeros(1, 1, size.channels))
        self.mask_token = nn.Parameter(torch.zeros(1, size.channels))  # in every checkpoint; used in training
        self.registers = _registers(config, size.channels)
        self.position = PositionGrid(size.channels, antialias=config.registers)
        self.blocks = nn.ModuleList(
            ImageBlock(size.channels, size.heads, size.gated) for _ in range(size.blocks)
        )
        self.norm = nn.LayerNorm(size.channels, eps=NORM_EPSILON)

    def forward(self, images: Tensor, layer: int | None = None) -> Tensor:
        """Tokens of the patches, normalised by the last layer norm whatever block they come from.

        Args:
            images: (b, 3, h, w) float32 RGB, normalised as those it was trained on; h and w multiples of 14.
            layer: the block whose output is taken, 1 to the number of blocks; the last if None.

        Returns:
            (b, h / 14, w / 14, channels) float32.

        Raises:
            InvalidInputError: the images are of another size, or there is no such block.
        """
        depth = len(self.blocks) if layer is None else layer
        self._refuse(images, depth)
        rows, columns = images.shape[2] // PATCH, images.shape[3] // PATCH
        tokens = self._tokens(images, rows, columns)
        for block in self.blocks[:depth]:
            tokens = block(tokens)
        patches = self.norm(tokens)[:, -rows * columns :]
        return patches.unflatten(1, (rows, columns))

    def _tokens(self, images: Tensor, rows: int, columns: int) -> Tensor:
        """What the first block sees: the class token, the registers, which have no place, the patches."""
        patches = self.patches(images).flatten(2).transpose(1, 2)
        tokens = torch.cat([self.class_token.expand(len(images), -1, -1), patches], dim=1)
        tokens = tokens + self.position(rows, columns)
        if self.registers is None:
            return tokens
        registers = self.registers.expand(len(images), -1, -1)
        return torch.cat([tokens[:, :1], registers, tokens[:, 1:]], dim=1)

    def _refuse(self, images: Tensor, depth: int) -> None:
        if images.ndim != 4 or images.shape[1] != 3 or images.shape[2] % PATCH or images.shape[3] % PATCH:
            raise InvalidInputError(
                f"DINOv2: images are {tuple(images.shape)}; they must be (b, 3, h, w) with h and w multiples "
                f"of {PATCH}"
            )
        if not 1 <= depth <= len(self.blocks):
            raise InvalidInputError(
                f"DINOv2: there is no block {depth}; this network has those from 1 to {len(self.blocks)}"
            )


def _registers(config: Dinov2Config, channels: int) -> nn.Parameter | None:
    return nn.Parameter(torch.zeros(1, REGISTERS, channels)) if config.registers else None
