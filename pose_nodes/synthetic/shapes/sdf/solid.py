"""What a signed distance field is here: a function of points, and the box that holds its surface."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Points = NDArray[np.float64]
Distances = NDArray[np.float64]
Field = Callable[[Points], Distances]


@dataclass(frozen=True, eq=False)
class Solid:
    """A body bounded by the zero level of a field.

    Attributes:
        distance: (n, 3) float64 points in metres -> (n,) float64, negative inside. Its slope is at most one:
            a value never exceeds the distance to the surface. Near the surface it is about that distance.
        lower: (3,) float64 least corner of a box that holds the body, metres.
        upper: (3,) float64 greatest corner of that box, metres.
    """

    distance: Field
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]

    @property
    def size(self) -> NDArray[np.float64]:
        """(3,) float64 extent of the box, metres."""
        return self.upper - self.lower


def solid(distance: Field, lower: ArrayLike, upper: ArrayLike) -> Solid:
    """A solid from a field and the corners of its box, given as any sequences of three."""
    return Solid(distance, np.asarray(lower, np.float64), np.asarray(upper, np.float64))


def centred(distance: Field, half_size: ArrayLike) -> Solid:
    """A solid whose box is centred at the origin."""
    half = np.asarray(half_size, np.float64)
    return Solid(distance, -half, half)
