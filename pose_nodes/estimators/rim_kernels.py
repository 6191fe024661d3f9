"""Where the rim of an object is seen in a colour image, in machine code: see `rim_cue`."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.compiled import compiled

Array = NDArray[np.float64]
BINS = 16
"""Of a colour table, along red, green and blue each (our choice; Stoiber et al.: 32)."""
REACH = 10
"""Pixels along a line across the rim, each way, whose colours are looked at."""
SHIFTS = 6
"""Pixels along it, each way, where the rim may be."""
LINE = 8
"""Numbers of a line: column, row and depth of its middle on the rim; the outward normal's columns and rows;
along it how many pixels of the object there are inside, and of none outside, at most REACH; and how far
depth fell over the last pixel, metres."""
_AMPLITUDE = 0.36
_SLOPE = 1.0
"""Of the step from object to surroundings: how much of it colours tell, as half would leave no doubt; and
pixels over which it goes (Stoiber et al., 2020)."""
_FEWEST_PIXELS = 3
"""Of the object and of what is beside it, that a line must have."""
_UNSEEN = 1e-3
"""Share of pixels that is added to each entry of a colour table: what was not seen tells nothing."""
_FLAT = 0.5
"""Share of the variance of a rim that may be anywhere, from which on a line tells nothing."""
_NORMAL_ERROR = 0.05
"""Radians; standard deviation of the normals of a rim that was drawn in pixels (our choice)."""
_DAMPING, _LEAST = 1e-6, 1e-9
"""Of the information and beside it, so that what nothing tells of stays as it is."""
_FALL, _FALL_ERROR = 0.93, 0.43
"""At the rim, half a pixel beyond the last one of the object, depth has fallen by 0.5 times what it fell over
that pixel if the surface is flat, and by 1.37 times if it is round: the mean of both, and half of what is
between them."""
_LONGEST_FALL = 0.01
"""Of depth over a pixel, as a share of it: more is the edge of another part of the object (our choice)."""
_OFFSETS = (-4, -2, 3, 6)
"""Pixels along a line where something nearer than the object would hide its rim."""


@compiled
def _rim_pixels(drawn: NDArray[np.float32]) -> NDArray[np.int64]:
    """(n, 2) rows and columns of the pixels of an object that have one beside it for a neighbour."""
    found = np.empty((4 * (drawn.shape[0] + drawn.shape[1]), 2), np.int64)
    count = 0
    for row in range(1, drawn.shape[0] - 1):
        for column in range(1, drawn.shape[1] - 1):
            beside = drawn[row - 1, column] + drawn[row + 1, column]
            beside += drawn[row, column - 1] + drawn[row, column + 1]
            if drawn[row, column] > 0.0 and not beside > 0.0:  # the sum is NaN where one of them is
                if count == len(found):
                    found = np.concatenate((found, np.empty_like(found)))
                found[count, 0], found[count, 1] = row, column
                count += 1
    return found[:count]


@compiled
def rim_lines(
    drawn: NDArray[np.float32], soft: NDArray[np.float32], left: int, top: int, stride: int
) -> Array:
    """(n, LINE) lines across the rim of a silhouette, one for each of its rim pixels.

    Args:
        drawn: (rows, columns) metres, NaN beside the object.
        soft: (rows, columns) the silhouette, ones and zeros, blurred.
        left, top, stride: of the grid, pixels of the image.
    """
    at = _rim_pixels(drawn)
    lines, count = np.empty((len(at), LINE)), 0
    for index in range(len(at)):
        row, column = at[index]
        across = 0.5 * (soft[row, column - 1] - soft[row, column + 1])
        down = 0.5 * (soft[row - 1, column] - soft[row + 1, column])
        slope = math.sqrt(across * across + down * down)
        if slope < 1e-3:
            continue
        nx, ny = across / slope, down / slope
        out = min(max((soft[row, column] - 0.5) / slope, 0.0), 1.0)
        x, y, line = column + out * nx, row + out * ny, lines[count]
        line[0], line[1] = left + stride * x, top + stride * y
        fall = drawn[row, column] - drawn[math.floor(row - ny + 0.5), math.floor(column - nx + 0.5)]
        fall = max(fall, 0.0) if fall < _LONGEST_FALL * stride * drawn[row, column] else 0.0
        line[2], line[7] = drawn[row, column], fall
        line[3], line[4] = nx, ny
        line[5] = _run(drawn, column, row, -nx / stride, -ny / stride, True)
        line[6] = _run(drawn, x, y, nx / stride, ny / stride, False)
        count += 1
    return lines[:count]


@compiled
def _run(drawn: NDArray[np.float32], x: float, y: float, dx: float, dy: float, on_object: bool) -> int:
    """How many steps from a place of the grid it is all on the object, or all beside it; at most REACH."""
    rows, columns = drawn.shape
    for step in range(1, REACH + 1):
        u, v = math.floor(x + step * dx + 0.5), math.floor(y + step * dy + 0.5)
        hit = 0 <= u < columns and 0 <= v < rows and drawn[v, u] > 0.0
        if hit != on_object:
            return step - 1
    return REACH


@compiled
def _bin(color: NDArray[np.uint8], row: int, column: int) -> int:
    """Entry of a colour table."""
    red, green, blue = color[row, column, 0], color[row, column, 1], color[row, column, 2]
    return ((red * BINS // 256) * BINS + green * BINS // 256) * BINS + blue * BINS // 256


@compiled
def color_table(
    color: NDArray[np.uint8], sides: NDArray[np.int8], left: int, top: int, stride: int
) -> NDArray[np.float32]:
    """(BINS^3,) probability of each colour to be of the object.

    Args:
        color: (h, w, 3).
        sides: (rows, columns) 1 on the object, -1 beside it, 0 where that is not sure.
        left, top, stride: of the grid, pixels of the image.
    """
    shares = np.zeros((2, BINS**3), np.float32)
    height, width = color.shape[0], color.shape[1]
    for row in range(sides.shape[0]):
        v = top + stride * row
        for column in range(sides.shape[1]):
            u, side = left + stride * column, sides[row, column]
            if side != 0 and 0 <= u < width and 0 <= v < height:
                shares[0 if side > 0 else 1, _bin(color, v, u)] += 1.0
    ours, others = max(shares[0].sum(), 1.0), max(shares[1].sum(), 1.0)
    table = np.empty(BINS**3, np.float32)
    for index in range(BINS**3):
        a, b = shares[0, index] / ours + _UNSEEN, shares[1, index] / others + _UNSEEN
        table[index] = a / (a + b)
    return table


@compiled
def _steps() -> Array:
    """(2 SHIFTS + 1, 2 REACH + 1) how likely a pixel is of the object before its colour is known, by where
    the rim is and where the pixel is."""
    steps = np.empty((2 * SHIFTS + 1, 2 * REACH + 1))
    for i in range(2 * SHIFTS + 1):
        for j in range(2 * REACH + 1):
            beyond = (j - REACH) - (i - SHIFTS)
            steps[i, j] = 0.5 - _AMPLITUDE * math.tanh(beyond / (2.0 * _SLOPE))
    return steps


@compiled
def _seen(
    color: NDArray[np.uint8], table: NDArray[np.float32], line: Array, u: float, v: float, steps: Array,
    chances: Array,
) -> tuple[float, float]:  # fmt: skip
    """Mean and variance of where the rim is along a line through (u, v), pixels."""
    chances[:] = 1.0
    for offset in range(1 - int(line[5]), int(line[6]) + 1):
        column = math.floor(u + offset * line[3] + 0.5)
        row = math.floor(v + offset * line[4] + 0.5)
        ours = table[_bin(color, row, column)]
        for i in range(len(chances)):
            step = steps[i, offset + REACH]
            chances[i] *= step * ours + (1.0 - step) * (1.0 - ours)
    total = mean = square = 0.0
    for i in range(len(chances)):
        total += chances[i]
        mean += chances[i] * (i - SHIFTS)
        square += chances[i] * (i - SHIFTS) ** 2
    mean /= total
    return mean, square / total - mean * mean


@compiled
def _is_hidden(depth: NDArray[np.float32], line: Array, u: float, v: float, nearest: float) -> bool:
    """Whether something stands before the rim at (u, v)."""
    for offset in _OFFSETS:
        column = math.floor(u + offset * line[3] + 0.5)
        row = math.floor(v + offset * line[4] + 0.5)
        if depth[row, column] < nearest:
            return True
    return False


@compiled
def _points(lines: Array, T: Array, intrinsics: Array) -> Array:
    """(n, 3) where (n, LINE) lines cross the rim of an object at (4, 4) T_camera_object, object frame."""
    points = np.empty((len(lines), 3))
    for index in range(len(lines)):
        z = lines[index, 2] + _FALL * lines[index, 7]
        x = (lines[index, 0] - intrinsics[2]) / intrinsics[0] * z - T[0, 3]
        y = (lines[index, 1] - intrinsics[3]) / intrinsics[1] * z - T[1, 3]
        for axis in range(3):
            points[index, axis] = T[0, axis] * x + T[1, axis] * y + T[2, axis] * (z - T[2, 3])
    return points


@compiled
def _moved(T: Array, motion: Array) -> Array:
    """(4, 4) T moved as by `se3.perturb`."""
    angle = math.sqrt(motion[3] ** 2 + motion[4] ** 2 + motion[5] ** 2)
    a = 1.0 - angle * angle / 6.0 if angle < 1e-4 else math.sin(angle) / angle
    b = 0.5 - angle * angle / 24.0 if angle < 1e-4 else (1.0 - math.cos(angle)) / (angle * angle)
    w, result = motion[3:], T.copy()
    for j in range(3):  # Rodrigues' formula: R x = x + a w x x + b w x (w x x)
        x, y, z = T[0, j], T[1, j], T[2, j]
        cx, cy, cz = w[1] * z - w[2] * y, w[2] * x - w[0] * z, w[0] * y - w[1] * x
        result[0, j] = x + a * cx + b * (w[1] * cz - w[2] * cy)
        result[1, j] = y + a * cy + b * (w[2] * cx - w[0] * cz)
        result[2, j] = z + a * cz + b * (w[0] * cy - w[1] * cx)
        result[j, 3] += motion[j]
    return result


@compiled
def _row(row: Array, arm: Array, at: Array, intrinsics: Array, nx: float, ny: float) -> None:
    """(6,) derivatives, by a motion of `se3.perturb`, of where a point is along a direction in the image.

    Args:
        row: is filled.
        arm: (3,) from the object's origin to the point, camera's axes, metres.
        at: (3,) the point, camera frame, metres.
        intrinsics: (4,) fx, fy, cx, cy.
        nx, ny: the direction, columns and rows.
    """
    a, b = intrinsics[0] / at[2] * nx, intrinsics[1] / at[2] * ny
    c = -(a * at[0] + b * at[1]) / at[2]
    row[0], row[1], row[2] = a, b, c
    # The derivative by a turn is arm x derivative by a shift.
    row[3], row[4], row[5] = arm[1] * c - arm[2] * b, arm[2] * a - arm[0] * c, arm[0] * b - arm[1] * a


@compiled
def _told(
    points: Array, lines: Array, T: Array, intrinsics: Array, color: NDArray[np.uint8],
    depth: NDArray[np.float32], table: NDArray[np.float32], tolerance: tuple[float, float], deviation: float,
    reach: float, steps: Array,
) -> tuple[Array, Array, Array, int]:  # fmt: skip
    """What lines across the rim tell of a motion: (6, 6) information, (6,) the same times the motion, (6, 6)
    what of the information errors of normals and depths feign, and how many lines tell something. See
    `followed`."""
    information, slope, feigned = np.zeros((6, 6)), np.zeros(6), np.zeros((6, 6))
    along, across, chances, count = np.empty(6), np.empty(6), np.empty(2 * SHIFTS + 1), 0
    arm, at, turned = np.empty(3), np.empty(3), np.zeros(6)
    unknown, height, width = SHIFTS * (SHIFTS + 1) / 3.0, depth.shape[0], depth.shape[1]
    for index in range(len(points)):
        line = lines[index]
        for axis in range(3):
            p = points[index]
            arm[axis] = T[axis, 0] * p[0] + T[axis, 1] * p[1] + T[axis, 2] * p[2]
            at[axis] = arm[axis] + T[axis, 3]
        u = intrinsics[0] * at[0] / at[2] + intrinsics[2]
        v = intrinsics[1] * at[1] / at[2] + intrinsics[3]
        inside = REACH < u < width - 1 - REACH and REACH < v < height - 1 - REACH
        if not inside or min(line[5], line[6]) < _FEWEST_PIXELS:
            continue
        # By where depth has the rim: how far it grew is not a matter of distance.
        if _is_hidden(depth, line, u, v, line[2] - tolerance[0] - tolerance[1] * line[2] ** 2):
            continue
        place, variance = _seen(color, table, line, u, v, steps, chances)
        if variance > _FLAT * unknown:
            continue
        count += 1
        weight = 1.0 / max(variance, deviation * deviation) - 1.0 / unknown
        weight *= max(1.0 - (place / reach) ** 2, 0.0) ** 2
        _row(along, arm, at, intrinsics, line[3], line[4])
        _row(across, arm, at, intrinsics, -line[4], line[3])
        unsure = _FALL_ERROR * line[7]
        turned[3], turned[4] = -unsure * along[1], unsure * along[0]
        for i in range(6):
            slope[i] += weight * along[i] * place
            for j in range(6):
                information[i, j] += weight * along[i] * along[j]
                by_errors = _NORMAL_ERROR**2 * across[i] * across[j] + turned[i] * turned[j]
                feigned[i, j] += weight * by_errors
    return information, slope, feigned, count


@compiled
def followed(
    lines: Array, T: Array, intrinsics: Array, color: NDArray[np.uint8], depth: NDArray[np.float32],
    table: NDArray[np.float32], tolerance: tuple[float, float], deviation: float, share: float,
    expected: Array, reaches: Array, fewest: int,
) -> tuple[Array, Array, Array, Array, int]:  # fmt: skip
    """The motion that brings an object's rim to where it is seen, near where it is expected.

    Gauss-Newton steps with Tukey's weights; where the rim is seen is looked for anew after each.

    Args:
        lines: (n, LINE) across the rim at the pose, see `rim_lines`.
        T: (4, 4) T_camera_object.
        intrinsics: (4,) fx, fy, cx, cy.
        color: (h, w, 3).
        depth: (h, w) metres, NaN where nothing was measured.
        table: see `color_table`.
        tolerance: of depth, metres: constant, and quadratic, 1/m; what is nearer by more hides the rim.
        deviation: least of a line, pixels.
        share: of a measurement that a line is worth.
        expected: (6, 6) covariance of the motion.
        reaches: (k,) pixels, of each round, from which on a line tells nothing; none moves after the last.
        fewest: lines that must tell something, or nothing is looked for further.

    Returns:
        (6,) motion of `se3.perturb`; (6, 6) information of the lines there, (6,) that times the motion that
        is left, (6, 6) what of it errors of normals and depths feign; and how many lines told something.
    """
    points, steps, prior, motion = (
        _points(lines, T, intrinsics),
        _steps(),
        np.linalg.inv(expected),
        np.zeros(6),
    )
    for index in range(len(reaches)):
        information, slope, feigned, count = _told(
            points, lines, _moved(T, motion), intrinsics, color, depth, table, tolerance, deviation,
            reaches[index], steps,
        )  # fmt: skip
        information, slope, feigned = share * information, share * slope, share * feigned
        if count < fewest:
            break
        if index + 1 < len(reaches):
            motion += np.linalg.solve(prior + information, slope - prior @ motion)
    return motion, information, slope, feigned, count


@compiled
def joined(
    covariance: Array, free: Array, information: Array, certain: Array, slope: Array, motion: Array
) -> tuple[Array, Array, Array]:
    """What depth and rim tell together of a pose, each by its information.

    Args:
        covariance: (6, 6) of the pose by depth.
        free: (6, 6) of the rim as a whole against depth.
        information, slope, motion: see `followed`.
        certain: (6, 6) what of the information nothing feigns: the rim leads to where all of it does, and by
            so much.

    Returns:
        (6,) motion of the pose by depth, (6, 6) covariance, and (6, 6) information of the rim.
    """
    damping = np.diag(_DAMPING * np.diag(information) + _LEAST)
    seen = motion + np.linalg.solve(information + damping, slope)
    left = np.linalg.inv(np.eye(6) + certain @ free) @ certain
    left = 0.5 * (left + left.T)
    joint = np.linalg.inv(np.linalg.inv(covariance) + left)
    joint = 0.5 * (joint + joint.T)
    return joint @ (left @ seen), joint, left
