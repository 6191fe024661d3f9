"""Finds the symmetries of a mesh by turning it and measuring how far it then lies from itself.

Judged by geometry alone: print, colour and material are not looked at. A can with a label counts as a surface
of revolution, which is right for a tracker that looks at depth, and wrong for one that reads the label.

What can be found: turns about the mesh's own x, y and z axes, and about its principal axes (of the second
moments of its surface) where these differ, through the middle of the bounding box or through the centroid of
the surface; of order 2 to 12, or continuous; alone, or together with half turns about the other two axes, or
all turns of a cube. What cannot: the diagonal axes of a tetrahedron, a cube that stands oblique in its file,
orders above 12 (a prism of so many sides soon comes near enough to a cylinder to count as one).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import open3d as o3d
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from pose_nodes.geometry import se3
from pose_nodes.geometry.symmetry import SymmetryGroup
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.objects.sampling import random_surface_points

DIFFERENCE_SHARE = 0.01
"""Share of the diameter below which a turned surface counts as the same: depth cannot tell them apart (our
choice)."""
CONTINUOUS = 0
"""Stands for the order of a continuous symmetry."""
_ORDERS = tuple(range(2, 13))
_CONTINUOUS_TURNS = 2 * np.pi * np.modf(np.arange(1, 6) / ((1 + np.sqrt(5)) / 2))[0]
"""Multiples of the golden angle: none is near to a turn of a low order."""
_SAMPLES = 800
_FIRST_SAMPLES = 100
"""Looked at first: where a tenth of them is twice the threshold off, the others need not be asked."""
_PERCENTILE = 99.0
"""A part that covers less of the surface than the rest does not break a symmetry: specks of a scan."""
_AS_GOOD = 0.25
"""Residuals that differ by less than this share of the threshold count as equal."""
_SAME_DIRECTION = np.cos(np.deg2rad(2.0))


@dataclass(frozen=True, eq=False)
class Trial:
    """One kind of turn that was tried.

    Attributes:
        axis: (3,) float64 unit vector, object frame.
        centre: (3,) float64 a point on the axis, metres.
        order: turns by 1/order of a circle; CONTINUOUS stands for any angle.
        residual: distance of the turned surface to the mesh, metres (99th percentile; largest of all angles);
            of turns that fit by no means only roughly.
    """

    axis: NDArray[np.float64]
    centre: NDArray[np.float64]
    order: int
    residual: float


@dataclass(frozen=True, eq=False)
class SymmetryReport:
    """The symmetry that was found, and what it was found by.

    Attributes:
        notation: for the objects file; "matrices" where it cannot express the group (axes that are not those
            of the mesh or miss the middle of its bounding box; "auto" finds it again), "sphere" for a ball.
        group: the motions; those of "none" for a ball, which has no orientation to track.
        threshold: a turn with a residual below it, metres, counts as a symmetry.
        trials: all turns that were tried.
    """

    notation: str
    group: SymmetryGroup
    threshold: float
    trials: tuple[Trial, ...]


def detect_symmetry(mesh: TriangleMesh, diameter: float, rng: np.random.Generator) -> SymmetryReport:
    """Find the turns that map a mesh onto itself; see the head of this file for what can be found.

    Args:
        mesh: the surface, metres.
        diameter: largest distance of two of its points, metres.
        rng: chooses the points that are compared.

    Raises:
        InvalidMeshError: the mesh has no area.
    """
    points, _ = random_surface_points(mesh, _SAMPLES, rng)
    surface = _Surface(mesh)
    threshold = DIFFERENCE_SHARE * diameter
    box_centre = 0.5 * (mesh.vertices.min(axis=0) + mesh.vertices.max(axis=0))
    trials: list[Trial] = []
    best = ("none", SymmetryGroup.none())
    for T_object_frame in _candidate_frames(mesh, box_centre, threshold):
        tried = [_try_axis(surface, points, T_object_frame, axis, threshold) for axis in range(3)]
        trials += [trial for axis_trials in tried for trial in axis_trials]
        notation = _notation([_order(axis_trials, threshold) for axis_trials in tried])
        if notation == "sphere":
            return SymmetryReport("sphere", SymmetryGroup.none(), threshold, tuple(trials))
        found = SymmetryGroup.parse(notation).moved(T_object_frame)
        if _size(found) > _size(best[1]):
            best = _as_written(notation, found, T_object_frame, box_centre, threshold)
    return SymmetryReport(*best, threshold, tuple(trials))


class _Surface:
    """Distances to a mesh."""

    def __init__(self, mesh: TriangleMesh) -> None:
        self._scene = o3d.t.geometry.RaycastingScene(nthreads=1)
        self._scene.add_triangles(
            o3d.core.Tensor(mesh.vertices.astype(np.float32)), o3d.core.Tensor(mesh.faces.astype(np.uint32))
        )

    def residual(self, points: NDArray[np.float64], threshold: float) -> float:
        """The distance that 99 % of (n, 3) points keep, metres; of a few of them where it is great."""
        first = self._distances(points[:_FIRST_SAMPLES])
        if np.percentile(first, 90.0) > 2.0 * threshold:
            return float(np.percentile(first, _PERCENTILE))
        rest = self._distances(points[_FIRST_SAMPLES:])
        return float(np.percentile(np.concatenate([first, rest]), _PERCENTILE))

    def _distances(self, points: NDArray[np.float64]) -> NDArray[np.float32]:
        query = o3d.core.Tensor(points.astype(np.float32))
        return np.asarray(self._scene.compute_distance(query, nthreads=1).numpy())


def _candidate_frames(
    mesh: TriangleMesh, box_centre: NDArray[np.float64], threshold: float
) -> Iterator[se3.Matrix]:
    """T_object_frame whose axes are to be tried, the ones that the notation can express first."""
    centroid, principal = _moments(mesh)
    yield se3.from_rotation_translation(np.eye(3), box_centre)
    if np.linalg.norm(centroid - box_centre) > 0.1 * threshold:
        yield se3.from_rotation_translation(np.eye(3), centroid)
    if np.abs(principal).max(axis=0).min() < _SAME_DIRECTION:
        yield se3.from_rotation_translation(principal, centroid)


def _moments(mesh: TriangleMesh) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Centroid (3,) of the surface, and (3, 3) the rotation whose columns are its principal axes."""
    corners = mesh.vertices[mesh.faces]
    crosses = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    weights = np.linalg.norm(crosses, axis=1) / np.linalg.norm(crosses, axis=1).sum()
    middles = corners.mean(axis=1)
    centroid = weights @ middles
    # Exact for linear triangles: three corners and three times the middle, over twelve.
    offsets, middle_offsets = corners - centroid, middles - centroid
    moments = np.einsum("t,tci,tcj->ij", weights, offsets, offsets) / 12.0
    moments += 0.75 * np.einsum("t,ti,tj->ij", weights, middle_offsets, middle_offsets)
    _, axes = np.linalg.eigh(moments)
    axes[:, 0] *= np.sign(np.linalg.det(axes))
    return centroid, axes


def _try_axis(
    surface: _Surface, points: NDArray[np.float64], T_object_frame: se3.Matrix, axis: int, threshold: float
) -> list[Trial]:
    """Trials about one axis of a frame; a continuous one makes the others needless."""
    direction, centre = T_object_frame[:3, axis], T_object_frame[:3, 3]

    def trial(order: int, angles: NDArray[np.float64]) -> Trial:
        turns = Rotation.from_rotvec(angles[:, None] * direction).as_matrix()
        worst = 0.0
        for R in turns:
            worst = max(worst, surface.residual((points - centre) @ R.T + centre, threshold))
            if worst > 2.0 * threshold:
                break
        return Trial(direction, centre, order, worst)

    continuous = trial(CONTINUOUS, _CONTINUOUS_TURNS)
    if continuous.residual < threshold:
        return [continuous]
    return [continuous] + [trial(order, np.array([2 * np.pi / order])) for order in _ORDERS]


def _order(trials: list[Trial], threshold: float) -> int | None:
    """The highest order that fits as well as the best does; None where none passed."""
    passed = [trial for trial in trials if trial.residual < threshold]
    if not passed:
        return None
    if passed[0].order == CONTINUOUS:
        return CONTINUOUS
    # An octagon turned by a ninth of a circle passes too, but worse than when turned by an eighth.
    best = min(trial.residual for trial in passed)
    return max(trial.order for trial in passed if trial.residual <= best + _AS_GOOD * threshold)


def _notation(orders: list[int | None]) -> str:
    """What three axes with their highest orders generate, reduced to what a body can have."""
    if orders.count(CONTINUOUS) > 1:
        return "sphere"
    if CONTINUOUS in orders:
        main = orders.index(CONTINUOUS)
        # One half turn across the axis suffices: the others follow from it.
        across = [axis for axis in range(3) if axis != main and _is_even(orders[axis])][:1]
        return _terms({main: "inf"} | dict.fromkeys(across, "2"))
    if orders.count(4) >= 2:
        return "cube"
    main = int(np.argmax([order or 1 for order in orders]))
    # Beside a main axis there can only be half turns; two axes of a higher order are those of a cube.
    others = {axis: "2" for axis in range(3) if _is_even(orders[axis])}
    terms = _terms(others | ({} if orders[main] is None else {main: str(orders[main])}))
    return "box" if terms == "x:2,y:2,z:2" else terms


def _is_even(order: int | None) -> bool:
    return order is not None and order % 2 == 0


def _terms(orders: Mapping[int, str]) -> str:
    """Orders by axis in the notation of the objects file."""
    return ",".join(f"{'xyz'[axis]}:{orders[axis]}" for axis in sorted(orders)) or "none"


def _as_written(
    notation: str,
    group: SymmetryGroup,
    T_object_frame: se3.Matrix,
    box_centre: NDArray[np.float64],
    threshold: float,
) -> tuple[str, SymmetryGroup]:
    """The group as the objects file would give it, or as matrices where the file cannot."""
    along_axes = np.allclose(T_object_frame[:3, :3], np.eye(3))
    images = np.stack([se3.transform(motion, box_centre[None])[0] for motion in group.elements()])
    if along_axes and np.linalg.norm(images - box_centre, axis=1).max() < threshold:
        return notation, SymmetryGroup.parse(notation, box_centre)
    return "matrices", group


def _size(group: SymmetryGroup) -> float:
    """A number of elements that ranks groups; any continuous one is above all finite ones."""
    return len(group.discrete) + (1e6 if group.axis is not None else 0.0)
