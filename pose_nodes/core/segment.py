"""One object instance in one image, as a segmenter saw it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Segment:
    """The visible pixels of one object instance.

    Attributes:
        mask: (height, width) bool, of the size of the segmented image.
        class_name: name of the object or category in the object library.
        instance_id: the segmenter's id of the instance, empty where it has none.
        score: the segmenter's confidence, 0 to 1.
    """

    mask: NDArray[np.bool_]
    class_name: str
    instance_id: str = ""
    score: float = 1.0
