"""The symmetries of an object as a finite list, the way the BOP benchmark counts them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pose_nodes.geometry.symmetry import SymmetryGroup

STEP = 0.01
"""Share of the diameter by which a point of the surface moves at most from turn to turn (BOP 2019)."""


def discretised(symmetry: SymmetryGroup) -> NDArray[np.float64]:
    """(m, 4, 4) T_object_object, the identity first: every discrete symmetry, and where there is a continuous
    axis, the ceil(pi / `STEP`) = 315 turns about it after each."""
    if symmetry.axis is None:
        return symmetry.discrete
    turns = symmetry.turns(int(np.ceil(np.pi / STEP)))
    return np.asarray(np.einsum("tij,djk->dtik", turns, symmetry.discrete).reshape(-1, 4, 4))
