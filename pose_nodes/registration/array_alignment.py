"""Many rigid alignments at once, by NumPy or torch."""

from __future__ import annotations

import numpy as np

from pose_nodes.registration.array_math import Array, cross, length, library_of, like

_TINY = 1e-30


def align_triangles(source: Array, target: Array, flattest: float) -> tuple[Array, Array]:
    """Poses of least squares of triangles (Horn, "Closed-form solution of absolute orientation using unit
    quaternions", 1987): planes onto planes, then a turn in the plane.

    Args:
        source, target: (k, 3, 3) corners.
        flattest: height over the first edge that a triangle must exceed to determine a pose.

    Returns:
        (m, 3, 4) poses and (m,) the indices of their triangles.
    """
    library = library_of(source)
    a, high_a = _axes(source, flattest)
    b, high_b = _axes(target, flattest)
    which = like(np.arange(len(source)), source)[high_a & high_b]
    a, b, source, target = a[which], b[which], source[which], target[which]
    mean_s, mean_t = source.mean(1), target.mean(1)
    s = library.einsum("kai,kci->kca", a[:, :2], source - mean_s[:, None])
    t = library.einsum("kai,kci->kca", b[:, :2], target - mean_t[:, None])
    cosine = (s * t).sum((1, 2))
    sine = (s[..., 0] * t[..., 1] - s[..., 1] * t[..., 0]).sum(1)
    norm = (cosine**2 + sine**2) ** 0.5 + _TINY
    c, n = (cosine / norm)[:, None], (sine / norm)[:, None]
    turned = library.stack([c * b[:, 0] + n * b[:, 1], c * b[:, 1] - n * b[:, 0], b[:, 2]], 1)
    return _pose(library.einsum("kai,kaj->kij", turned, a), mean_s, mean_t), which


def align_weighted(source: Array, target: Array, weights: Array) -> Array:
    """(k, 3, 4) poses of least squares of (n, 3) corresponding points under (k, n) weights each.

    Kabsch, "A solution for the best rotation to relate two sets of vectors", 1976.
    """
    library = library_of(source)
    total = weights.sum(1)[:, None] + _TINY
    mean_s, mean_t = weights @ source / total, weights @ target / total
    products = (target[:, :, None] * source[:, None, :]).reshape(-1, 9)
    moments = (weights @ products / total).reshape(-1, 3, 3) - mean_t[:, :, None] * mean_s[:, None, :]
    U, _, V = library.linalg.svd(moments)
    sign = library.linalg.det(U @ V)[:, None, None]
    last = like(np.diag(np.array([0.0, 0.0, 1.0], np.float32)), source)
    R = U @ V + (sign - 1.0) * (U @ last @ V)
    return _pose(R, mean_s, mean_t)


def placed(poses: Array, points: Array) -> Array:
    """(k, n, 3) of (n, 3) points at (k, 3, 4) poses."""
    return points @ poses[:, :, :3].swapaxes(1, 2) + poses[:, None, :, 3]


def _pose(R: Array, mean_s: Array, mean_t: Array) -> Array:
    """(k, 3, 4) of rotations and the means that they bring onto each other."""
    t = mean_t - (R @ mean_s[:, :, None])[:, :, 0]
    return library_of(R).concatenate([R, t[:, :, None]], 2)


def _axes(corners: Array, flattest: float) -> tuple[Array, Array]:
    """(k, 3, 3) axes of triangles in rows, edge, height and normal; (k,) whether they are high enough."""
    edge, other = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    normal = cross(edge, other)
    long, area = length(edge), length(normal)
    first, last = edge / (long[:, None] + _TINY), normal / (area[:, None] + _TINY)
    axes = library_of(corners).stack([first, cross(last, first), last], 1)
    return axes, (area > flattest * long) & (area > 0.0)
