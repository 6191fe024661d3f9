"""How far an object may have moved between colour and depth of the same frame.

Two sensors take them, each with its exposure, and drivers pair what is nearest in time: in a recording of a
hand-held RealSense they are half a frame apart, and so up to 8 mm. What colour tells of the pose at the
time of the depth image is no better than that. The lag itself lasts: a corner that was put onto the surface
while the object moved as it does now is off by the same, so that nothing is to be seen of it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

STILL = np.zeros(6)


def lag_covariance(
    motion: NDArray[np.float64], other: NDArray[np.float64], lag: float
) -> NDArray[np.float64]:
    """(6, 6) covariance of the motion between colour and depth of a frame, compared with another frame.

    Args:
        motion: (6,) of the object from the frame before, as of `se3.perturb`.
        other: (6,) the same of the frame to compare with; STILL for what is told by nothing but this one.
        lag: standard deviation of the time between the two images, in frames.
    """
    changed = lag * (motion - other)
    return np.outer(changed, changed)
