"""Registers objects that do not move against each other, over a whole recording at once.

Each image has one unknown pose, that of the first object; how the others lie to it is the same in all images.
So what the depth of one image leaves open of one object is held by its neighbour, and by all other images. By
turns: the pose of each image from all its objects (point to plane, Tukey's weights), then the relative poses
from all images. For references of recordings, not for tracking: it looks at all images before it tells any
pose (our choice).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.geometry.symmetry import SymmetryGroup
from pose_nodes.registration.field_registration import FieldTarget
from pose_nodes.rendering.depth import Region

Array = NDArray[np.float64]

_SCALES = np.concatenate([np.repeat(np.geomspace(0.010, 0.004, 5), 2), np.full(20, 0.004)])
"""Metres beyond which a point says nothing, round by round."""
_REACH = 0.02
"""Metres from the surface at the first pose, within which points are looked at."""
_FIRST_SCALES = np.geomspace(0.020, 0.004, 12)
"""The same of one image alone, whose given pose may be a centimetre off."""
_POINTS = 4000
"""Of an object in an image at most."""
_NEAR = 0.003
"""Metres within which a point agrees with a surface."""
_TYPICAL = 70.0
"""Percentile of relative poses, by their distance from the middle, that make the first one."""
_ROUNDS = 10


@dataclass(frozen=True, eq=False)
class View:
    """One image.

    Attributes:
        depth: (h, w) float32 metres, NaN where nothing was measured.
        camera: its intrinsics.
        poses: (4, 4) T_camera_object that is roughly right for most objects, by name; of all of them.
    """

    depth: NDArray[np.float32]
    camera: PinholeCamera
    poses: Mapping[str, se3.Matrix]


def registered_together(
    views: Sequence[View],
    fields: Mapping[str, FieldTarget],
    symmetries: Mapping[str, SymmetryGroup],
) -> list[dict[str, se3.Matrix]]:
    """T_camera_object of all objects in all images.

    Args:
        views: the images; in most of them the given poses must be roughly right.
        fields: the surface of each object; the first one carries the others.
        symmetries: of the objects; the first one may be turned by them from image to image.
    """
    first, *others = fields
    poses = _followed([dict(view.poses) for view in views], first, symmetries[first])
    relative = {name: _typical([se3.inverse(pose[first]) @ pose[name] for pose in poses]) for name in others}
    relative[first] = np.eye(4)
    starts = [_best_start(view, pose, relative, fields) for view, pose in zip(views, poses, strict=True)]
    points = [_seen(view, start, relative, fields) for view, start in zip(views, starts, strict=True)]
    for scale in _SCALES:
        starts = [_moved(T, seen, relative, fields, scale) for T, seen in zip(starts, points, strict=True)]
        for name in others:
            relative[name] = _settled(name, starts, points, relative[name], fields[name], scale)
    return [{name: T @ relative[name] for name in fields} for T in starts]


def _followed(
    poses: list[dict[str, se3.Matrix]], first: str, symmetry: SymmetryGroup
) -> list[dict[str, se3.Matrix]]:
    """The poses, where the first object is turned by its symmetry so that the others lie to it alike."""
    beside = next((name for name in poses[0] if name != first), first)
    expected = se3.inverse(poses[0][first]) @ poses[0][beside]
    for pose in poses:
        pose[first] = symmetry.nearest(pose[first], pose[beside] @ se3.inverse(expected))
    return poses


def _typical(relative: Sequence[se3.Matrix]) -> se3.Matrix:
    """The mean of poses without those that are farthest from it."""
    stack = np.array(relative)
    kept = np.ones(len(stack), bool)
    for _ in range(_ROUNDS):
        R = Rotation.from_matrix(stack[kept, :3, :3]).mean()
        t = np.median(stack[kept, :3, 3], axis=0)
        turns = (R.inv() * Rotation.from_matrix(stack[:, :3, :3])).magnitude()
        shifts = np.linalg.norm(stack[:, :3, 3] - t, axis=1)
        kept = (turns <= np.percentile(turns, _TYPICAL)) | (shifts <= np.percentile(shifts, _TYPICAL / 2))
    return se3.from_rotation_translation(R.as_matrix(), t)


def _best_start(
    view: View,
    poses: Mapping[str, se3.Matrix],
    relative: Mapping[str, se3.Matrix],
    fields: Mapping[str, FieldTarget],
) -> se3.Matrix:
    """Of the poses of the first object that each object's own one leads to, that which depth supports most:
    single given poses may be wrong."""
    found = []
    for name in fields:
        T = poses[name] @ se3.inverse(relative[name])
        seen = _seen(view, T, relative, fields)
        for scale in _FIRST_SCALES:
            T = _moved(T, seen, relative, fields, scale)
        support = sum(len(_near(view, T @ relative[name], field, _NEAR)) for name, field in fields.items())
        found.append((support, T))
    return max(found, key=lambda one: one[0])[1]


def _seen(
    view: View, T: se3.Matrix, relative: Mapping[str, se3.Matrix], fields: Mapping[str, FieldTarget]
) -> dict[str, Array]:
    """Some points of an image near the surface of each object, when the first one is at a pose."""
    near = {name: _near(view, T @ relative[name], field, _REACH) for name, field in fields.items()}
    return {name: points[:: max(1, -(-len(points) // _POINTS))] for name, points in near.items()}


def _near(view: View, T: se3.Matrix, field: FieldTarget, reach: float) -> Array:
    return field.near(view.depth, view.camera, Region.full(view.camera), se3.inverse(T), reach)


def _planes(points: Array, T: se3.Matrix, field: FieldTarget, scale: float) -> tuple[Array, Array, Array]:
    """(n, 3) normals in the frame of the points, (n,) distances, (n,) Tukey's weights, none from behind."""
    normals, distances = field.planes(se3.transform(se3.inverse(T), points))
    normals = se3.rotate(T, normals)
    weights = np.clip(1.0 - (distances / scale) ** 2, 0.0, None) ** 2
    return normals, distances, weights * (np.einsum("ij,ij->i", normals, points) < 0.0)


def _system(arms: Array, normals: Array, distances: Array, weights: Array) -> tuple[Array, Array]:
    """Normal equations of a motion as of `se3.perturb`, for points at `arms` from the origin that moves."""
    J = np.concatenate([normals, np.cross(arms, normals)], axis=1)
    weighted = weights[:, None] * J
    return weighted.T @ J, weighted.T @ distances


def _solved(H: Array, g: Array) -> Array:
    return np.asarray(np.linalg.solve(H + 1e-9 * np.trace(H) * np.eye(6), g))


def _moved(
    T: se3.Matrix,
    seen: Mapping[str, Array],
    relative: Mapping[str, se3.Matrix],
    fields: Mapping[str, FieldTarget],
    scale: float,
) -> se3.Matrix:
    """The pose of the first object in one image, after one step for all objects together."""
    H, g = np.zeros((6, 6)), np.zeros(6)
    for name, points in seen.items():
        found = _system(points - T[:3, 3], *_planes(points, T @ relative[name], fields[name], scale))
        H, g = H + found[0], g + found[1]
    return se3.perturb(T, _solved(H, g))


def _settled(
    name: str,
    starts: Sequence[se3.Matrix],
    points: Sequence[Mapping[str, Array]],
    T_first_object: se3.Matrix,
    field: FieldTarget,
    scale: float,
) -> se3.Matrix:
    """How an object lies to the first one, after one step for all images together."""
    H, g = np.zeros((6, 6)), np.zeros(6)
    for T, seen in zip(starts, points, strict=True):
        normals, distances, weights = _planes(seen[name], T @ T_first_object, field, scale)
        T_first_camera = se3.inverse(T)
        arms = se3.transform(T_first_camera, seen[name]) - T_first_object[:3, 3]
        found = _system(arms, se3.rotate(T_first_camera, normals), distances, weights)
        H, g = H + found[0], g + found[1]
    return se3.perturb(T_first_object, _solved(H, g))
