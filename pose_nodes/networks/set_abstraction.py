"""Set abstraction (Qi et al., PointNet++): a few centres, each with what a small PointNet sees around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from pose_nodes.networks.ball_query import ball_query
from pose_nodes.networks.farthest_points import farthest_points


@dataclass(frozen=True)
class Grouping:
    """Which points are seen together.

    Attributes:
        centres: how many, chosen by farthest-point sampling; 0: all points are seen at once.
        radius: around a centre, in the unit of the points.
        samples: points seen of each centre.
    """

    centres: int
    radius: float = 0.0
    samples: int = 0


class SetAbstraction(nn.Module):
    """Groups points, describes each group by linear layers and the largest value of each channel."""

    def __init__(self, inputs: int, widths: Sequence[int], grouping: Grouping) -> None:
        """Build a layer.

        Args:
            inputs: channels of the features that come with the points, beside the three coordinates.
            widths: of the linear layers.
            grouping: which points are seen together.
        """
        super().__init__()
        self.grouping = grouping
        layers: list[nn.Module] = []
        for width, following in zip([3 + inputs, *widths], widths, strict=False):
            layers += [
                nn.Linear(width, following, bias=False),
                nn.BatchNorm1d(following),
                nn.ReLU(inplace=True),
            ]
        self.layers = nn.Sequential(*layers)

    def forward(self, points: Tensor, features: Tensor | None) -> tuple[Tensor, Tensor]:
        """(b, n, 3) points, (b, n, c) features -> (b, m, 3) centres, (b, m, last width)."""
        if not self.grouping.centres:
            centres, grouped = points[:, :1] * 0.0, _joined(points[:, None], features, None)
        else:
            chosen = farthest_points(points, self.grouping.centres, skip_origin=True)
            centres = points.gather(1, chosen[..., None].expand(-1, -1, 3))
            table = ball_query(centres, points, self.grouping.radius, self.grouping.samples)
            grouped = _joined(_take(points, table) - centres[:, :, None], features, table)
        described = self.layers(grouped.flatten(0, 2)).view(*grouped.shape[:3], -1)
        return centres, described.amax(dim=2)


def _take(values: Tensor, table: Tensor) -> Tensor:
    """(b, n, c) values, (b, m, k) indices -> (b, m, k, c)."""
    flat = (table + torch.arange(len(values), device=table.device)[:, None, None] * values.shape[1]).flatten()
    return values.flatten(0, 1).index_select(0, flat).view(*table.shape, -1)


def _joined(places: Tensor, features: Tensor | None, table: Tensor | None) -> Tensor:
    """Coordinates first, then features."""
    if features is None:
        return places
    return torch.cat([places, features[:, None] if table is None else _take(features, table)], dim=3)
