"""Whether a mesh has the symmetries that it is said to have, and no others.

Claimed motions must map the surface onto itself, as near as the mesh stands for its solid. Turns that are not
claimed must not: those that `objects.symmetry_detection` tries, about the object's axes and its principal
ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import open3d as o3d
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from pose_nodes.geometry import se3
from pose_nodes.geometry.symmetry import SymmetryGroup
from pose_nodes.objects.extent import diameter
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.objects.sampling import random_surface_points
from pose_nodes.objects.symmetry_detection import CONTINUOUS, Trial, detect_symmetry

_SAMPLES = 1500
_PERCENTILE = 99.0
_STEP = np.deg2rad(23.0)
"""Of a continuous symmetry: no divisor of a circle, so that all kinds of angles are met."""
_AS_CLAIMED = 3.0
"""Thresholds of the detection: a turn that moves no point farther than this from where a claimed motion moves
it is no other symmetry, but that one, less well aimed (our choice)."""
_ANY_ANGLES = (1.0, 1.7, 2.4)
"""Radians, far from the turns of any one finite group: they stand for a continuous symmetry."""


@dataclass(frozen=True, eq=False)
class SymmetryCheck:
    """What was measured.

    Attributes:
        diameter: of the mesh, metres.
        chamfer: metres; the largest of the Chamfer distances of the mesh to itself under a claimed motion
            (mean over the points of both surfaces of the distance to the other); 0 where none is claimed.
        claimed_residual: metres; 99 % of the points are nearer than this under every claimed motion.
        other_residual: metres, the same of the unclaimed turn that fits best.
        other_turn: that turn in words.
        detected: what `detect_symmetry` calls the group of the mesh.
        agreed: whether that is the claimed group.
    """

    diameter: float
    chamfer: float
    claimed_residual: float
    other_residual: float
    other_turn: str
    detected: str
    agreed: bool


def check_symmetry(mesh: TriangleMesh, claimed: SymmetryGroup, rng: np.random.Generator) -> SymmetryCheck:
    """Measure a mesh against a group.

    Args:
        mesh: metres.
        claimed: motions that are said to map it onto itself.
        rng: chooses the points that are compared.

    Raises:
        InvalidMeshError: the mesh has no area.
    """
    points, _ = random_surface_points(mesh, _SAMPLES, rng)
    size = diameter(mesh.vertices)
    chamfer, residual = _under(mesh, points, claimed.elements(_STEP)[1:])
    report = detect_symmetry(mesh, size, rng)
    others = [trial for trial in report.trials if not _explained(trial, claimed, points, report.threshold)]
    best = min(others, key=lambda trial: trial.residual, default=None)
    other, turn = (np.inf, "none tried") if best is None else (best.residual, _in_words(best))
    agreed = _same(report.group, claimed, points, report.threshold)
    return SymmetryCheck(size, chamfer, residual, other, turn, report.notation, agreed)


def _same(
    found: SymmetryGroup, claimed: SymmetryGroup, points: NDArray[np.float64], threshold: float
) -> bool:
    """Whether two groups have as many motions, and those of the first are among those of the second."""
    motions = found.elements(_STEP)
    among = all(_member(motion, claimed, points, threshold) for motion in motions)
    return among and len(motions) == len(claimed.elements(_STEP))


def _under(
    mesh: TriangleMesh, points: NDArray[np.float64], motions: Iterable[NDArray[np.float64]]
) -> tuple[float, float]:
    """Largest Chamfer distance, and largest 99th percentile, of a surface under motions, metres."""
    scene = o3d.t.geometry.RaycastingScene(nthreads=1)
    faces = o3d.core.Tensor(mesh.faces.astype(np.uint32))
    scene.add_triangles(o3d.core.Tensor(mesh.vertices.astype(np.float32)), faces)
    chamfer = residual = 0.0
    for motion in motions:
        # Moving the points back gives the distances from the surface that stays to the one that moved.
        both = np.concatenate([se3.transform(T, points) for T in (motion, se3.inverse(motion))])
        query = o3d.core.Tensor(both.astype(np.float32))
        distances = scene.compute_distance(query, nthreads=1).numpy()
        chamfer = max(chamfer, float(distances.mean()))
        residual = max(residual, float(np.percentile(distances, _PERCENTILE)))
    return chamfer, residual


def _explained(trial: Trial, claimed: SymmetryGroup, points: NDArray[np.float64], threshold: float) -> bool:
    """Whether a turn that was tried moves the points about as a claimed motion does."""
    angles = _ANY_ANGLES if trial.order == CONTINUOUS else (2 * np.pi / trial.order,)
    turns = Rotation.from_rotvec(np.multiply.outer(angles, trial.axis)).as_matrix()
    return all(
        _member(se3.from_rotation_translation(R, trial.centre - R @ trial.centre), claimed, points, threshold)
        for R in turns
    )


def _member(
    motion: se3.Matrix, claimed: SymmetryGroup, points: NDArray[np.float64], threshold: float
) -> bool:
    """Whether a motion moves points about as one of the claimed motions does."""
    left_over = claimed.nearest(motion, np.eye(4))
    strayed = float(np.linalg.norm(se3.transform(left_over, points) - points, axis=1).max())
    return strayed < _AS_CLAIMED * threshold


def _in_words(trial: Trial) -> str:
    axis = int(np.argmax(np.abs(trial.axis)))
    along = abs(trial.axis[axis]) > 1 - 1e-9
    name = "xyz"[axis] if along else "({})".format(" ".join(f"{value:.2f}" for value in trial.axis))
    return f"{name}:{'inf' if trial.order == CONTINUOUS else trial.order}"
