"""What an estimator is given to look at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.core.frame import Frame
from pose_nodes.core.segment import Segment


@dataclass(frozen=True, eq=False)
class Observation:
    """A frame and, for a cold start, the segment of it that shows the object."""

    frame: Frame
    segment: Segment | None = None

    def __post_init__(self) -> None:
        if self.segment is None or self.segment.mask.shape == self.frame.depth.shape:
            return
        height, width = self.segment.mask.shape
        camera = self.frame.camera
        raise InvalidInputError(
            f"mask of '{self.segment.class_name}': size is {width}x{height} but the depth image is "
            f"{camera.width}x{camera.height}; segment the image that the depth is aligned to"
        )

    @property
    def mask(self) -> NDArray[np.bool_]:
        """(height, width) bool pixels of the object.

        Raises:
            InvalidInputError: there is no segment.
        """
        if self.segment is None:
            raise InvalidInputError("observation: a cold start needs the segment of the object")
        return self.segment.mask
