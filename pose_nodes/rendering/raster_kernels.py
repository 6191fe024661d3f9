"""A depth buffer, and what else is done to pixels, in machine code: see `rasteriser`."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.compiled import compiled, compiled_small

Array = NDArray[np.float64]


@compiled
def _projected(
    vertices: Array, T: Array, intrinsics: Array, left: int, top: int, stride: int, nearest: float
) -> Array:
    """(n, 3) column and row on the grid, and 1 / z; 0 for what is nearer than `nearest`."""
    result = np.empty((len(vertices), 3))
    for index in range(len(vertices)):
        x, y, z = vertices[index, 0], vertices[index, 1], vertices[index, 2]
        depth = T[2, 0] * x + T[2, 1] * y + T[2, 2] * z + T[2, 3]
        inverse = 1.0 / depth if depth > nearest else 0.0
        px = T[0, 0] * x + T[0, 1] * y + T[0, 2] * z + T[0, 3]
        py = T[1, 0] * x + T[1, 1] * y + T[1, 2] * z + T[1, 3]
        result[index, 0] = (intrinsics[0] * px * inverse + intrinsics[2] - left) / stride
        result[index, 1] = (intrinsics[1] * py * inverse + intrinsics[3] - top) / stride
        result[index, 2] = inverse
    return result


@compiled_small
def outline(
    points: Array, T: Array, fx: float, fy: float, cx: float, cy: float
) -> tuple[float, float, float, float, float]:
    """Lowest and highest column and row of (n, 3) points at a pose, as left, top, right, bottom; and the
    least depth, metres. Only where that is above zero do the others mean anything."""
    left, top, right, bottom, nearest = np.inf, np.inf, -np.inf, -np.inf, np.inf
    for index in range(len(points)):
        x, y, z = points[index, 0], points[index, 1], points[index, 2]
        depth = T[2, 0] * x + T[2, 1] * y + T[2, 2] * z + T[2, 3]
        u = fx * (T[0, 0] * x + T[0, 1] * y + T[0, 2] * z + T[0, 3]) / depth + cx
        v = fy * (T[1, 0] * x + T[1, 1] * y + T[1, 2] * z + T[1, 3]) / depth + cy
        left, right, top, bottom = min(left, u), max(right, u), min(top, v), max(bottom, v)
        nearest = min(nearest, depth)
    return left, top, right, bottom, nearest


@compiled_small
def sampled(
    image: NDArray[np.float32], left: int, top: int, stride: int, rows: int, columns: int
) -> NDArray[np.float32]:
    """(rows, columns) of a depth image at the pixels of a `Region`, NaN outside of the image."""
    result = np.empty((rows, columns), np.float32)
    for i in range(rows):
        v = top + i * stride
        for j in range(columns):
            u = left + j * stride
            inside = 0 <= v < image.shape[0] and 0 <= u < image.shape[1]
            result[i, j] = image[v, u] if inside else np.nan
    return result


@compiled
def _span(a: float, b: float, c: float, limit: int) -> tuple[int, int]:
    """The whole numbers from 0 to limit - 1 between the lowest and the highest, as a range."""
    first = max(0.0, math.ceil(min(a, b, c)))
    return int(first), int(min(limit - 1.0, math.floor(max(a, b, c)))) + 1


@compiled
def _draw(points: Array, a: int, b: int, c: int, inverse: Array) -> None:
    """Put one triangle into a buffer of 1 / z, which is linear over it in the image."""
    au, av, aw = points[a, 0], points[a, 1], points[a, 2]
    first_row, end_row = _span(av, points[b, 1], points[c, 1], inverse.shape[0])
    first_column, end_column = _span(au, points[b, 0], points[c, 0], inverse.shape[1])
    if first_row >= end_row or first_column >= end_column:
        return  # between the pixels, as most triangles are
    bu, bv, cu, cv = points[b, 0] - au, points[b, 1] - av, points[c, 0] - au, points[c, 1] - av
    area = bu * cv - bv * cu
    if area == 0.0:
        return
    bw, cw, sign = (points[b, 2] - aw) / area, (points[c, 2] - aw) / area, (1.0 if area > 0.0 else -1.0)
    for row in range(first_row, end_row):
        dv = row - av
        for column in range(first_column, end_column):
            du = column - au
            to_b, to_c = du * cv - dv * cu, dv * bu - du * bv
            if sign * to_b >= 0.0 and sign * to_c >= 0.0 and sign * (area - to_b - to_c) >= 0.0:
                inverse[row, column] = max(inverse[row, column], aw + to_b * bw + to_c * cw)


@compiled
def rasterise(
    vertices: Array,
    faces: NDArray[np.int32],
    T: Array,
    intrinsics: Array,
    left: int,
    top: int,
    stride: int,
    rows: int,
    columns: int,
    nearest: float,
) -> NDArray[np.float32]:
    """(rows, columns) depth along z, metres, NaN beside the mesh.

    Pixels are those of a `Region`. A triangle that reaches nearer than `nearest` metres is left out.
    """
    points = _projected(vertices, T, intrinsics, left, top, stride, nearest)
    inverse = np.zeros((rows, columns))
    for face in range(len(faces)):
        a, b, c = faces[face, 0], faces[face, 1], faces[face, 2]
        if points[a, 2] > 0.0 and points[b, 2] > 0.0 and points[c, 2] > 0.0:
            _draw(points, a, b, c, inverse)
    result = np.empty((rows, columns), np.float32)
    for row in range(rows):
        for column in range(columns):
            found = inverse[row, column]
            result[row, column] = 1.0 / found if found > 0.0 else np.nan
    return result
