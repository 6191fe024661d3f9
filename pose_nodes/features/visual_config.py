"""Options of visual features."""

from __future__ import annotations

from dataclasses import dataclass

from pose_nodes.core.config import option
from pose_nodes.features.choice import NAMES


@dataclass(frozen=True)
class VisualConfig:
    """How images are described, and how that is joined to the shape."""

    geometric: str = option("dgedi", "the descriptor of the shape beside it", choices=NAMES)
    weights: str = option("", "published checkpoint of DINOv2, such as dinov2_vits14_pretrain.pth")
    layer: int = option(
        0, "block of the network whose output is taken (FreeZeV2: 30 of 40); 0: the last", minimum=0,
        maximum=40,
    )  # fmt: skip
    patches: int = option(
        16, "along a side of the square around the segment (FreeZe: 16)", minimum=4, maximum=64
    )
    black: bool = option(True, "what is around the segment is painted black, as it is in rendered views")
    views: int = option(
        42, "of the mesh that are rendered all around (FreeZeV2: 162)", minimum=1, maximum=1000
    )
    pixels: int = option(
        240, "along a side of such a view, which the object fills (FreeZeV2: 480, half filled)", minimum=56,
        maximum=2000,
    )  # fmt: skip
    components: int = option(
        64, "principal ones that are kept of a vector (FreeZeV2: 64)", minimum=4, maximum=1536
    )
    weight: float = option(1.0, "of the image against the shape", minimum=0.0, maximum=100.0)
