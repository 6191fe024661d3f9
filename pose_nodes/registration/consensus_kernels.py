"""The inner loops of `native_ransac`, in machine code. Poses are (12,) float32, the rows of (3, 4)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.compiled import compiled
from pose_nodes.registration.consensus_types import Floats, Indices, Kept, Problem, Rules

Sums = NDArray[np.float64]

PARTNERS = 8
"""Correspondences that are drawn for a seed; all their pairs make triplets with it (our choice)."""
TRIPLETS = PARTNERS * (PARTNERS - 1) // 2
WINDOW = 512
"""Correspondences that the partners of a seed are sought in (our choice): enough to have right ones."""
_BLOCK = 256
"""Correspondences after which a pose is given up if it has too few inliers."""
_MERCY = 2.5
"""Standard deviations that the inliers of a block may fall short by chance."""
_TRIES = 8
"""Of a seed that is drawn by its weight."""
_POLISHES = 3
_RAW = 0.6
"""Of the inliers of a pose that is kept, which a pose must have before it is polished (our choice)."""
_FEWEST = 3


@compiled
def _compatible(points: Floats, seed: int, begin: int, rules: Rules, gaps: Floats, found: Indices) -> int:
    """Write the correspondences of a window whose distance to a seed is alike on both sides into `found`.

    Returns:
        How many there are.
    """
    end = begin + len(gaps)
    ax, ay, az = points[0, begin:end], points[1, begin:end], points[2, begin:end]
    bx, by, bz = points[3, begin:end], points[4, begin:end], points[5, begin:end]
    px, py, pz = points[0, seed], points[1, seed], points[2, seed]
    qx, qy, qz = points[3, seed], points[4, seed], points[5, seed]
    far = np.float32(4.0 * rules.distance)
    shortest = np.float32(rules.shortest)
    for j in range(len(gaps)):
        dx, dy, dz = ax[j] - px, ay[j] - py, az[j] - pz
        a = np.sqrt(dx * dx + dy * dy + dz * dz)
        dx, dy, dz = bx[j] - qx, by[j] - qy, bz[j] - qz
        b = np.sqrt(dx * dx + dy * dy + dz * dz)
        gaps[j] = abs(a - b) if min(a, b) > shortest else far
    count = 0
    limit = np.float32(rules.distance)
    for j in range(len(gaps)):
        found[count] = begin + j
        count += gaps[j] < limit
    return count


@compiled
def _draw(points: Floats, window: Indices, count: int, rng: np.random.Generator, chosen: Floats) -> None:
    """Columns of up to `PARTNERS` of the first `count` correspondences of a window, in random order."""
    for i in range(min(PARTNERS, count)):
        j = i + int(rng.random() * (count - i))
        window[i], window[j] = window[j], window[i]
        for axis in range(6):
            chosen[i, axis] = points[axis, window[i]]


@compiled
def _is_alike(p: Floats, q: Floats, rules: Rules) -> bool:
    """Whether the distance of two correspondences is alike on both sides, and long enough."""
    dx, dy, dz = p[0] - q[0], p[1] - q[1], p[2] - q[2]
    a = math.sqrt(dx * dx + dy * dy + dz * dz)
    dx, dy, dz = p[3] - q[3], p[4] - q[4], p[5] - q[5]
    b = math.sqrt(dx * dx + dy * dy + dz * dz)
    return abs(a - b) < rules.distance and min(a, b) > rules.shortest


@compiled
def _frame(p: Floats, q: Floats, r: Floats, side: int, axes: Floats, flattest: float) -> bool:
    """Axes (3, 3) of a triangle in rows: first edge, height, normal; whether it is high enough.

    `side` is 0 for source points, 3 for target points.
    """
    e0, e1, e2 = q[side] - p[side], q[side + 1] - p[side + 1], q[side + 2] - p[side + 2]
    f0, f1, f2 = r[side] - p[side], r[side + 1] - p[side + 1], r[side + 2] - p[side + 2]
    n0, n1, n2 = e1 * f2 - e2 * f1, e2 * f0 - e0 * f2, e0 * f1 - e1 * f0
    edge = math.sqrt(e0 * e0 + e1 * e1 + e2 * e2)
    area = math.sqrt(n0 * n0 + n1 * n1 + n2 * n2)
    if not area > flattest * edge or not area > 0.0:
        return False
    axes[0, 0], axes[0, 1], axes[0, 2] = e0 / edge, e1 / edge, e2 / edge
    axes[2, 0], axes[2, 1], axes[2, 2] = n0 / area, n1 / area, n2 / area
    axes[1, 0] = axes[2, 1] * axes[0, 2] - axes[2, 2] * axes[0, 1]
    axes[1, 1] = axes[2, 2] * axes[0, 0] - axes[2, 0] * axes[0, 2]
    axes[1, 2] = axes[2, 0] * axes[0, 1] - axes[2, 1] * axes[0, 0]
    return True


@compiled
def _turn(p: Floats, q: Floats, r: Floats, a: Floats, b: Floats) -> tuple[float, float]:
    """Cosine and sine of the turn in the plane that brings a triangle onto the other, up to a factor."""
    cosine, sine = 0.0, 0.0
    for point in (p, q, r):
        u, v, x, y = 0.0, 0.0, 0.0, 0.0
        for axis in range(3):
            s = point[axis] - (p[axis] + q[axis] + r[axis]) / 3.0
            t = point[3 + axis] - (p[3 + axis] + q[3 + axis] + r[3 + axis]) / 3.0
            u += a[0, axis] * s
            v += a[1, axis] * s
            x += b[0, axis] * t
            y += b[1, axis] * t
        cosine += u * x + v * y
        sine += u * y - v * x
    return cosine, sine


@compiled
def _aligned(p: Floats, q: Floats, r: Floats, rules: Rules, a: Floats, b: Floats, T: Floats) -> bool:
    """The pose of least squares of three correspondences (Horn, "Closed-form solution of absolute orientation
    using unit quaternions", 1987); whether they determine one that has all of them in reach."""
    if not _frame(p, q, r, 0, a, rules.flattest) or not _frame(p, q, r, 3, b, rules.flattest):
        return False
    c, s = _turn(p, q, r, a, b)
    length = math.sqrt(c * c + s * s)
    if not length > 0.0:
        return False
    c, s = c / length, s / length
    for i in range(3):
        x, y = c * b[0, i] + s * b[1, i], c * b[1, i] - s * b[0, i]
        for j in range(3):
            T[4 * i + j] = x * a[0, j] + y * a[1, j] + b[2, i] * a[2, j]
    for i in range(3):
        T[4 * i + 3] = (p[3 + i] + q[3 + i] + r[3 + i]) / 3.0
        for j in range(3):
            T[4 * i + 3] -= T[4 * i + j] * (p[j] + q[j] + r[j]) / 3.0
    limit = rules.distance * rules.distance
    return _square(T, p) <= limit and _square(T, q) <= limit and _square(T, r) <= limit


@compiled
def _square(T: Floats, p: Floats) -> float:
    """The squared distance of one correspondence at a pose."""
    dx = T[0] * p[0] + T[1] * p[1] + T[2] * p[2] + T[3] - p[3]
    dy = T[4] * p[0] + T[5] * p[1] + T[6] * p[2] + T[7] - p[4]
    dz = T[8] * p[0] + T[9] * p[1] + T[10] * p[2] + T[11] - p[5]
    return float(dx * dx + dy * dy + dz * dz)


@compiled
def _squares(points: Floats, T: Floats, begin: int, end: int, result: Floats) -> None:
    """Squared distances of the correspondences from `begin` to `end` at a pose."""
    ax, ay, az = points[0, begin:end], points[1, begin:end], points[2, begin:end]
    bx, by, bz = points[3, begin:end], points[4, begin:end], points[5, begin:end]
    t0, t1, t2, t3, t4, t5 = T[0], T[1], T[2], T[3], T[4], T[5]
    t6, t7, t8, t9, t10, t11 = T[6], T[7], T[8], T[9], T[10], T[11]
    for j in range(end - begin):
        dx = t0 * ax[j] + t1 * ay[j] + t2 * az[j] + t3 - bx[j]
        dy = t4 * ax[j] + t5 * ay[j] + t6 * az[j] + t7 - by[j]
        dz = t8 * ax[j] + t9 * ay[j] + t10 * az[j] + t11 - bz[j]
        result[j] = dx * dx + dy * dy + dz * dz


@compiled
def _inliers(points: Floats, T: Floats, rules: Rules, wanted: float, squares: Floats) -> int:
    """How many a pose has; 0 as soon as they will hardly be as many as wanted."""
    n, inliers = points.shape[1], 0
    limit = np.float32(rules.distance * rules.distance)
    for begin in range(0, n, _BLOCK):
        end = min(begin + _BLOCK, n)
        _squares(points, T, begin, end, squares)
        for j in range(end - begin):
            inliers += squares[j] <= limit
        expected = wanted * end / n
        if inliers < expected - _MERCY * math.sqrt(expected):
            return 0
    return inliers


@compiled
def _overlap(problem: Problem, T: Floats) -> float:
    """The share of the source cloud that is near the target cloud at a pose."""
    near, shape, inverse = 0, problem.cells.shape, 1.0 / problem.cell
    for index in range(len(problem.sample)):
        s0, s1, s2 = problem.sample[index]
        x = (T[0] * s0 + T[1] * s1 + T[2] * s2 + T[3] - problem.origin[0]) * inverse
        y = (T[4] * s0 + T[5] * s1 + T[6] * s2 + T[7] - problem.origin[1]) * inverse
        z = (T[8] * s0 + T[9] * s1 + T[10] * s2 + T[11] - problem.origin[2]) * inverse
        if 0.0 <= x < shape[0] and 0.0 <= y < shape[1] and 0.0 <= z < shape[2]:
            near += problem.cells[int(x), int(y), int(z)]
    return near / max(1, len(problem.sample))


@compiled
def values_of(problem: Problem, T: Floats, distance: float) -> NDArray[np.float64]:
    """(4,) score, support, inliers and overlap of a pose, see `Kept`.

    The score is the sum of weights (1 - (r / distance)^2) over the inliers (MSAC; Torr and Zisserman, 2000)
    times the overlap (our choice): wrong matches of one patch can outnumber the right ones, but the pose that
    they agree on lays the rest of the clouds beside each other.
    """
    points, n = problem.points, problem.points.shape[1]
    squares = np.empty(n, np.float32)
    _squares(points, T, 0, n, squares)
    total, inliers, inverse = 0.0, 0, 1.0 / (distance * distance)
    for j in range(n):
        gain = 1.0 - squares[j] * inverse
        if gain >= 0.0:
            total += problem.weights[j] * gain
            inliers += 1
    overlap = _overlap(problem, T)
    values = np.empty(4)
    values[0], values[1], values[2], values[3] = total * overlap, inliers * overlap, inliers, overlap
    return values


@compiled
def polished(problem: Problem, T: Floats, distance: float, steps: int) -> Floats:
    """A pose after steps of least squares over its inliers, weighted by 1 - (r / distance)^2 each."""
    points, n = problem.points, problem.points.shape[1]
    squares, T, inverse = np.empty(n, np.float32), T.copy(), 1.0 / (distance * distance)
    for _ in range(steps):
        _squares(points, T, 0, n, squares)
        weight, count, x, y, A = 0.0, 0, np.zeros(3), np.zeros(3), np.zeros((3, 3))
        for j in range(n):
            w = problem.weights[j] * (1.0 - squares[j] * inverse)
            if w > 0.0:
                count += 1
                weight += w
                for a in range(3):
                    x[a] += w * points[a, j]
                    y[a] += w * points[3 + a, j]
                    for b in range(3):
                        A[a, b] += w * points[a, j] * points[3 + b, j]
        if count < _FEWEST:
            break
        x, y = x / weight, y / weight
        _step(T, x, y, A - weight * np.outer(x, y))
    return T


@compiled
def _step(T: Floats, x: Sums, y: Sums, A: Sums) -> None:
    """Take a pose one step of Newton's method nearer to that of least squares, for source points of mean x,
    target points of mean y, and the sum A of (x_i - x) (y_i - y)^T."""
    pose = T.reshape(3, 4)
    R = pose[:, :3].astype(np.float64)
    A = R @ A
    trace = A[0, 0] + A[1, 1] + A[2, 2]
    if trace > 0.0:
        # Damped, as the points may lie on a line.
        curvature = 1.000001 * trace * np.eye(3) - 0.5 * (A + A.T)
        axis = np.array([A[1, 2] - A[2, 1], A[2, 0] - A[0, 2], A[0, 1] - A[1, 0]])
        R = _rotation(np.linalg.solve(curvature, axis)) @ R
    pose[:, :3], pose[:, 3] = R, y - R @ x


@compiled
def _rotation(w: Sums) -> Sums:
    """(3, 3) of the quaternion (1, w / 2), made a unit: to second order the rotation by w."""
    x, y, z = 0.5 * w[0], 0.5 * w[1], 0.5 * w[2]
    s = 2.0 / (1.0 + x * x + y * y + z * z)
    R = np.empty((3, 3))
    R[0, 0], R[0, 1], R[0, 2] = 1.0 - s * (y * y + z * z), s * (x * y - z), s * (x * z + y)
    R[1, 0], R[1, 1], R[1, 2] = s * (x * y + z), 1.0 - s * (x * x + z * z), s * (y * z - x)
    R[2, 0], R[2, 1], R[2, 2] = s * (x * z - y), s * (y * z + x), 1.0 - s * (x * x + y * y)
    return R


@compiled
def _apart(S: Floats, T: Floats) -> tuple[float, float]:
    """Cosine of the angle, and distance of the middles, between two poses."""
    trace = 0.0
    for i in range(3):
        for j in range(3):
            trace += S[4 * i + j] * T[4 * i + j]
    dx, dy, dz = S[3] - T[3], S[7] - T[7], S[11] - T[11]
    return 0.5 * (trace - 1.0), math.sqrt(dx * dx + dy * dy + dz * dz)


@compiled
def _is_known(T: Floats, kept: Kept, rules: Rules) -> bool:
    """Whether one of the kept poses, which are polished, moves no point by more than noise otherwise."""
    for index in range(kept.size[0]):
        cosine, shift = _apart(kept.poses[index], T)
        if shift + rules.radius * math.sqrt(max(0.0, 2.0 - 2.0 * cosine)) < 2.0 * rules.distance:
            return True
    return False


@compiled
def _is_same(S: Floats, T: Floats, rules: Rules) -> bool:
    """Whether two poses are one answer."""
    cosine, shift = _apart(S, T)
    return cosine > rules.angle_cosine and shift < rules.shift


@compiled
def keep(T: Floats, values: Sums, kept: Kept, rules: Rules) -> None:
    """Put a pose among the kept ones unless a better one is the same answer; worse ones that are it go."""
    count, place = kept.size[0], 0
    while place < count and kept.values[place, 0] >= values[0]:
        if _is_same(kept.poses[place], T, rules):
            return
        place += 1
    if place == len(kept.poses):
        return
    left = place
    for index in range(place, count):
        if not _is_same(kept.poses[index], T, rules):
            kept.poses[left], kept.values[left] = kept.poses[index], kept.values[index]
            left += 1
    count = min(left + 1, len(kept.poses))
    for index in range(count - 1, place, -1):
        kept.poses[index], kept.values[index] = kept.poses[index - 1], kept.values[index - 1]
    kept.poses[place], kept.values[place], kept.size[0] = T, values, count
    kept.values[count:] = 0.0


@compiled
def _consider(problem: Problem, T: Floats, rules: Rules, kept: Kept, squares: Floats) -> None:
    """Count the inliers of a pose, polish it and keep it, as far as it deserves."""
    if _is_known(T, kept, rules):
        return
    wanted = max(rules.share * kept.values[0, 1], _RAW * kept.values[len(kept.poses) - 1, 1])
    inliers = _inliers(problem.points, T, rules, max(wanted, float(_FEWEST)), squares)
    if inliers < _FEWEST or inliers * _overlap(problem, T) < wanted:
        return
    better = polished(problem, T, rules.distance, _POLISHES)
    values = values_of(problem, better, rules.distance)
    if values[2] >= _FEWEST and values[0] > 0.0:
        keep(better, values, kept, rules)


@compiled
def _try_seed(problem: Problem, seed: Floats, partners: Floats, rules: Rules, kept: Kept) -> None:
    """Consider the poses of a seed and any two of its partners that are compatible with each other."""
    squares, T = np.empty(_BLOCK, np.float32), np.empty(12, np.float32)
    a, b = np.empty((3, 3), np.float32), np.empty((3, 3), np.float32)
    for i in range(len(partners)):
        for j in range(i):
            alike = _is_alike(partners[i], partners[j], rules)
            if alike and _aligned(seed, partners[i], partners[j], rules, a, b, T):
                _consider(problem, T, rules, kept, squares)


@compiled
def is_enough(seeds: int, compatible: float, right: float, rules: Rules) -> bool:
    """Whether so many seeds would have met a pose of a share `right` of inliers, where a share `compatible`
    of all correspondences is compatible with a seed."""
    partner = right / (right + compatible)
    none = (1.0 - partner) ** PARTNERS
    one = PARTNERS * partner * (1.0 - partner) ** (PARTNERS - 1)
    success = min(right * (1.0 - none - one), 0.999999)
    return seeds * math.log1p(-success) < rules.log_miss


@compiled
def _seed(weights: Floats, rng: np.random.Generator) -> int:
    """A correspondence, the likelier the greater its weight."""
    seed = 0
    for _ in range(_TRIES):
        seed = int(rng.random() * len(weights))
        if rng.random() < weights[seed]:
            break
    return seed


@compiled
def search(problem: Problem, rules: Rules, kept: Kept, rng: np.random.Generator) -> int:
    """Find poses that many correspondences agree with.

    Args:
        problem, rules: see there.
        kept: empty; filled with the poses.
        rng: random numbers.

    Returns:
        How many seeds were tried.
    """
    points, n = problem.points, problem.points.shape[1]
    width = min(n, WINDOW)
    gaps, window = np.empty(width, np.float32), np.empty(width + 1, np.int64)
    partners, seeds, compatible = np.empty((PARTNERS, 6), np.float32), 0, 0
    while seeds * TRIPLETS < rules.triplets:
        seed = _seed(problem.weights, rng)
        begin = int(rng.random() * (n - width + 1))
        found = _compatible(points, seed, begin, rules, gaps, window)
        drawn = min(found, PARTNERS)
        _draw(points, window, found, rng, partners)
        _try_seed(problem, points[:, seed].copy(), partners[:drawn], rules, kept)
        compatible += found
        seeds += 1
        right = rules.share * kept.values[0, 1] / n
        if right > 0.0 and is_enough(seeds, compatible / (seeds * width), right, rules):
            break
    return seeds
