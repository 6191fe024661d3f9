"""Strokes of the overlay pictures: outlines, axes and text that stay readable on any background."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera

Color = tuple[int, int, int]
Image = NDArray[np.uint8]

OBJECT_COLORS: tuple[Color, ...] = (
    (255, 150, 0),
    (60, 190, 255),
    (0, 215, 130),
    (235, 110, 215),
    (250, 235, 60),
    (255, 90, 60),
    (140, 130, 255),
)
"""RGB; seven hues that colour-blind readers tell apart by lightness too (after Okabe and Ito, brightened)."""
AXIS_COLORS: tuple[Color, ...] = ((255, 60, 60), (60, 230, 60), (80, 120, 255))
_SHADE: Color = (15, 15, 15)
_PAPER: Color = (245, 245, 245)
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_NEAREST_DRAWN = 0.01
"""Metres; axes with a point nearer to the camera plane are not drawn."""


def stroke_width(image: Image) -> int:
    """Line width that looks the same at every image size: 2 pixels at VGA."""
    return max(1, round(image.shape[1] / 320))


def tint(image: Image, mask: NDArray[np.bool_], color: Color, opacity: float) -> None:
    """Blend a colour into the masked pixels, in place."""
    mixed = image[mask].astype(np.float32) * (1.0 - opacity) + np.float32(opacity) * np.array(
        color, np.float32
    )
    image[mask] = np.rint(mixed).astype(np.uint8)


def outline(image: Image, mask: NDArray[np.bool_], color: Color, width: int | None = None) -> None:
    """Draw the contours of a mask with a dark rim, in place."""
    width = width or stroke_width(image)
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(image, contours, -1, _SHADE, width + 2, cv2.LINE_AA)
    cv2.drawContours(image, contours, -1, color, width, cv2.LINE_AA)


def axes(image: Image, camera: PinholeCamera, T_camera_object: se3.Matrix, length: float) -> None:
    """Draw the object's x (red), y (green) and z (blue) axes of the given length in metres, in place."""
    tips = se3.transform(T_camera_object, np.vstack([np.zeros(3), length * np.eye(3)]))
    if tips[:, 2].min() < _NEAREST_DRAWN:
        return
    origin, *ends = (_pixel(point) for point in camera.project(tips))
    width = stroke_width(image)
    for drawn_width, colors in ((width + 2, (_SHADE,) * 3), (width, AXIS_COLORS)):
        farthest_first = sorted(range(3), key=lambda i: -tips[i + 1, 2])
        for i in farthest_first:
            cv2.arrowedLine(image, origin, ends[i], colors[i], drawn_width, cv2.LINE_AA, 0, 0.15)


def segment(
    image: Image, camera: PinholeCamera, start: NDArray[np.float64], end: NDArray[np.float64]
) -> None:
    """Draw a thin pale line between two points (3,) in the camera frame, in place."""
    points = np.stack([start, end])
    if points[:, 2].min() >= _NEAREST_DRAWN:
        first, second = (_pixel(point) for point in camera.project(points))
        cv2.line(image, first, second, _PAPER, 1, cv2.LINE_AA)


class Labels:
    """Places lines of text on one image so that they cover neither each other nor leave the image."""

    def __init__(self, image: Image) -> None:
        self._image = image
        self._scale = 0.42 * max(1.0, image.shape[1] / 640)
        self._thickness = max(1, round(image.shape[1] / 640))
        self._taken: list[tuple[int, int, int, int]] = []

    def write(self, text: str, left: float, bottom: float, color: Color | None = None) -> None:
        """Write a line on a dark plate with its lower left corner near a pixel, in place.

        Args:
            text: one line; characters beyond ASCII are shown as "?" by OpenCV's fonts.
            left: wanted column.
            bottom: wanted row.
            color: of a square that marks whom the line is about; None for none.
        """
        (text_width, text_height), below = cv2.getTextSize(text, _FONT, self._scale, self._thickness)
        pad = max(2, below // 2)
        marker = text_height + pad if color is not None else 0
        width, height = text_width + marker + 2 * pad, text_height + below + pad
        left, top = self._free_place(round(left), round(bottom) - height, width, height)
        plate = self._image[top : top + height, left : left + width]
        plate[:] = (plate * 0.25).astype(np.uint8)
        baseline = (left + pad + marker, top + pad + text_height)
        if color is not None:
            corner = (left + pad, top + pad)
            cv2.rectangle(
                self._image, corner, (corner[0] + text_height - 1, corner[1] + text_height - 1), color, -1
            )
        cv2.putText(self._image, text, baseline, _FONT, self._scale, _PAPER, self._thickness, cv2.LINE_AA)

    def _free_place(self, left: int, top: int, width: int, height: int) -> tuple[int, int]:
        rows, columns = self._image.shape[:2]
        left = int(np.clip(left, 0, max(0, columns - width)))
        top = int(np.clip(top, 0, max(0, rows - height)))
        for _ in self._taken:
            hit = next((box for box in self._taken if _overlap(box, (left, top, width, height))), None)
            if hit is None or hit[1] + hit[3] + height > rows:
                break
            top = hit[1] + hit[3]
        self._taken.append((left, top, width, height))
        return left, top


def captioned(image: Image, caption: str) -> Image:
    """A copy of an image with a line of text in its upper left corner."""
    copy = image.copy()
    Labels(copy).write(caption, 0, 0)
    return copy


def contact_sheet(images: Sequence[Image], columns: int, width: int = 320, gap: int = 4) -> Image:
    """Images side by side, row by row, each scaled to a width in pixels.

    Args:
        images: (h, w, 3) uint8 RGB of one aspect ratio; at least one.
        columns: images a row.
        width: of each image in the sheet, pixels.
        gap: dark pixels between the images.
    """
    height = round(images[0].shape[0] * width / images[0].shape[1])
    tiles = [cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA) for image in images]
    columns = min(columns, len(tiles))
    rows = -(-len(tiles) // columns)
    sheet = np.full((rows * (height + gap) + gap, columns * (width + gap) + gap, 3), _SHADE, np.uint8)
    for index, tile in enumerate(tiles):
        top, left = gap + index // columns * (height + gap), gap + index % columns * (width + gap)
        sheet[top : top + height, left : left + width] = tile
    return sheet


def depth_view(depth: NDArray[np.float32]) -> Image:
    """(h, w) metres -> (h, w, 3) uint8 RGB: near is red, far is blue, no measurement is dark grey.

    The colours span the 2nd to the 98th percentile, which the picture names.
    """
    known = np.isfinite(depth)
    near, far = np.percentile(depth[known], (2, 98)) if known.any() else (0.0, 1.0)
    share = np.clip((far - np.nan_to_num(depth, nan=far)) / max(far - near, 1e-6), 0.0, 1.0)
    colored = cv2.applyColorMap(np.rint(share * 255).astype(np.uint8), cv2.COLORMAP_TURBO)
    image = np.asarray(cv2.cvtColor(colored, cv2.COLOR_BGR2RGB), dtype=np.uint8)
    image[~known] = 45
    text = f"depth {near:.2f} to {far:.2f} m" if known.any() else "no depth"
    Labels(image).write(text, 0, image.shape[0])
    return image


def _pixel(point: NDArray[np.float64]) -> tuple[int, int]:
    limit = 1 << 20  # OpenCV overflows on coordinates far outside of the image
    u, v = np.clip(np.rint(point), -limit, limit)
    return int(u), int(v)


def _overlap(a: tuple[int, int, int, int], b: tuple[int, int, int, int]) -> bool:
    return a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]
