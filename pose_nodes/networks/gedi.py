"""GeDi: a descriptor of a patch of points in its local reference frame.

Poiesi and Boscaini, "Learning General and Distinctive 3D Local Deep Descriptors for Point Cloud
Registration", PAMI 2022.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from pose_nodes.core.config import option
from pose_nodes.networks.quaternion_net import QuaternionNet
from pose_nodes.networks.set_abstraction import Grouping, SetAbstraction


@dataclass(frozen=True)
class GediConfig:
    """What a GeDi network is built of, and the patches that it was trained with."""

    size: str = option(
        "published", "the published network, one for two cores, or one for tests",
        choices=("published", "small", "tiny"),
    )  # fmt: skip
    dimension: int = option(32, "of a descriptor", minimum=4, maximum=512)
    radius: float = option(
        0.3, "of a patch, in diameters of the object (dGeDi: 0.3, FreeZeV2: 0.3 and 0.4)", minimum=0.01,
        maximum=2.0,
    )  # fmt: skip
    frame: str = option(
        "points", "where the z axis of patches comes from: their points (published), or the normals near "
        "their middles, which two views of an object agree on far more; the network is then told how far "
        "points are from that axis and along it, as x means little on smooth surfaces (our choice)",
        choices=("points", "normals"),
    )  # fmt: skip


@dataclass(frozen=True)
class GediSize:
    """Widths of the layers, and how many points a patch is made of.

    Attributes:
        quaternion_points, quaternion: of the network that turns patches.
        abstractions: grouping and widths of the set abstractions.
        head: of the layers before the last.
        neighbours: points that the local frame is made of.
        samples: those of them that the network sees.
    """

    quaternion_points: tuple[int, ...]
    quaternion: tuple[int, ...]
    abstractions: tuple[tuple[Grouping, tuple[int, ...]], ...]
    head: tuple[int, ...]
    neighbours: int
    samples: int


SIZES = {
    "published": GediSize(
        (256, 512, 1024),
        (512, 256),
        (
            (Grouping(128, 0.2, 32), (128, 128, 128)),
            (Grouping(64, 0.4, 16), (256, 256, 256)),
            (Grouping(0), (512, 512, 1024)),
        ),
        (512, 256),
        4000,
        512,
    ),
    # Our choice: fifty times cheaper. Fewer points of a patch are farther apart, so that radii are larger.
    "small": GediSize(
        (64, 96, 192),
        (96, 64),
        (
            (Grouping(48, 0.3, 16), (32, 32, 64)),
            (Grouping(20, 0.55, 12), (64, 64, 128)),
            (Grouping(0), (128, 128, 256)),
        ),
        (128, 96),
        1000,
        160,
    ),
    "tiny": GediSize(
        (16, 32),
        (16,),
        ((Grouping(8, 0.4, 8), (16, 16)), (Grouping(0), (32, 32))),
        (16,),
        100,
        32,
    ),
}
_DROPOUT = 0.3
_ABOUT_AXIS = 2


class GediNetwork(nn.Module):
    """Patches to descriptors.

    Attributes:
        config: what it was built of.
        size: what that means in numbers.
    """

    def __init__(self, config: GediConfig | None = None) -> None:
        """Build a network with random weights."""
        super().__init__()
        self.config = config or GediConfig()
        self.size = size = SIZES[self.config.size]
        self.quaternion_net = QuaternionNet(size.quaternion_points, size.quaternion)
        told = _ABOUT_AXIS if self.config.frame == "normals" else 0
        widths = [told, *(layers[-1] for _, layers in size.abstractions)]
        self.abstractions = nn.ModuleList(
            SetAbstraction(inputs, layers, grouping)
            for inputs, (grouping, layers) in zip(widths, size.abstractions, strict=False)
        )
        self.head = _head([widths[-1], *size.head], self.config.dimension)

    def forward(self, patches: Tensor) -> tuple[Tensor, Tensor]:
        """Descriptors of patches.

        Args:
            patches: (b, 3, k) float32 points in the local frame, in radii of the patch.

        Returns:
            (b, dimension) unit vectors; (b, 3, k) the patches as the network turned them.
        """
        turn = self.quaternion_net(patches)
        with torch.autocast(patches.device.type, enabled=False):  # half precision would move the points
            aligned = turn.float() @ patches
        told = _about_axis(patches) if self.config.frame == "normals" else None
        points, features = self.abstractions[0](aligned.transpose(1, 2).contiguous(), told)
        for abstraction in self.abstractions[1:]:
            points, features = abstraction(points, features)
        return normalize(self.head(features[:, 0]), dim=1), aligned


def _about_axis(patches: Tensor) -> Tensor:
    """(b, 3, k) -> (b, k, 2) distances of points from the z axis, and along it."""
    return torch.stack([patches[:, :2].norm(dim=1), patches[:, 2]], dim=2)


def _head(widths: list[int], dimension: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for width, following in pairwise(widths):
        layers += [nn.Linear(width, following, bias=False), nn.BatchNorm1d(following), nn.ReLU(inplace=True)]
    return nn.Sequential(*layers, nn.Dropout(_DROPOUT), nn.Linear(widths[-1], dimension))
