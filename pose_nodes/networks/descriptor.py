"""The network that gives every point of a cloud a local descriptor: a Point Transformer V3 on voxels.

The published one is the student of Hamza et al., "Distilling 3D distinctive local descriptors for 6D pose
estimation" (dGeDi). Its features are the finest stage of the decoder, made unit vectors.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from pose_nodes.core.config import option
from pose_nodes.core.errors import InvalidConfigError, InvalidInputError
from pose_nodes.networks.interpolation import between
from pose_nodes.networks.point_batch import PointBatch
from pose_nodes.networks.point_transformer import PointTransformer, PointTransformerConfig
from pose_nodes.networks.voxel_level import VoxelLevel, voxelise


@dataclass(frozen=True)
class DescriptorConfig:
    """What a descriptor network is built of; its weights fit no other."""

    backbone: str = option(
        "small",
        "the published network, one for two cores, or one for tests",
        choices=("base", "small", "tiny"),
    )
    dimension: int = option(32, "of a descriptor", minimum=4, maximum=512)
    grid: float = option(
        0.0, "side of the finest voxels, in diameters of the object; 0: what the backbone has", minimum=0.0,
        maximum=0.5,
    )  # fmt: skip
    inputs: str = option(
        "auto",
        "what the network is given of the points: centred coordinates as published, these and normals, or "
        "point pair features, which no rotation changes; auto: what the backbone has",
        choices=("auto", "coordinates", "normals", "pairs"),
    )
    mirrored: str = option(
        "auto",
        "whether a shape and its mirror image are all but alike to the network, as point pair features have "
        "them, or it is told which way round a shape is; auto: what the backbone has for its inputs",
        choices=("auto", "alike", "apart"),
    )
    upsampling: str = option(
        "auto",
        "what points are given of the descriptors of voxels: that of their own, as published, or one "
        "interpolated between the nearest three; auto: what the backbone has",
        choices=("auto", "nearest", "interpolated"),
    )


@dataclass(frozen=True)
class _Preset:
    network: PointTransformerConfig
    grid: float
    inputs: str
    upsampling: str


PRESETS = {
    # The 0.0056 are of the published code; the paper does not say.
    "base": _Preset(PointTransformerConfig(), 0.0056, "coordinates", "nearest"),
    # Our choice: what two cores train in hours and run in a tenth of a second.
    "small": _Preset(
        PointTransformerConfig(
            encoder_depths=(1, 1, 2, 2),
            encoder_channels=(32, 64, 96, 128),
            encoder_heads=(2, 4, 6, 8),
            decoder_depths=(1, 1, 1),
            decoder_channels=(48, 64, 96),
            decoder_heads=(3, 4, 6),
            window=256,
            ratio=2.0,
            drop_path=0.0,
            told_from=2,
            handed=True,
            momentum=0.05,
        ),
        0.02,
        "pairs",
        "interpolated",
    ),
    "tiny": _Preset(
        PointTransformerConfig(
            encoder_depths=(1, 1),
            encoder_channels=(16, 32),
            encoder_heads=(1, 2),
            decoder_depths=(1,),
            decoder_channels=(16,),
            decoder_heads=(1,),
            window=64,
            ratio=2.0,
            drop_path=0.0,
            norm="layer",
        ),
        0.04,
        "coordinates",
        "interpolated",
    ),
}
CHANNELS = {"coordinates": 3, "normals": 6, "pairs": 0}


class DescriptorNetwork(nn.Module):
    """Points to descriptors. In evaluation the same input gives the same bits.

    Attributes:
        config: what it was built of.
        grid: side of the finest voxels, in diameters.
        needs_normals: whether it cannot do without normals.
    """

    def __init__(self, config: DescriptorConfig | None = None) -> None:
        """Build a network with random weights.

        Raises:
            InvalidConfigError: the dimension does not suit the backbone.
        """
        super().__init__()
        self.config = config = config or DescriptorConfig()
        preset = PRESETS[config.backbone]
        self.inputs = preset.inputs if config.inputs == "auto" else config.inputs
        self.upsampling = preset.upsampling if config.upsampling == "auto" else config.upsampling
        self.grid = config.grid or preset.grid
        self.needs_normals = self.inputs != "coordinates"
        self.backbone = PointTransformer(_network(preset.network, self.inputs, config))
        self.head = _head(preset.network, config)

    def forward(self, points: Tensor, normals: Tensor | None, offsets: Tensor) -> Tensor:
        """Descriptors of the points of several clouds.

        Args:
            points: (n, 3) float32, in diameters of the object, the mean of each cloud at the origin.
            normals: (n, 3) float32 unit vectors on the outer side, or None.
            offsets: (b,) int64, where each cloud ends.

        Returns:
            (n, dimension) float32 unit vectors.

        Raises:
            InvalidInputError: normals are missing, or the points are not finite or not of such clouds.
        """
        if normals is None and self.needs_normals:
            raise InvalidInputError("normals: this network was trained with them and cannot do without")
        batch = PointBatch(points, normals if self.needs_normals else None, offsets)
        with torch.no_grad():
            level, voxels = voxelise(batch, self.grid, self.backbone.config.curves)
            to_points = self._to_points(level, voxels, batch)
        features = self.head(self.backbone(self._features(level.centres, level.normals), level))
        return to_points(normalize(features.float(), dim=1))

    def _to_points(self, level: VoxelLevel, voxels: Tensor, batch: PointBatch) -> Callable[[Tensor], Tensor]:
        """How descriptors of voxels become those of points; known before them, see `PointTransformer`."""
        if self.upsampling == "nearest":
            return lambda descriptors: descriptors.index_select(0, voxels)
        near = between(level.centres, level.counts, batch.points, batch.counts.tolist())
        return lambda descriptors: normalize(near.of(descriptors), dim=1)

    def _features(self, centres: Tensor, normals: Tensor | None) -> Tensor | None:
        if self.inputs == "pairs":
            return None
        return centres if normals is None else torch.cat([centres, normals], dim=1)


def _network(preset: PointTransformerConfig, inputs: str, config: DescriptorConfig) -> PointTransformerConfig:
    pairs = inputs == "pairs"
    handed = preset.handed and pairs if config.mirrored == "auto" else config.mirrored == "apart"
    if handed and not pairs:
        raise InvalidConfigError(
            f"descriptor: 'mirrored' is 'apart', which needs inputs of point pairs; '{inputs}' tell mirror "
            "images apart as they are; say 'auto'"
        )
    network = replace(preset, inputs=CHANNELS[inputs], handed=handed)
    if config.backbone != "base":
        return network
    if config.dimension % network.decoder_heads[0]:
        raise InvalidConfigError(
            f"descriptor: 'dimension' is {config.dimension}; of the base network it must be a multiple of "
            f"{network.decoder_heads[0]}"
        )
    return replace(network, decoder_channels=(config.dimension, *network.decoder_channels[1:]))


def _head(preset: PointTransformerConfig, config: DescriptorConfig) -> nn.Module:
    """The published network has none: its last stage is as wide as a descriptor."""
    if config.backbone == "base":
        return nn.Identity()
    return nn.Linear(preset.decoder_channels[0], config.dimension)
