"""Which estimates find which true poses, as the BOP benchmark pairs them for one object in one image."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def most_visible(visible_fractions: Sequence[float], count: int) -> list[int]:
    """Places of the `count` instances of which most is seen, those first; of equal ones the earlier.

    Args:
        visible_fractions: share of the silhouette that is seen; NaN (unknown) counts as all of it.
    """
    known = [1.0 if np.isnan(fraction) else fraction for fraction in visible_fractions]
    return sorted(range(len(known)), key=known.__getitem__, reverse=True)[:count]


def best_scored(scores: Sequence[float], count: int) -> list[int]:
    """Places of the `count` best scores, the best first; of equal ones the earlier."""
    return sorted(range(len(scores)), key=scores.__getitem__, reverse=True)[:count]


def count_found(errors: NDArray[np.float64], threshold: float) -> int:
    """How many true poses are found with an error below a threshold.

    One estimate after the other takes, of the true poses that are free, the one with the least error.

    Args:
        errors: (n, m) of estimates, the best-scored first, against true poses.
        threshold: an error must be below it.
    """
    free = np.array(errors, dtype=np.float64)
    found = 0
    for row in free:
        if len(row) and row[nearest := int(np.argmin(row))] < threshold:
            free[:, nearest] = np.inf
            found += 1
    return found
