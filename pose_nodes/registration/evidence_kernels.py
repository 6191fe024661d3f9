"""Sorts and counts pixels in machine code: see `verification`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.compiled import compiled

HIT, EXPLAINED, NEARER, FARTHER, MISSING, WEIGHT = range(6)
"""Counts over the grid; the last is the sum of the weights of explained pixels."""
OCCLUDED, SEEN_AND_MASK, SEEN_OR_MASK, EXPLAINED_IN_MASK, MEASURED_IN_MASK, CLAIMED, WEIGHT_IN_MASK = range(
    6, 13
)
"""Counts with a mask; without one, OCCLUDED is NEARER and the others are zero."""


@compiled
def sort_pixels(
    rendered: NDArray[np.float32],
    depth: NDArray[np.float32],
    mask: NDArray[np.bool_],
    has_mask: bool,
    rows: tuple[int, int],
    columns: tuple[int, int],
    constant: float,
    quadratic: float,
) -> tuple[NDArray[np.float64], float]:
    """(13,) counts as named above, and the median distance of the explained pixels from the surface, metres,
    NaN without any.

    Args:
        rendered: (rows, columns) metres, NaN beside the mesh.
        depth: (rows, columns) metres, NaN where nothing was measured.
        mask: (rows, columns) of the object's segment; of any size without `has_mask`.
        has_mask: whether there is one.
        rows, columns: of the grid, from the first to before the last, that are in the image.
        constant, quadratic: of the `DepthTolerance`.
    """
    counts = np.zeros(13)
    residuals = np.empty(rendered.size)
    for row in range(rendered.shape[0]):
        for column in range(rendered.shape[1]):
            r, d = rendered[row, column], depth[row, column]
            hit, measured = r == r, d == d
            offset = (d - r) / (constant + quadratic * r * r)
            explained = abs(offset) <= 1.0
            nearer, farther = offset < -1.0, offset > 1.0
            weight = 1.0 - offset * offset if explained else 0.0
            if explained:
                residuals[int(counts[EXPLAINED])] = abs(d - r)
            counts[HIT] += hit
            counts[EXPLAINED] += explained
            counts[NEARER] += nearer
            counts[FARTHER] += farther
            counts[MISSING] += hit and not measured
            counts[WEIGHT] += weight
            if has_mask:
                inside = mask[row, column]
                seen = hit and not (nearer and not inside)
                neutral = (hit and not measured) if inside else (nearer or explained)
                counts[OCCLUDED] += nearer and not inside
                counts[SEEN_AND_MASK] += seen and inside
                counts[SEEN_OR_MASK] += seen or inside
                counts[EXPLAINED_IN_MASK] += explained and inside
                counts[MEASURED_IN_MASK] += measured and inside
                # Outside of the image no mask could claim anything, and a pose may.
                in_image = rows[0] <= row < rows[1] and columns[0] <= column < columns[1]
                counts[CLAIMED] += in_image and (hit or inside) and not neutral
                counts[WEIGHT_IN_MASK] += weight if inside else 0.0
    if not has_mask:
        counts[OCCLUDED] = counts[NEARER]
    explained_count = int(counts[EXPLAINED])
    return counts, np.median(residuals[:explained_count]) if explained_count else np.nan
