"""What a depth image tells of the camera: facts, and the sentences that follow from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SMALLEST_VALID_SHARE = 0.01
"""A structured-light camera over a dark table still gives a few percent."""
NEAREST_MEDIAN_M = 0.05
FARTHEST_MEDIAN_M = 20.0
_STRIDE = 4


@dataclass(frozen=True)
class DepthFacts:
    """Of one depth image: the share of pixels with a depth, and their median in metres (NaN without any)."""

    valid_share: float
    median_m: float


def depth_facts(depth: NDArray[np.float32]) -> DepthFacts:
    """Measure a depth image in metres with NaN for nothing, on every fourth pixel of every fourth row."""
    sample = depth[::_STRIDE, ::_STRIDE]
    valid = sample[np.isfinite(sample)]
    middle = valid.size // 2
    median = float(np.partition(valid, middle)[middle]) if valid.size else float("nan")
    return DepthFacts(valid.size / sample.size, median)


def depth_problem(facts: DepthFacts, topic: str) -> str | None:
    """A sentence when no pose can be expected from such depth; None when it looks sound."""
    if facts.valid_share == 0.0:
        return (
            f"{topic}: no pixel has a depth (all are zero, NaN, infinite or no length at all); look at the "
            "camera's depth stream, its exposure and its minimal distance"
        )
    if not NEAREST_MEDIAN_M <= facts.median_m <= FARTHEST_MEDIAN_M:
        return (
            f"{topic}: the median depth reads as {facts.median_m:.3g} m, so its scale looks wrong; "
            "16UC1 must be millimetres and 32FC1 metres"
        )
    if facts.valid_share < SMALLEST_VALID_SHARE:
        return (
            f"{topic}: only {facts.valid_share:.1%} of the pixels have a depth; look at the camera's "
            "distance, "
            "exposure and emitter"
        )
    return None
