"""The part of an image that a vision network looks at: the square around a segment, resized."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidInputError

_MARGIN = 0.1
"""That the square is larger than the longer side of the segment (our choice)."""


@dataclass(frozen=True)
class SquareCrop:
    """A square of an image that becomes one of another size.

    Attributes:
        left, top: first column and row of it; may lie outside of the image.
        side: of it in the image, pixels.
        pixels: of it after resizing.
    """

    left: int
    top: int
    side: int
    pixels: int

    @classmethod
    def around(cls, mask: NDArray[np.bool_], pixels: int) -> SquareCrop:
        """The square around a mask, with a margin.

        Raises:
            InvalidInputError: the mask is empty.
        """
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        if not len(rows):
            raise InvalidInputError(
                "visual features: the segment has no pixel; give one that shows the object"
            )
        height, width = rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
        side = round((1.0 + _MARGIN) * max(height, width))
        left, top = columns[0] - (side - width) // 2, rows[0] - (side - height) // 2
        return cls(int(left), int(top), side, pixels)

    def cut(self, image: NDArray[np.uint8], mask: NDArray[np.bool_] | None = None) -> NDArray[np.uint8]:
        """The crop of an image, black beyond it and, where there is a mask, outside of that.

        Args:
            image: (h, w, 3) uint8.
            mask: (h, w) bool, or None.

        Returns:
            (pixels, pixels, 3) uint8.
        """
        square = np.zeros((self.side, self.side, 3), np.uint8)
        top, left = max(self.top, 0), max(self.left, 0)
        part = image[top : max(self.top + self.side, 0), left : max(self.left + self.side, 0)]
        if mask is not None:
            part = part * mask[top : top + part.shape[0], left : left + part.shape[1], None]
        row, column = top - self.top, left - self.left
        square[row : row + part.shape[0], column : column + part.shape[1]] = part
        how = cv2.INTER_AREA if self.side > self.pixels else cv2.INTER_LINEAR
        return np.asarray(cv2.resize(square, (self.pixels, self.pixels), interpolation=how), np.uint8)

    def places(self, uv: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 2) columns and rows in the image -> the same in the crop, in shares of its side, 0 to 1."""
        return np.asarray((uv - (self.left, self.top) + 0.5) / self.side)
