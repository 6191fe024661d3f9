"""How fast, and how often right, a pose comes from correspondences: our own RANSAC against Open3D's."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from pose_nodes.commands.tables import TextTable, number, percent
from pose_nodes.core.errors import RegistrationError
from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.geometry.pointcloud import PointCloud, lift
from pose_nodes.metrics.pose_error import CORRECT_DIAMETER_FRACTION, add
from pose_nodes.objects.model import ObjectModel
from pose_nodes.registration.field_registration import FieldTarget
from pose_nodes.registration.icp import IcpTarget
from pose_nodes.registration.native_ransac import native_ransac
from pose_nodes.registration.ransac import CONFIDENCE, ransac
from pose_nodes.rendering.depth import DepthRenderer

INLIER_SHARES = (0.03, 0.05, 0.1, 0.2)
TIGHT = 0.02
"""Share of the diameter that the mean error of a precise pose is below."""
_COUNT = 4000
_TRIPLETS = 100_000
_DISTANCE = 0.03
_MATCHING_ERROR = 0.01
_DEPTH_ERROR = 0.001
_ICP_ITERATIONS = 1000
_REFINED_POINTS = 1000
_REST = 0.05
"""Seconds before each solution: Open3D's threads spin for a while after their work is done."""
_CAMERA = PinholeCamera(600.0, 600.0, 320.0, 240.0, 640, 480)
_DISTANCE_OF_CAMERA = 3.0
"""Diameters from the camera to the object."""


@dataclass(frozen=True, eq=False)
class Problem:
    """A view of an object, and matches of which few are right.

    Attributes:
        scene: (4000, 3) measured points, camera frame, metres.
        pairs: (4000, 2) scene points and points of the model.
        T_camera_object: (4, 4) the truth.
    """

    scene: NDArray[np.float64]
    pairs: NDArray[np.int64]
    T_camera_object: se3.Matrix


@dataclass(frozen=True)
class Trial:
    """Seconds, and the mean error of the model's points in diameters (ADD; infinite without a pose)."""

    seconds: float
    error: float


Solver = Callable[[Problem, np.random.Generator], se3.Matrix]
"""Finds T_camera_object."""


class ProblemMaker:
    """Makes matches between random views of an object and its model."""

    def __init__(self, model: ObjectModel) -> None:
        self._model = model
        self._renderer = DepthRenderer(model.mesh)
        self._tree = cKDTree(model.points)

    def make(self, share: float, rng: np.random.Generator) -> Problem:
        """A view, with noise of 1 mm, whose points are matched to the model.

        Right matches end at the model's point that is nearest to where they should, off by an error with a
        standard deviation of 0.01 diameters; wrong ones anywhere on the model.

        Args:
            share: of right matches, 0 to 1.
            rng: random numbers.
        """
        model = self._model
        T = se3.from_rotation_vector(rng.normal(0.0, 1.5, 3))
        T[:3, 3] = np.array([0.0, 0.0, _DISTANCE_OF_CAMERA * model.diameter]) - T[:3, :3] @ model.box_centre
        depth = self._renderer.render(T, _CAMERA)
        points = lift(depth, np.isfinite(depth), _CAMERA)
        points = points[rng.integers(len(points), size=_COUNT)]
        matched = se3.transform(se3.inverse(T), points)
        matched += rng.normal(0.0, _MATCHING_ERROR * model.diameter / np.sqrt(3.0), matched.shape)
        ends = self._tree.query(matched)[1]
        wrong = rng.random(_COUNT) >= share
        ends[wrong] = rng.integers(len(model.points), size=int(wrong.sum()))
        points = points + rng.normal(0.0, _DEPTH_ERROR / np.sqrt(3.0), points.shape)
        return Problem(points, np.stack([np.arange(_COUNT), ends], axis=1), T)


def open3d_solver(model: ObjectModel, confidence: float) -> Solver:
    """Open3D's RANSAC, then its point-to-plane ICP.

    Args:
        model: of the object.
        confidence: at which the RANSAC stops; 1 for never.
    """
    target = IcpTarget(PointCloud(model.points, model.normals))
    distance = _DISTANCE * model.diameter

    def solve(problem: Problem, rng: np.random.Generator) -> se3.Matrix:
        coarse = ransac(
            problem.scene, model.points, problem.pairs, distance, _TRIPLETS, rng, confidence=confidence
        )
        fine = target.register(problem.scene, coarse.T_target_source, [distance], _ICP_ITERATIONS)
        return se3.inverse(fine.T_target_source)

    return solve


def native_solver(model: ObjectModel) -> Solver:
    """Our own RANSAC, then registration to the object's distance field."""
    target = FieldTarget(model.mesh, model.diameter)
    distance = _DISTANCE * model.diameter

    def solve(problem: Problem, rng: np.random.Generator) -> se3.Matrix:
        best = native_ransac(problem.scene, model.points, problem.pairs, distance, _TRIPLETS, rng)[0]
        points = problem.scene[:: len(problem.scene) // _REFINED_POINTS]
        return se3.inverse(
            target.register(points, best.T_target_source, distance, distance / 2.0).T_object_camera
        )

    return solve


@dataclass(frozen=True, eq=False)
class RansacFigures:
    """The trials of each method, by their names, with the same problems at one share of right matches."""

    share: float
    trials: dict[str, list[Trial]]

    def seconds(self, method: str) -> float:
        """The median."""
        return float(np.median([trial.seconds for trial in self.trials[method]]))

    def right(self, method: str, limit: float) -> float:
        """The share of the poses whose error is below a limit in diameters."""
        return float(np.mean([trial.error < limit for trial in self.trials[method]]))

    def plain(self) -> dict[str, object]:
        """For JSON."""
        return {"inliers": self.share} | {
            name: {
                "trials": len(trials),
                "seconds": self.seconds(name),
                "right": self.right(name, CORRECT_DIAMETER_FRACTION),
                "precise": self.right(name, TIGHT),
            }
            for name, trials in self.trials.items()
        }


ALL, EARLY, NATIVE = "open3d, all triplets", "open3d", "native"


def measure_ransac(
    model: ObjectModel, shares: Sequence[float], trials: int, seed: int
) -> Iterator[RansacFigures]:
    """Solve the same problems by all methods in turn, in one thread of Python.

    Args:
        model: the object.
        shares: of right matches.
        trials: at each share of right matches.
        seed: of the problems.
    """
    maker = ProblemMaker(model)
    solvers = {
        ALL: open3d_solver(model, 1.0),
        EARLY: open3d_solver(model, CONFIDENCE),
        NATIVE: native_solver(model),
    }
    rng = np.random.default_rng(seed)
    solvers[NATIVE](maker.make(0.5, rng), rng)  # machine code is made at the first call
    for share in shares:
        figures = RansacFigures(share, {name: [] for name in solvers})
        for trial in range(trials):
            problem = maker.make(share, np.random.default_rng([seed, trial]))
            for name, solve in solvers.items():
                rng = np.random.default_rng([seed, trial, 1])
                figures.trials[name].append(_timed(solve, problem, rng, model))
        yield figures


def _timed(solve: Solver, problem: Problem, rng: np.random.Generator, model: ObjectModel) -> Trial:
    time.sleep(_REST)
    start = time.perf_counter()
    try:
        T_camera_object = solve(problem, rng)
    except RegistrationError:  # no pose counts as a wrong one
        return Trial(time.perf_counter() - start, float("inf"))
    seconds = time.perf_counter() - start
    return Trial(seconds, add(model.points, T_camera_object, problem.T_camera_object) / model.diameter)


def ransac_table(measured: Sequence[RansacFigures]) -> TextTable:
    """One line for each share and method."""
    rows = []
    for figures in measured:
        native = figures.seconds(NATIVE)
        for name, trials in figures.trials.items():
            faster = "" if name == NATIVE else number(figures.seconds(name) / native, 0)
            rows.append(
                (
                    percent(figures.share),
                    name,
                    str(len(trials)),
                    number(figures.seconds(name), 1, 1e3),
                    faster,
                    percent(figures.right(name, CORRECT_DIAMETER_FRACTION)),
                    percent(figures.right(name, TIGHT)),
                )
            )
    headers = ("right matches", "method", "trials", "ms median", "times slower", "ADD < 10 %", "ADD < 2 %")
    return TextTable("A pose from 4,000 correspondences", headers, tuple(rows))
