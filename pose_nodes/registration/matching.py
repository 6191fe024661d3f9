"""Correspondences between two sets of descriptors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Matches:
    """Pairs (source index, target index), (k, 2) int64 each.

    Attributes:
        nearest: for every source descriptor its nearest target descriptor.
        mutual: those of them that are each other's nearest: fewer, and more of them right.
    """

    nearest: NDArray[np.int64]
    mutual: NDArray[np.int64]


def match(source: NDArray[np.float32], target: NDArray[np.float32]) -> Matches:
    """Match descriptors by Euclidean distance, exhaustively.

    In 33 and more dimensions one matrix product is faster than a search tree.

    Args:
        source: (n, d) float32.
        target: (m, d) float32.
    """
    # Of |s - t|^2, the part that does not depend on the choice is left out: |s|^2 by rows, |t|^2 by columns.
    product = 2.0 * source @ target.T
    forward = np.argmax(product - np.einsum("ij,ij->i", target, target), axis=1)
    backward = np.argmax(product - np.einsum("ij,ij->i", source, source)[:, None], axis=0)
    pairs = np.stack([np.arange(len(source)), forward], axis=1)
    return Matches(pairs, pairs[backward[forward] == pairs[:, 0]])
