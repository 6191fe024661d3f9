"""Draws points of a surface until enough of them have been seen."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from pose_nodes.synthetic.rooms.surface import Samples, Surface, joined

_FIRST = 2.25
"""Points that are drawn for each that is wanted: half of a furnished room is inside, below or behind."""
_ROUNDS = 4


def gather(
    surface: Surface,
    rng: np.random.Generator,
    count: int,
    seen: Callable[[Samples], NDArray[np.bool_]],
) -> Samples:
    """`count` points of a surface that were seen, in random order; fewer where hardly anything was.

    Args:
        surface: of the room.
        rng: what is drawn with.
        count: points that are wanted.
        seen: (n,) bool of samples.
    """
    drawn = surface.sample(int(_FIRST * count) + 1, rng)
    kept, tried = drawn.chosen(seen(drawn)), len(drawn)
    for _ in range(_ROUNDS):
        if len(kept) >= count or len(kept) == 0:
            break
        missing = int(1.1 * (count - len(kept)) * tried / len(kept)) + 16
        drawn = surface.sample(min(missing, 4 * tried), rng)
        kept, tried = joined(kept, drawn.chosen(seen(drawn))), tried + len(drawn)
    return kept.chosen(rng.permutation(len(kept))[:count])


def least_count(of_100k: int, points: int) -> int:
    """Points that a box needs in a cloud of another size than 100,000, at least 5."""
    return max(5, round(of_100k * points / 100_000))
