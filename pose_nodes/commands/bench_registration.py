"""How fast, how exactly and from how far points are registered to an object: ours against others' ICP."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import open3d as o3d
from numpy.typing import NDArray

from pose_nodes.commands.one_thread import on_one_thread
from pose_nodes.commands.tables import TextTable, number, percent
from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.metrics.pose_error import add
from pose_nodes.objects.model import ObjectModel, build_model
from pose_nodes.registration.field_registration import FieldTarget
from pose_nodes.rendering.depth import DepthRenderer
from pose_nodes.synthetic.shapes.library import generate

SHAPES = (
    ("camera", 901), ("generic_blob", 903), ("generic_vessel", 903), ("mug", 901), ("shoe", 901),
)  # fmt: skip
"""Family and seed; nothing was tuned on them."""
STARTS: Mapping[str, tuple[float, float]] = {"near": (5.0, 0.01), "far": (15.0, 0.03)}
"""Degrees and metres that starts are off, in random directions."""
TRIALS = 200
CONVERGED = 0.02
"""Share of the diameter that the mean displacement of the surface is below."""
POINTS = 1000
DISTANCE = 0.05
"""Metres; farther points of the surface are nobody's match, for all methods."""
_MODEL_POINTS = 4000
_NOISE = 0.0005
"""Metres along the ray."""
_SCALE = 0.004
"""Metres; the tracker's at half a metre, beyond which a point says nothing to our registration in the end."""
POOR_COST = 0.1
"""Of a fit, from which the search is worth its time."""
_ITERATIONS = 30
_CAMERA = PinholeCamera(300.0, 300.0, 159.5, 119.5, 320, 240)
_DISTANCE_OF_CAMERA = 3.0
"""Diameters from the camera to the object."""
_TIGHT = {"max_iterations": _ITERATIONS, "translation_epsilon": 1e-5, "rotation_epsilon": 1e-4}
"""Metres and radians; by default small_gicp ends at 20 steps, or one below 1 mm and 0.1 degrees."""

OURS, SEARCH, OPEN3D = "one start", "search when the fit is poor", "open3d"
SMALL_GICP, SMALL_GICP_TIGHT = "small_gicp", "small_gicp, to the end"
METHODS = (OURS, SEARCH, OPEN3D, SMALL_GICP, SMALL_GICP_TIGHT)
Register = Callable[[NDArray[np.float64], se3.Matrix], se3.Matrix]
"""(n, 3) points of the camera frame and the start of T_object_camera, to its end."""


@dataclass(frozen=True)
class Trial:
    """Seconds of the processor, and the mean displacement of the surface, metres."""

    seconds: float
    error: float


@dataclass(frozen=True, eq=False)
class Figures:
    """The trials of one method on one shape, from starts of one kind; None where it is not installed."""

    shape: str
    diameter: float
    starts: str
    method: str
    trials: tuple[Trial, ...] | None

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        head = {"shape": self.shape, "starts": self.starts, "method": self.method}
        return {**head, "installed": self.trials is not None, **_pooled([self])}


@dataclass(frozen=True, eq=False)
class _View:
    """(1000, 3) noisy points of what a camera sees of an object, and the truth."""

    points: NDArray[np.float64]
    T_camera_object: se3.Matrix


def measure_registration(trials: int, shapes: Sequence[tuple[str, int]] = SHAPES) -> list[Figures]:
    """Register the same points from the same starts by all methods in turn, each on one thread.

    Args:
        trials: for each shape and kind of starts.
        shapes: families and seeds.
    """
    return [figures for shape in shapes for figures in on_one_thread(_measure_shape, *shape, trials)]


def icp_seconds(trials: int) -> float:
    """Median processor time of Open3D's ICP of POINTS points from near starts: a yardstick for what else is
    timed in the same run, on whatever machine. To be called on one thread.

    Args:
        trials: for each of SHAPES.
    """
    spent: list[float] = []
    for family, seed in SHAPES:
        model = _model(family, seed)
        register, renderer = _open3d(model), DepthRenderer(model.mesh)
        for trial in range(trials):
            rng = np.random.default_rng([seed, trial])
            view = _view(model, renderer, rng)
            degrees, metres = STARTS["near"]
            T_start = _start(model, view.T_camera_object, np.radians(degrees), metres, rng)
            spent.append(_timed(register, view, T_start, model).seconds)
    return float(np.median(spent))


def _model(family: str, seed: int) -> ObjectModel:
    made = generate(family, seed)
    return build_model(made.name, made.mesh, made.symmetry, np.random.default_rng(seed))


def _measure_shape(family: str, seed: int, trials: int) -> list[Figures]:
    model = _model(family, seed)
    methods, renderer = _methods(model), DepthRenderer(model.mesh)
    spent: dict[tuple[str, str], list[Trial]] = {}
    for trial in range(-1, trials):
        rng = np.random.default_rng([seed, trial + 1])
        view = _view(model, renderer, rng)
        for starts, (degrees, metres) in STARTS.items():
            T_start = _start(model, view.T_camera_object, np.radians(degrees), metres, rng)
            # Who comes after another library finds its own data gone from the cache: any may be next.
            for name in rng.permutation(list(methods)):
                one = _timed(methods[name], view, T_start, model)
                if trial >= 0:  # the first one compiles, or fills caches
                    spent.setdefault((starts, name), []).append(one)
    return [
        Figures(model.name, model.diameter, starts, name, tuple(each) if each else None)
        for starts in STARTS
        for name in METHODS
        for each in [spent.get((starts, name))]
    ]


def _view(model: ObjectModel, renderer: DepthRenderer, rng: np.random.Generator) -> _View:
    T = se3.from_rotation_vector(rng.normal(0.0, 1.5, 3))
    T[:3, 3] = np.array([0.0, 0.0, _DISTANCE_OF_CAMERA * model.diameter]) - T[:3, :3] @ model.box_centre
    depth = renderer.render(T, _CAMERA)
    v, u = np.nonzero(np.isfinite(depth))
    chosen = rng.choice(len(v), POINTS, replace=len(v) < POINTS)
    points = _CAMERA.unproject(depth, v[chosen], u[chosen])
    lengths = np.linalg.norm(points, axis=1, keepdims=True)
    return _View(points * (1.0 + rng.normal(0.0, _NOISE, (POINTS, 1)) / lengths), T)


def _start(
    model: ObjectModel, T_camera_object: se3.Matrix, angle: float, shift: float, rng: np.random.Generator
) -> se3.Matrix:
    """T_camera_object, turned about the object's middle and moved, both in random directions."""
    axis, direction = rng.normal(size=(2, 3))
    R = se3.from_rotation_vector(angle * axis / np.linalg.norm(axis))[:3, :3]
    middle = se3.transform(T_camera_object, model.box_centre[None])[0]
    moved = middle + shift * direction / np.linalg.norm(direction)
    off = se3.from_rotation_translation(R, moved - R @ middle)
    return off @ T_camera_object


def _timed(register: Register, view: _View, T_start: se3.Matrix, model: ObjectModel) -> Trial:
    start = se3.inverse(T_start)
    begun = time.process_time()
    T_object_camera = register(view.points, start)
    seconds = time.process_time() - begun
    return Trial(seconds, displacement(model, se3.inverse(T_object_camera), view.T_camera_object))


def displacement(model: ObjectModel, T_estimate: se3.Matrix, T_true: se3.Matrix) -> float:
    """Mean displacement of the surface's points, metres, of the symmetric equivalent nearest to the truth."""
    return add(model.points, model.symmetry.nearest(T_estimate, T_true), T_true)


def _methods(model: ObjectModel) -> dict[str, Register]:
    ours = FieldTarget(model.mesh, model.diameter)
    return {OURS: _one_start(ours), SEARCH: _searching(ours), OPEN3D: _open3d(model), **_small_gicp(model)}


def _one_start(target: FieldTarget) -> Register:
    return lambda points, T: target.register(points, T, DISTANCE, _SCALE).T_object_camera


def _searching(target: FieldTarget) -> Register:
    def register(points: NDArray[np.float64], T: se3.Matrix) -> se3.Matrix:
        fit = target.register(points, T, DISTANCE, _SCALE)
        if fit.cost > POOR_COST:
            fit = target.search(points, T, DISTANCE, _SCALE)
        return fit.T_object_camera

    return register


def _open3d(model: ObjectModel) -> Register:
    """Point-to-plane ICP as it is by default."""
    target = o3d.geometry.PointCloud(o3d.utility.Vector3dVector(model.points))
    target.normals = o3d.utility.Vector3dVector(model.normals)
    registration = o3d.pipelines.registration
    plane = registration.TransformationEstimationPointToPlane()
    criteria = registration.ICPConvergenceCriteria(max_iteration=_ITERATIONS)

    def register(points: NDArray[np.float64], T: se3.Matrix) -> se3.Matrix:
        source = o3d.geometry.PointCloud(o3d.utility.Vector3dVector(points))
        found = registration.registration_icp(source, target, DISTANCE, T, plane, criteria)
        return np.asarray(found.transformation, np.float64)

    return register


def _small_gicp(model: ObjectModel) -> dict[str, Register]:
    """Point-to-plane ICP as it is by default, and until it moves no more; none where it is not installed.

    It estimates the normals of the model's points itself, as nothing can tell it them.
    """
    try:
        import small_gicp
    except ImportError:
        return {}
    target = small_gicp.PointCloud(model.points)
    tree = small_gicp.KdTree(target)
    small_gicp.estimate_normals(target, tree)

    def with_settings(settings: Mapping[str, float]) -> Register:
        def register(points: NDArray[np.float64], T: se3.Matrix) -> se3.Matrix:
            found = small_gicp.align(
                target,
                small_gicp.PointCloud(points),
                tree,
                init_T_target_source=T,
                registration_type="PLANE_ICP",
                max_correspondence_distance=DISTANCE,
                num_threads=1,
                **settings,
            )
            return np.asarray(found.T_target_source, np.float64)

        return register

    return {SMALL_GICP: with_settings({}), SMALL_GICP_TIGHT: with_settings(_TIGHT)}


def _pooled(figures: Sequence[Figures]) -> dict[str, Any]:
    """Trials of several shapes together: `trials`, `seconds`, `converged` and the `error` of those."""
    pairs = [(one.diameter, trial) for one in figures for trial in one.trials or ()]
    errors = np.array([trial.error for diameter, trial in pairs if trial.error < CONVERGED * diameter])
    return {
        "trials": len(pairs),
        "seconds": float(np.median([trial.seconds for _, trial in pairs])) if pairs else None,
        "converged": len(errors) / len(pairs) if pairs else None,
        "error": float(np.median(errors)) if len(errors) else None,
    }


def registration_tables(measured: Sequence[Figures]) -> list[TextTable]:
    """For people: a table for each kind of starts, pooled over the shapes, then by shape."""
    return [_table(starts, [one for one in measured if one.starts == starts]) for starts in STARTS]


def _table(starts: str, measured: Sequence[Figures]) -> TextTable:
    shapes = list(dict.fromkeys(one.shape for one in measured))
    rows = [
        _row(name, method, [one for one in measured if one.method == method and one.shape in of])
        for name, of in [("all", shapes), *((shape, [shape]) for shape in shapes)]
        for method in METHODS
    ]
    degrees, metres = STARTS[starts]
    title = (
        f"Registration of {POINTS:,} points from starts {degrees:.0f} degrees and {1e2 * metres:.0f} cm off"
    )
    return TextTable(title, ("shape", "method", "starts", "ms median", "error mm", "converged"), tuple(rows))


def _row(shape: str, method: str, figures: Sequence[Figures]) -> tuple[str, ...]:
    pooled = _pooled(figures)
    if not pooled["trials"]:
        return shape, method, "0", "not installed", "", ""
    return (
        shape,
        method,
        str(pooled["trials"]),
        number(pooled["seconds"], 2, 1e3),
        number(pooled["error"], 3, 1e3),
        percent(pooled["converged"]),
    )
