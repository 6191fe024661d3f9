"""What is done to every point of a frame, in machine code: see `field_registration`.

Functions that are called for every point take numbers alone: to hand an array to a function costs Numba more
than all that is computed for a point.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.compiled import compiled, compiled_small, compiled_sums
from pose_nodes.registration.surface_field import SPLIT, SurfaceField

Array = NDArray[np.float64]
Grid = tuple[float, float, float, float, float, float, float]
"""Lowest corner, inverse edge of the coarse cells, and how many there are along x, y and z."""
_FEWEST = 6
"""Unknowns of a pose, and so the fewest points that determine one."""


@compiled
def _grid(field: SurfaceField) -> Grid:
    """What `_cell` must know of a field."""
    low, shape = field.origin, field.shape
    return low[0], low[1], low[2], 1.0 / field.cell, float(shape[0]), float(shape[1]), float(shape[2])


@compiled
def _cell(grid: Grid, x: float, y: float, z: float) -> tuple[int, int]:
    """Index of the coarse cell that holds a point, the outermost for points outside; and of its fine cell."""
    gx = min(max((x - grid[0]) * grid[3], 0.0), grid[4] - 1e-6)
    gy = min(max((y - grid[1]) * grid[3], 0.0), grid[5] - 1e-6)
    gz = min(max((z - grid[2]) * grid[3], 0.0), grid[6] - 1e-6)
    i, j, k = int(gx), int(gy), int(gz)
    a, b, c = int((gx - i) * SPLIT), int((gy - j) * SPLIT), int((gz - k) * SPLIT)
    return (i * int(grid[5]) + j) * int(grid[6]) + k, (a * SPLIT + b) * SPLIT + c


@compiled
def _located(
    points: Array, stride: int, T: Array, field: SurfaceField, placed: Array, rows: NDArray[np.int64]
) -> int:
    """Where points are in the object frame, and which plane of the field holds there.

    In a loop of its own, as what each point waits for in the table need not wait for that of others.

    Args:
        points: (n, 3) camera frame, metres; every `stride`-th is looked at.
        stride: of them.
        T: (4, 4) T_object_camera.
        field: of the object.
        placed: (3, n) is filled from the left with x, y and z.
        rows: (n,) is filled with rows of `field.planes`.

    Returns:
        How many there are.
    """
    count, grid, first = 0, _grid(field), field.first
    for index in range(0, len(points), stride):
        px, py, pz = points[index, 0], points[index, 1], points[index, 2]
        x = T[0, 0] * px + T[0, 1] * py + T[0, 2] * pz + T[0, 3]
        y = T[1, 0] * px + T[1, 1] * py + T[1, 2] * pz + T[1, 3]
        z = T[2, 0] * px + T[2, 1] * py + T[2, 2] * pz + T[2, 3]
        cell, part = _cell(grid, x, y, z)
        row = first[cell]
        rows[count] = row + (part if row != cell else 0)
        placed[0, count], placed[1, count], placed[2, count] = x, y, z
        count += 1
    return count


@compiled
def planes(points: Array, field: SurfaceField) -> tuple[Array, Array]:
    """(n, 3) gradients and (n,) signed distances at (n, 3) points in the object frame."""
    normals, distances = np.empty((len(points), 3)), np.empty(len(points))
    placed, rows, table = np.empty((3, len(points))), np.empty(len(points), np.int64), field.planes
    for index in range(_located(points, 1, np.eye(4), field, placed, rows)):
        x, y, z, row = placed[0, index], placed[1, index], placed[2, index], rows[index]
        nx, ny, nz = table[row, 0], table[row, 1], table[row, 2]
        normals[index, 0], normals[index, 1], normals[index, 2] = nx, ny, nz
        distances[index] = nx * x + ny * y + nz * z - table[row, 3]
    return normals, distances


@compiled_sums
def _gram(rows: Array, count: int, G: Array) -> None:
    """The lower triangle of the (7, 7) sums of products of the unknowns' parts of (7, n) rows."""
    for i in range(7):
        for j in range(i + 1):
            total = 0.0
            for row in range(count):
                total += rows[i, row] * rows[j, row]
            G[i, j] = total


@compiled
def _placed(T: Array, point: Array) -> Array:
    """(3,) T point."""
    result = np.empty(3)
    for i in range(3):
        result[i] = T[i, 0] * point[0] + T[i, 1] * point[1] + T[i, 2] * point[2] + T[i, 3]
    return result


@compiled_small
def information(points: Array, T: Array, field: SurfaceField, reach: float) -> tuple[Array, Array]:
    """What the points within `reach` of the surface tell of a pose: J^T J of their distances, and these.

    Args:
        points: (n, 3) camera frame, metres.
        T: (4, 4) T_object_camera.
        field: of the object.
        reach: metres.

    Returns:
        (6, 6) float64, unknowns (translation, rotation about the object's origin), camera's axes; (n,) signed
        distances of all points, metres.
    """
    placed, at, table = np.empty((3, len(points))), np.empty(len(points), np.int64), field.planes
    rows, distances, count = np.empty((7, len(points))), np.empty(len(points)), 0
    for index in range(_located(points, 1, T, field, placed, at)):
        x, y, z = placed[0, index], placed[1, index], placed[2, index]
        row = at[index]
        nx, ny, nz = table[row, 0], table[row, 1], table[row, 2]
        distances[index] = nx * x + ny * y + nz * z - table[row, 3]
        rows[0, count], rows[1, count], rows[2, count] = nx, ny, nz
        rows[3, count], rows[4, count] = y * nz - z * ny, z * nx - x * nz
        rows[5, count], rows[6, count] = x * ny - y * nx, distances[index]
        count += abs(distances[index]) < reach
    G = np.empty((7, 7))
    _gram(rows, count, G)
    H = np.empty((6, 6))
    for i in range(6):
        for j in range(i + 1):
            H[i, j] = H[j, i] = G[i, j]
    turn = np.zeros((6, 6))
    for i in range(3):
        for j in range(3):
            turn[i, j] = turn[3 + i, 3 + j] = T[j, i]
    return turn @ H @ turn.T, distances


@compiled
def lift_near(
    depth: NDArray[np.float32],
    intrinsics: Array,
    pixels: NDArray[np.int64],
    T: Array,
    field: SurfaceField,
    reach: float,
) -> Array:
    """(n, 3) measured points within `reach` of the surface, camera frame.

    Args:
        depth: (h, w) metres, NaN where nothing was measured.
        intrinsics: (4,) fx, fy, cx, cy.
        pixels: (5,) left, top, right, bottom (exclusive) and stride of those to look at, inside the image.
        T: (4, 4) T_object_camera.
        field: of the object.
        reach: metres.
    """
    left, top, right, bottom, stride = pixels[0], pixels[1], pixels[2], pixels[3], pixels[4]
    most = ((bottom - top) // stride + 1) * ((right - left) // stride + 1)
    points, placed, at, count = np.empty((most, 3)), np.empty((most, 3)), np.empty(most, np.int64), 0
    slack = reach + 0.87 * field.cell
    grid, first, table, distance = _grid(field), field.first, field.planes, field.distance
    low, high = field.origin, field.origin + field.cell * field.shape
    for v in range(top, bottom, stride):
        ray_y = (v - intrinsics[3]) / intrinsics[1]
        row_x, row_y = T[0, 1] * ray_y + T[0, 2], T[1, 1] * ray_y + T[1, 2]
        row_w = T[2, 1] * ray_y + T[2, 2]
        for u in range(left, right, stride):
            z, ray_x = depth[v, u], (u - intrinsics[2]) / intrinsics[0]
            x, y = z * (T[0, 0] * ray_x + row_x) + T[0, 3], z * (T[1, 0] * ray_x + row_y) + T[1, 3]
            w = z * (T[2, 0] * ray_x + row_w) + T[2, 3]
            inside = low[0] <= x <= high[0] and low[1] <= y <= high[1] and low[2] <= w <= high[2]
            if not (z > 0.0 and inside):
                continue
            cell, part = _cell(grid, x, y, w)
            if distance[cell] > slack:
                continue
            at[count] = first[cell] + (part if first[cell] != cell else 0)
            points[count, 0], points[count, 1], points[count, 2] = ray_x * z, ray_y * z, z
            placed[count, 0], placed[count, 1], placed[count, 2] = x, y, w
            count += 1
    kept = 0
    for index in range(count):  # in a loop of its own, see `_located`
        row, x, y, w = at[index], placed[index, 0], placed[index, 1], placed[index, 2]
        points[kept] = points[index]
        r = table[row, 0] * x + table[row, 1] * y + table[row, 2] * w - table[row, 3]
        kept += abs(r) <= reach
    return points[:kept]


@compiled
def _rows(
    placed: Array, at: NDArray[np.int64], count: int, T: Array, centre: Array, field: SurfaceField,
    scale: float, facing: bool, rows: Array,
) -> int:  # fmt: skip
    """Weighted rows (n . dx, (x - centre) x n . w | r) of the points within `scale` of the surface.

    Unknowns are a translation and a rotation about `centre`, object frame. Rows are multiplied by 1 - (r /
    scale)^2, the root of Tukey's weight. With `facing`, surface that is turned away from the camera does not
    count.

    Args:
        placed, at: of so many points, see `_located`.
        rows: (7, n) is filled from the left, a column a point.

    Returns:
        How many rows there are.
    """
    kept, inverse, table = 0, 1.0 / (scale * scale), field.planes
    for index in range(count):
        x, y, z, row = placed[0, index], placed[1, index], placed[2, index], at[index]
        nx, ny, nz = table[row, 0], table[row, 1], table[row, 2]
        r = nx * x + ny * y + nz * z - table[row, 3]
        root = 1.0 - r * r * inverse
        away = facing and nx * (x - T[0, 3]) + ny * (y - T[1, 3]) + nz * (z - T[2, 3]) > 0.0
        ax, ay, az = x - centre[0], y - centre[1], z - centre[2]
        rows[0, kept], rows[1, kept], rows[2, kept] = root * nx, root * ny, root * nz
        rows[3, kept] = root * (ay * nz - az * ny)
        rows[4, kept] = root * (az * nx - ax * nz)
        rows[5, kept] = root * (ax * ny - ay * nx)
        rows[6, kept] = root * r
        kept += root > 0.0 and not away  # what is not kept is written over: a guess of the branch would fail
    return kept


@compiled
def cost(points: Array, stride: int, T: Array, field: SurfaceField, scale: float) -> float:
    """Mean of Tukey's loss over the points, 0 to 1; surface that is turned away from the camera costs all."""
    total, inverse, table = 0.0, 1.0 / (scale * scale), field.planes
    placed, at = np.empty((3, len(points))), np.empty(len(points), np.int64)
    count = _located(points, stride, T, field, placed, at)
    for index in range(count):
        x, y, z, row = placed[0, index], placed[1, index], placed[2, index], at[index]
        nx, ny, nz = table[row, 0], table[row, 1], table[row, 2]
        r = nx * x + ny * y + nz * z - table[row, 3]
        root = 1.0 - r * r * inverse
        turned_away = nx * (x - T[0, 3]) + ny * (y - T[1, 3]) + nz * (z - T[2, 3]) > 0.0
        total += 1.0 if root <= 0.0 or turned_away else 1.0 - root * root * root
    return total / max(count, 1)


@compiled
def _solve(G: Array, damping: float) -> Array:
    """(6,) step that lowers the squares of the rows whose `_gram` is G, by Cholesky's method.

    The diagonal is raised by a share `damping` of its mean, of translations and rotations each, so that
    directions which nothing determines stay as they are. Zeros if that is not enough.
    """
    L, x = np.zeros((6, 6)), np.zeros(6)
    shifts = damping * (G[0, 0] + G[1, 1] + G[2, 2]) / 3.0, damping * (G[3, 3] + G[4, 4] + G[5, 5]) / 3.0
    for i in range(6):
        for j in range(i + 1):
            value = G[i, j] + (shifts[i // 3] + 1e-15 if i == j else 0.0)
            for k in range(j):
                value -= L[i, k] * L[j, k]
            if i == j and not value > 0.0:
                return np.zeros(6)
            L[i, j] = math.sqrt(value) if i == j else value / L[j, j]
        x[i] = -G[6, i]
        for k in range(i):
            x[i] -= L[i, k] * x[k]
        x[i] /= L[i, i]
    for i in range(5, -1, -1):
        for k in range(i + 1, 6):
            x[i] -= L[k, i] * x[k]
        x[i] /= L[i, i]
    return x


@compiled
def _moved(T: Array, step: Array, centre: Array) -> Array:
    """(4, 4) T turned by the rotation vector step[3:] about `centre`, and moved by step[:3]."""
    angle = math.sqrt(step[3] ** 2 + step[4] ** 2 + step[5] ** 2)
    a = 1.0 - angle * angle / 6.0 if angle < 1e-4 else math.sin(angle) / angle
    b = 0.5 - angle * angle / 24.0 if angle < 1e-4 else (1.0 - math.cos(angle)) / (angle * angle)
    K = np.zeros((3, 3))
    K[0, 1], K[0, 2], K[1, 2] = -step[5], step[4], -step[3]
    K[1, 0], K[2, 0], K[2, 1] = step[5], -step[4], step[3]
    R = np.zeros((3, 3))
    for i in range(3):
        for j in range(3):
            square = K[i, 0] * K[0, j] + K[i, 1] * K[1, j] + K[i, 2] * K[2, j]
            R[i, j] = a * K[i, j] + b * square + (1.0 if i == j else 0.0)
    result = np.zeros((4, 4))
    result[3, 3] = 1.0
    for i in range(3):
        for j in range(3):
            result[i, j] = R[i, 0] * T[0, j] + R[i, 1] * T[1, j] + R[i, 2] * T[2, j]
        result[i, 3] = step[i] + centre[i]
        for k in range(3):
            result[i, 3] += R[i, k] * (T[k, 3] - centre[k])
    return result


@compiled
def _mean(points: Array) -> Array:
    """(3,) of (n, 3)."""
    mean = np.zeros(3)
    for index in range(len(points)):
        for axis in range(3):
            mean[axis] += points[index, axis]
    return mean / max(len(points), 1)


@compiled
def align(
    points: Array,
    T_object_camera: Array,
    field: SurfaceField,
    scales: Array,
    strides: NDArray[np.int64],
    damping: float,
    smallest_step: float,
) -> Array:
    """Gauss-Newton steps that move points onto a surface, one for each scale; (4, 4) T_object_camera.

    Args:
        points: (n, 3) camera frame, metres.
        T_object_camera: (4, 4) start.
        field: of the object.
        scales: (k,) of Tukey's weight, metres; where it is the last one, the surface must face the camera.
        strides: (k,) of the points that a step looks at.
        damping: see `_solve`.
        smallest_step: metres; a smaller step at the last scale ends it, or goes on with the points of the
            last step.
    """
    rows, G = np.empty((7, len(points))), np.empty((7, 7))
    placed, at = np.empty((3, len(points))), np.empty(len(points), np.int64)
    T, mean = T_object_camera.copy(), _mean(points)
    lever = 10.0 * field.cell
    index = 0
    while index < len(scales):
        last = scales[index] <= scales[-1]
        centre = _placed(T, mean)
        count = _located(points, strides[index], T, field, placed, at)
        count = _rows(placed, at, count, T, centre, field, scales[index], last, rows)
        index += 1
        if count < _FEWEST:
            continue
        _gram(rows, count, G)
        step = _solve(G, damping)
        T = _moved(T, step, centre)
        length = max(abs(step[0]), abs(step[1]), abs(step[2]))
        length += lever * max(abs(step[3]), abs(step[4]), abs(step[5]))
        if last and length < smallest_step:
            if strides[index - 1] == strides[-1]:
                break
            while strides[index] != strides[-1]:
                index += 1
    return T


@compiled
def registered(
    points: Array,
    T_object_camera: Array,
    field: SurfaceField,
    scales: Array,
    strides: NDArray[np.int64],
    damping: float,
    smallest_step: float,
) -> tuple[Array, float]:
    """`align`, and the `cost` at the last scale."""
    T = align(points, T_object_camera, field, scales, strides, damping, smallest_step)
    return T, cost(points, 1, T, field, scales[-1])


@compiled
def align_all(
    points: Array,
    starts: Array,
    field: SurfaceField,
    scales: Array,
    strides: NDArray[np.int64],
    damping: float,
    smallest_step: float,
    judged_scale: float,
    judged_stride: int,
) -> tuple[Array, Array]:
    """`align` from each of (k, 4, 4) starts: (k, 4, 4) poses and (k,) costs."""
    poses, costs = np.empty_like(starts), np.empty(len(starts))
    for index in range(len(starts)):
        poses[index] = align(points, starts[index], field, scales, strides, damping, smallest_step)
        costs[index] = cost(points, judged_stride, poses[index], field, judged_scale)
    return poses, costs
