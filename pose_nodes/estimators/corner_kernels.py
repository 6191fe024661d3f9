"""What followed corners tell of a pose, in machine code: see `image_cue`."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.compiled import compiled_small

Array = NDArray[np.float64]


@compiled_small
def _projections(points: Array, pixels: NDArray[np.float32], T: Array, intrinsics: Array) -> Array:
    """(2 n, 7) derivatives of the points' pixels by a motion of `se3.perturb`, and how far the corners are
    from them."""
    rows = np.zeros((2 * len(points), 7))
    for index in range(len(points)):
        p = points[index]
        arm = T[:3, 0] * p[0] + T[:3, 1] * p[1] + T[:3, 2] * p[2]
        x, y, z = arm[0] + T[0, 3], arm[1] + T[1, 3], arm[2] + T[2, 3]
        for axis in range(2):
            row, along = rows[2 * index + axis], x if axis == 0 else y
            row[axis] = intrinsics[axis] / z
            row[2] = -intrinsics[axis] * along / (z * z)
            # The derivative by a turn is arm x derivative by a shift.
            row[3] = arm[1] * row[2] - arm[2] * row[1]
            row[4] = arm[2] * row[0] - arm[0] * row[2]
            row[5] = arm[0] * row[1] - arm[1] * row[0]
            row[6] = pixels[index, axis] - (intrinsics[axis] * along / z + intrinsics[2 + axis])
    return rows


@compiled_small
def motion_of_corners(
    points: Array,
    pixels: NDArray[np.float32],
    T: Array,
    intrinsics: Array,
    deviation: float,
    reaches: Array,
) -> tuple[Array, Array]:
    """The motion of an object that brings points of it to where their corners are seen.

    Least squares with Tukey's weights, about a pose that is near; as that may be off by more than corners
    are, what counts is narrowed down from round to round.

    Args:
        points: (n, 3) object frame, metres.
        pixels: (n, 2) columns and rows of the corners.
        T: (4, 4) T_camera_object.
        intrinsics: (4,) fx, fy, cx, cy.
        deviation: standard deviation of a corner's place, pixels.
        reaches: (k,) standard deviations beyond which a corner does not count, in each round of weighing and
            solving.

    Returns:
        (6,) as of `se3.perturb`, and its (6, 6) information.
    """
    rows = _projections(points, pixels, T, intrinsics)
    information = np.zeros((6, 6))
    change = np.zeros(6)
    for reach in reaches:
        slope = np.zeros(6)
        information[:] = 0.0
        for index in range(0, len(rows), 2):
            left_u = rows[index, 6] - (rows[index, :6] * change).sum()
            left_v = rows[index + 1, 6] - (rows[index + 1, :6] * change).sum()
            share = (left_u * left_u + left_v * left_v) / (reach * deviation) ** 2
            weight = max(1.0 - share, 0.0) ** 2 / deviation**2
            for row in range(index, index + 2):
                for i in range(6):
                    slope[i] += weight * rows[row, i] * rows[row, 6]
                    for j in range(6):
                        information[i, j] += weight * rows[row, i] * rows[row, j]
        damping = np.diag(1e-6 * np.diag(information) + 1e-9)
        change[:] = np.linalg.solve(information + damping, slope)
    return change, information


@compiled_small
def weighed(
    covariance: Array,
    changing: Array,
    shared: Array,
    by_corners: Array,
    noise: Array,
    change: Array,
) -> tuple[Array, Array, Array]:
    """What depth and corners tell together of a pose, each by its information.

    What both err by alike is lessened by neither.

    Args:
        covariance: (6, 6) of the pose by depth.
        changing: (6, 6) part of it that is another in each frame.
        shared: (6, 6) part of it that the pose by corners has, too.
        by_corners: (6, 6) covariance of the pose by corners, without that.
        noise: (6, 6) part of it that is another in each frame.
        change: (6,) motion from the pose by depth to that by corners.

    Returns:
        (6,) motion from the pose by depth, (6, 6) covariance, and (6, 6) part of that which is another in
        each frame.
    """
    of_depth, of_corners = np.linalg.inv(covariance - shared), np.linalg.inv(by_corners)
    joint = np.linalg.inv(of_depth + of_corners)
    share, rest = joint @ of_corners, joint @ of_depth
    random = share @ noise @ share.T + rest @ changing @ rest.T
    return share @ change, (joint + shared).astype(np.float64), random.astype(np.float64)


@compiled_small
def pose_by_corners(
    T: Array, anchored: Array, apart: Array, drift: float, information: Array
) -> tuple[Array, Array]:
    """How well corners tell a pose.

    Args:
        T: (4, 4) T_camera_object.
        anchored: (6, 6) covariance of the pose by which they were put on the object, about its axes.
        apart: (6, 6) of the motion between colour and depth of the same image.
        drift: standard deviation of the turns that they seem to make together, radians.
        information: (6, 6) of the motion that they tell.

    Returns:
        (6, 6) covariance about the camera's axes, and (6, 6) of the corners' noise alone.
    """
    turn = np.zeros((6, 6))
    turn[:3, :3] = T[:3, :3]
    turn[3:, 3:] = T[:3, :3]
    noise = np.linalg.inv(information + 1e-6 * np.eye(6))
    covariance = turn @ anchored @ turn.T + apart + noise
    for axis in range(3, 6):
        covariance[axis, axis] += drift * drift
    return covariance, noise.astype(np.float64)


@compiled_small
def expected(points: Array, T: Array, intrinsics: Array) -> tuple[NDArray[np.float32], Array]:
    """(n, 2) columns and rows where (n, 3) points of an object at a pose are seen, and (n,) their depths."""
    pixels, depths = np.empty((len(points), 2), np.float32), np.empty(len(points))
    for index in range(len(points)):
        x, y, z = points[index, 0], points[index, 1], points[index, 2]
        depth = T[2, 0] * x + T[2, 1] * y + T[2, 2] * z + T[2, 3]
        for axis in range(2):
            along = T[axis, 0] * x + T[axis, 1] * y + T[axis, 2] * z + T[axis, 3]
            pixels[index, axis] = intrinsics[axis] * along / depth + intrinsics[2 + axis]
        depths[index] = depth
    return pixels, depths


@compiled_small
def window(
    before: NDArray[np.float32], after: NDArray[np.float32], margin: int, width: int, height: int
) -> tuple[int, int, int, int]:
    """Left, top, right and bottom (exclusive) of the part of an image that holds (n, 2) pixels and (m, 2)
    others with a margin; empty where it holds none."""
    left, top, right, bottom = float(width), float(height), 0.0, 0.0
    for pixels in (before, after):
        for index in range(len(pixels)):
            u, v = pixels[index, 0], pixels[index, 1]
            left, right = min(left, u - margin), max(right, u + margin + 1.0)
            top, bottom = min(top, v - margin), max(bottom, v + margin + 1.0)
    return (
        int(max(math.floor(left), 0.0)),
        int(max(math.floor(top), 0.0)),
        int(min(math.ceil(right), width)),
        int(min(math.ceil(bottom), height)),
    )


@compiled_small
def found_again(
    pixels: NDArray[np.float32],
    back: NDArray[np.float32],
    apart: float,
    found: NDArray[np.float32],
    depths: Array,
    depth: NDArray[np.float32],
    tolerances: NDArray[np.float32],
) -> NDArray[np.bool_]:
    """Which corners are where they began when they are followed back, and on what is measured of the object:
    what hides it carries corners of its own.

    Args:
        pixels: (n, 2) where they began.
        back: (n, 2) where they came to when they were followed back.
        apart: pixels by which these may differ along a column or row.
        found: (n, 2) where they are in the new image.
        depths: (n,) of their points, metres.
        depth: (h, w) of the new image, metres, NaN where nothing was measured.
        tolerances: (n,) metres by which depth may differ.
    """
    kept = np.zeros(len(pixels), np.bool_)
    for index in range(len(pixels)):
        u, v = math.floor(found[index, 0] + 0.5), math.floor(found[index, 1] + 0.5)
        if not (0 <= u < depth.shape[1] and 0 <= v < depth.shape[0]):
            continue
        missed = max(abs(back[index, 0] - pixels[index, 0]), abs(back[index, 1] - pixels[index, 1]))
        kept[index] = missed < apart and abs(depth[int(v), int(u)] - depths[index]) < tolerances[index]
    return kept
