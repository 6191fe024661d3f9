"""What is done to every point of a frame, in machine code: see `field_registration`."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.compiled import compiled
from pose_nodes.registration.surface_field import SPLIT, SurfaceField

Array = NDArray[np.float64]
_FEWEST = 6
"""Unknowns of a pose, and so the fewest points that determine one."""


@compiled
def _cell(field: SurfaceField, x: float, y: float, z: float) -> tuple[int, int]:
    """Index of the coarse cell that holds a point, the outermost for points outside; and of its fine cell."""
    inverse = 1.0 / field.cell
    gx = min(max((x - field.origin[0]) * inverse, 0.0), field.shape[0] - 1e-6)
    gy = min(max((y - field.origin[1]) * inverse, 0.0), field.shape[1] - 1e-6)
    gz = min(max((z - field.origin[2]) * inverse, 0.0), field.shape[2] - 1e-6)
    i, j, k = int(gx), int(gy), int(gz)
    a, b, c = int((gx - i) * SPLIT), int((gy - j) * SPLIT), int((gz - k) * SPLIT)
    return (i * field.shape[1] + j) * field.shape[2] + k, (a * SPLIT + b) * SPLIT + c


@compiled
def _plane(field: SurfaceField, x: float, y: float, z: float) -> tuple[float, float, float, float]:
    """The plane of the distance at a point: nx, ny, nz, d."""
    cell, part = _cell(field, x, y, z)
    block = field.block[cell]
    if block >= 0:
        fine = field.fine
        return fine[block, part, 0], fine[block, part, 1], fine[block, part, 2], fine[block, part, 3]
    coarse = field.coarse
    return coarse[cell, 0], coarse[cell, 1], coarse[cell, 2], coarse[cell, 3]


@compiled
def planes(points: Array, field: SurfaceField) -> tuple[Array, Array]:
    """(n, 3) gradients and (n,) signed distances at (n, 3) points in the object frame."""
    normals, distances = np.empty((len(points), 3)), np.empty(len(points))
    for index in range(len(points)):
        x, y, z = points[index, 0], points[index, 1], points[index, 2]
        nx, ny, nz, d = _plane(field, x, y, z)
        normals[index, 0], normals[index, 1], normals[index, 2] = nx, ny, nz
        distances[index] = nx * x + ny * y + nz * z - d
    return normals, distances


@compiled
def lift_near(
    depth: NDArray[np.float32],
    intrinsics: Array,
    grid: NDArray[np.int64],
    T: Array,
    field: SurfaceField,
    reach: float,
) -> Array:
    """(n, 3) measured points within `reach` of the surface, camera frame.

    Args:
        depth: (h, w) metres, NaN where nothing was measured.
        intrinsics: (4,) fx, fy, cx, cy.
        grid: (5,) left, top, right, bottom (exclusive) and stride of the pixels to look at, inside the image.
        T: (4, 4) T_object_camera.
        field: of the object.
        reach: metres.
    """
    left, top, right, bottom, stride = grid[0], grid[1], grid[2], grid[3], grid[4]
    points = np.empty((((bottom - top) // stride + 1) * ((right - left) // stride + 1), 3))
    count = 0
    slack = reach + 0.87 * field.cell
    for v in range(top, bottom, stride):
        ray_y = (v - intrinsics[3]) / intrinsics[1]
        for u in range(left, right, stride):
            z = depth[v, u]
            if not z > 0.0:
                continue
            px, py = (u - intrinsics[2]) / intrinsics[0] * z, ray_y * z
            x = T[0, 0] * px + T[0, 1] * py + T[0, 2] * z + T[0, 3]
            y = T[1, 0] * px + T[1, 1] * py + T[1, 2] * z + T[1, 3]
            w = T[2, 0] * px + T[2, 1] * py + T[2, 2] * z + T[2, 3]
            if (
                x < field.origin[0]
                or y < field.origin[1]
                or w < field.origin[2]
                or x > field.origin[0] + field.cell * field.shape[0]
                or y > field.origin[1] + field.cell * field.shape[1]
                or w > field.origin[2] + field.cell * field.shape[2]
            ):
                continue
            cell, _ = _cell(field, x, y, w)
            if field.distance[cell] > slack:
                continue
            nx, ny, nz, d = _plane(field, x, y, w)
            if abs(nx * x + ny * y + nz * w - d) <= reach:
                points[count, 0], points[count, 1], points[count, 2] = px, py, z
                count += 1
    return points[:count]


@compiled
def _rows(
    points: Array, stride: int, T: Array, centre: Array, field: SurfaceField, scale: float, facing: bool,
    rows: Array,
) -> tuple[int, int]:  # fmt: skip
    """Weighted rows (n . dx, (x - centre) x n . w | r) of the points within `scale` of the surface.

    Unknowns are a translation and a rotation about `centre`, object frame. Rows are multiplied by 1 - (r /
    scale)^2, the root of Tukey's weight. With `facing`, surface that is turned away from the camera does not
    count.

    Returns:
        How many rows there are, and of how many points.
    """
    count, looked_at, inverse = 0, 0, 1.0 / (scale * scale)
    for index in range(0, len(points), stride):
        looked_at += 1
        px, py, pz = points[index, 0], points[index, 1], points[index, 2]
        x = T[0, 0] * px + T[0, 1] * py + T[0, 2] * pz + T[0, 3]
        y = T[1, 0] * px + T[1, 1] * py + T[1, 2] * pz + T[1, 3]
        z = T[2, 0] * px + T[2, 1] * py + T[2, 2] * pz + T[2, 3]
        nx, ny, nz, d = _plane(field, x, y, z)
        r = nx * x + ny * y + nz * z - d
        root = 1.0 - r * r * inverse
        if root <= 0.0:
            continue
        if facing and nx * (x - T[0, 3]) + ny * (y - T[1, 3]) + nz * (z - T[2, 3]) > 0.0:
            continue
        ax, ay, az = x - centre[0], y - centre[1], z - centre[2]
        rows[count, 0], rows[count, 1], rows[count, 2] = root * nx, root * ny, root * nz
        rows[count, 3] = root * (ay * nz - az * ny)
        rows[count, 4] = root * (az * nx - ax * nz)
        rows[count, 5] = root * (ax * ny - ay * nx)
        rows[count, 6] = root * r
        count += 1
    return count, looked_at


@compiled
def _gram(rows: Array, count: int, G: Array) -> None:
    """The lower triangle of the (7, 7) sums of products of the columns of the rows."""
    G[:] = 0.0
    for row in range(count):
        for i in range(7):
            for j in range(i + 1):
                G[i, j] += rows[row, i] * rows[row, j]


@compiled
def cost(points: Array, stride: int, T: Array, field: SurfaceField, scale: float) -> float:
    """Mean of Tukey's loss over the points, 0 to 1; surface that is turned away from the camera costs all."""
    total, looked_at, inverse = 0.0, 0, 1.0 / (scale * scale)
    for index in range(0, len(points), stride):
        looked_at += 1
        px, py, pz = points[index, 0], points[index, 1], points[index, 2]
        x = T[0, 0] * px + T[0, 1] * py + T[0, 2] * pz + T[0, 3]
        y = T[1, 0] * px + T[1, 1] * py + T[1, 2] * pz + T[1, 3]
        z = T[2, 0] * px + T[2, 1] * py + T[2, 2] * pz + T[2, 3]
        nx, ny, nz, d = _plane(field, x, y, z)
        r = nx * x + ny * y + nz * z - d
        root = 1.0 - r * r * inverse
        turned_away = nx * (x - T[0, 3]) + ny * (y - T[1, 3]) + nz * (z - T[2, 3]) > 0.0
        total += 1.0 if root <= 0.0 or turned_away else 1.0 - root * root * root
    return total / max(looked_at, 1)


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
def _placed(T: Array, point: Array) -> Array:
    """(3,) T point."""
    result = np.empty(3)
    for i in range(3):
        result[i] = T[i, 0] * point[0] + T[i, 1] * point[1] + T[i, 2] * point[2] + T[i, 3]
    return result


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
        smallest_step: metres; a smaller step at the last scale ends it.
    """
    rows, G = np.empty((len(points), 7)), np.empty((7, 7))
    T, mean = T_object_camera.copy(), _mean(points)
    lever = 10.0 * field.cell
    for index in range(len(scales)):
        last = scales[index] <= scales[-1]
        centre = _placed(T, mean)
        count, _ = _rows(points, strides[index], T, centre, field, scales[index], last, rows)
        if count < _FEWEST:
            continue
        _gram(rows, count, G)
        step = _solve(G, damping)
        T = _moved(T, step, centre)
        length = max(abs(step[0]), abs(step[1]), abs(step[2]))
        length += lever * max(abs(step[3]), abs(step[4]), abs(step[5]))
        if last and length < smallest_step:
            break
    return T


@compiled
def align_best(
    points: Array,
    starts: Array,
    field: SurfaceField,
    scales: Array,
    strides: NDArray[np.int64],
    damping: float,
    smallest_step: float,
    judged_scale: float,
    judged_stride: int,
) -> tuple[Array, float]:
    """`align` from each of (k, 4, 4) starts; the pose of the lowest cost, and that cost."""
    best, lowest = starts[0].copy(), np.inf
    for index in range(len(starts)):
        T = align(points, starts[index], field, scales, strides, damping, smallest_step)
        its_cost = cost(points, judged_stride, T, field, judged_scale)
        if its_cost < lowest:
            best, lowest = T, its_cost
    return best, lowest
