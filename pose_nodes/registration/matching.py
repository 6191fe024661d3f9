"""Correspondences between two sets of descriptors."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

_ROWS = 4000
"""Descriptors that are compared with all others at a time, to bound the memory."""


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


def match(source: NDArray[np.float32], target: NDArray[np.float32], with_agreement: bool = False) -> Matches:
    """Match descriptors by Euclidean distance, exhaustively.

    In 33 and more dimensions two matrix products, one each way so that both are searched along rows, are
    faster than search trees, and than one product that is searched along columns, too.

    Args:
        source: (n, d) float32.
        target: (m, d) float32.
        with_agreement: whether it is to count how well descriptors agree.
    """
    forward, backward = _nearest(source, target), _nearest(target, source)
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


def _nearest(source: NDArray[np.float32], target: NDArray[np.float32]) -> NDArray[np.int64]:
    """(n,) index of the target descriptor that is nearest to each of the source."""
    # Of |s - t|^2, |s|^2 does not depend on the choice and is left out; |t|^2 joins the product as a column.
    columns = np.concatenate([2.0 * target, -np.einsum("ij,ij->i", target, target)[:, None]], axis=1).T
    columns = np.ascontiguousarray(columns)
    rows = np.concatenate([source, np.ones((len(source), 1), source.dtype)], axis=1)
    nearest = [np.argmax(rows[i : i + _ROWS] @ columns, axis=1) for i in range(0, len(rows), _ROWS)]
    return np.concatenate([np.zeros(0, np.int64), *nearest])
