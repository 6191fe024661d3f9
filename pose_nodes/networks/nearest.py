"""The nearest points of another set, cloud by cloud, by search trees on the processor."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from scipy.spatial import cKDTree
from torch import Tensor


def nearest(
    points: Tensor, sizes: Sequence[int], others: Tensor, counts: Sequence[int], neighbours: int
) -> tuple[Tensor, Tensor]:
    """The nearest others of each point in its cloud.

    Args:
        points: (n, 3) float32.
        sizes: points of each cloud.
        others: (m, 3) float32.
        counts: others of each cloud, at least one.
        neighbours: of a point.

    Returns:
        (n, neighbours) int64, the nearest first, and (n, neighbours) bool which there are: in place of those
        that a small cloud lacks stands the first again.
    """
    tables, present, start = [], [], 0
    clouds = zip(points.detach().split(list(sizes)), others.detach().split(list(counts)), strict=True)
    for cloud, theirs in clouds:
        tree = cKDTree(theirs.cpu().numpy())
        ranks = list(range(1, neighbours + 1))  # a list: one neighbour has a column of its own, too
        _, found = tree.query(cloud.cpu().numpy(), k=ranks, workers=_threads(len(cloud) * neighbours))
        there = found < len(theirs)
        tables.append(np.where(there, found, found[:, :1]) + start)
        present.append(there)
        start += len(theirs)
    table, mask = (torch.from_numpy(np.concatenate(parts)) for parts in (tables, present))
    return table.to(points.device), mask.to(points.device)


_ALONE = 8192
"""Neighbours that are found sooner than a second thread is started."""


def _threads(neighbours: int) -> int:
    return torch.get_num_threads() if neighbours > _ALONE else 1
