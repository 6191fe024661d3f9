"""The pinhole camera: x right, y down, z forward; pixel (0, 0) is the centre of the top left pixel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pose_nodes.core.errors import InvalidInputError


@dataclass(frozen=True)
class PinholeCamera:
    """Intrinsics of an undistorted image.

    Attributes:
        fx, fy: focal lengths, pixels.
        cx, cy: principal point, pixels.
        width, height: image size, pixels.
    """

    fx: float
    fy: float
    cx: float
    cy: float
    width: int
    height: int

    def __post_init__(self) -> None:
        numbers = (self.fx, self.fy, self.cx, self.cy)
        if not np.all(np.isfinite(numbers)) or self.fx <= 0 or self.fy <= 0:
            raise InvalidInputError(
                f"camera intrinsics: fx={self.fx:g}, fy={self.fy:g}, cx={self.cx:g}, cy={self.cy:g} are not "
                "those of a camera; calibrate it, or wait until the driver fills K in"
            )
        if self.width <= 0 or self.height <= 0:
            raise InvalidInputError(f"camera size: {self.width}x{self.height} pixels is not an image size")

    @classmethod
    def from_matrix(cls, K: ArrayLike, width: int, height: int) -> PinholeCamera:
        """Intrinsics from a 3x3 matrix K (or its nine values, row-major).

        Raises:
            InvalidInputError: K is not 3x3, has skew, or is not that of a camera.
        """
        matrix = np.asarray(K, dtype=np.float64)
        if matrix.size != 9:
            raise InvalidInputError(f"camera matrix K: has {matrix.size} values instead of nine")
        matrix = matrix.reshape(3, 3)
        if abs(matrix[0, 1]) > 1e-3 * max(abs(matrix[0, 0]), 1.0):
            raise InvalidInputError("camera matrix K: has skew, which is not supported; rectify the images")
        return cls(
            float(matrix[0, 0]),
            float(matrix[1, 1]),
            float(matrix[0, 2]),
            float(matrix[1, 2]),
            int(width),
            int(height),
        )

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width), as of an image array."""
        return self.height, self.width

    @property
    def K(self) -> NDArray[np.float64]:
        """(3, 3) float64 camera matrix."""
        return np.array([[self.fx, 0.0, self.cx], [0.0, self.fy, self.cy], [0.0, 0.0, 1.0]])

    def project(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 3) points in the camera frame, z > 0 -> (n, 2) pixel coordinates (u, v)."""
        z = points[..., 2]
        u = self.fx * points[..., 0] / z + self.cx
        v = self.fy * points[..., 1] / z + self.cy
        return np.stack([u, v], axis=-1)

    def rays(self, u: NDArray[np.float64], v: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n,) pixel columns and rows -> (n, 3) points on their rays at z = 1, camera frame."""
        return np.stack([(u - self.cx) / self.fx, (v - self.cy) / self.fy, np.ones_like(u)], axis=-1)

    def unproject(
        self, depth: NDArray[np.float32], v: NDArray[np.int64], u: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Pixels (rows v, columns u) of a depth image in metres -> (n, 3) float64 points, camera frame."""
        z = depth[v, u].astype(np.float64)
        return self.rays(u.astype(np.float64), v.astype(np.float64)) * z[:, None]
