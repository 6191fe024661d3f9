"""Correspondences between two sets of descriptors."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

_ROWS = 4000
"""Descriptors that are compared with all others at a time, to bound the memory."""
_GROUPS, _SAMPLE = 12, 1020
"""How crowded it is around a descriptor is the mean of its nearest distances to so many groups of so many
others in all (our choice, which needs no sorting: it finds as many poses as the ten nearest of all)."""


@dataclass(frozen=True, eq=False)
class Matches:
    """Pairs (source index, target index), (k, 2) int64 each.

    Attributes:
        nearest: for every source descriptor its nearest target descriptor.
        reverse: for every target descriptor its nearest source descriptor.
        mutual: those that are each other's nearest: fewer, and more of them right.
        agreement: (n + m,) float64 cosines of the descriptors of `either`, those below 0 as 0; None where
            they are not to count.
    """

    nearest: NDArray[np.int64]
    reverse: NDArray[np.int64]
    mutual: NDArray[np.int64]
    agreement: NDArray[np.float64] | None = None

    @property
    def either(self) -> NDArray[np.int64]:
        """Those of both directions: where a few target descriptors attract most of the source (hubs), only
        the reverse ones reach the others."""
        return np.concatenate([self.nearest, self.reverse])


def match(
    source: NDArray[np.float32],
    target: NDArray[np.float32],
    with_agreement: bool = False,
    scaled: bool = False,
) -> Matches:
    """Match descriptors by Euclidean distance, exhaustively.

    In 33 and more dimensions two matrix products, one each way so that both are searched along rows, are
    faster than search trees, and than one product that is searched along columns, too.

    Args:
        source: (n, d) float32.
        target: (m, d) float32.
        with_agreement: whether it is to count how well descriptors agree.
        scaled: whether distances are taken relative to how crowded it is around both descriptors, so that
            hubs, which are near to everything, attract less (cross-domain similarity local scaling; Conneau
            et al., "Word Translation Without Parallel Data", ICLR 2018, section 2.3). More matches are then
            mutual, and as many of them right.
    """
    costs = (_crowding(source, target), _crowding(target, source)) if scaled else (None, None)
    forward, backward = _nearest(source, target, costs[1]), _nearest(target, source, costs[0])
    pairs = np.stack([np.arange(len(source)), forward], axis=1)
    reverse = np.stack([backward, np.arange(len(target))], axis=1)
    found = Matches(pairs, reverse, pairs[backward[forward] == pairs[:, 0]])
    return replace(found, agreement=_cosines(source, target, found.either)) if with_agreement else found


def _cosines(
    source: NDArray[np.float32], target: NDArray[np.float32], pairs: NDArray[np.int64]
) -> NDArray[np.float64]:
    """(k,) of pairs of descriptors, not below 0."""
    products = np.einsum("ij,ij->i", source[pairs[:, 0]], target[pairs[:, 1]], dtype=np.float64)
    lengths = (np.linalg.norm(part, axis=1) for part in (source, target))
    longest = np.prod([length[pairs[:, side]] for side, length in enumerate(lengths)], axis=0)
    return np.asarray(np.maximum(products / np.maximum(longest, 1e-12), 0.0), np.float64)


def _crowding(descriptors: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n,) minus half the mean squared distance to the nearest of each group of the others."""
    groups = min(_GROUPS, len(others))
    if not groups:
        return np.zeros(len(descriptors), np.float32)
    count = min(_SAMPLE, len(others)) // groups * groups
    chosen = others[np.linspace(0, len(others) - 1, count).astype(int)]
    nearness = 2.0 * descriptors @ chosen.T - _squares(chosen)
    nearest = nearness.reshape(len(descriptors), -1, groups).max(axis=1)
    return np.asarray(0.5 * (nearest.mean(axis=1) - _squares(descriptors)))


def _nearest(
    source: NDArray[np.float32], target: NDArray[np.float32], cost: NDArray[np.float32] | None
) -> NDArray[np.int64]:
    """(n,) index of the target descriptor that is nearest to each of the source, at a cost of its own."""
    # Of |s - t|^2, |s|^2 does not depend on the choice and is left out; |t|^2 joins the product as a column.
    own = _squares(target) if cost is None else _squares(target) + cost
    columns = np.ascontiguousarray(np.concatenate([2.0 * target, -own[:, None]], axis=1).T)
    rows = np.concatenate([source, np.ones((len(source), 1), source.dtype)], axis=1)
    nearest = [np.argmax(rows[i : i + _ROWS] @ columns, axis=1) for i in range(0, len(rows), _ROWS)]
    return np.concatenate([np.zeros(0, np.int64), *nearest])


def _squares(descriptors: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n,) squared lengths."""
    return np.asarray(np.einsum("ij,ij->i", descriptors, descriptors))
