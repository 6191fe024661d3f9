"""Local registration for tracking: points onto the distance field of an object, by Gauss-Newton steps.

Point-to-plane distances (Chen and Medioni, 1992) to a distance field (Fitzgibbon, 2003), weighted by Tukey's
biweight whose scale falls from step to step (graduated non-convexity; Zhou, Park and Koltun, "Fast global
registration", 2016). Where one start does not lead to a good fit, many do: turned about the middle of the
points and moved, each followed with few points, the best of them to the end (our choice).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.registration import distinct_poses, field_kernels
from pose_nodes.registration.surface_field import surface_field
from pose_nodes.rendering.depth import Region

_DECAY = 0.75
"""Of the scale, a step (our choice; slower converges from farther, and takes longer)."""
_LAST_STEPS = 8
"""At the last scale, at most."""
_FULL_STEPS = 3
"""Of these, with all points: those before lead to within less than a point's noise (our choice)."""
_EARLY_POINTS = 250
_LATER_POINTS = 400
"""Are looked at while the scale falls, and at the last scale before all are."""
_DAMPING = 1e-4
_SMALLEST_STEP = 2e-5
"""Metres; a smaller step ends the registration."""
_SEARCH_POINTS = 160
_SEARCH_DECAY = 0.65
_SEARCH_STEPS = 3
_COARSE = 2.5
"""Of the scale of a registration: the last one of a search (our choice)."""
_DIRECTIONS = np.concatenate(
    [np.eye(3), -np.eye(3), np.sqrt(0.5) * np.array([[1, 1, 0], [1, -1, 0], [-1, 1, 0], [-1, -1, 0]])]
)
"""(10, 3) unit vectors: along the axes, and between them in the image, where objects move most."""


@dataclass(frozen=True, eq=False)
class Fit:
    """Where points came to lie on a surface.

    Attributes:
        T_object_camera: (4, 4) float64.
        cost: mean of Tukey's loss over the points, 0 (all on the surface) to 1 (none near it).
    """

    T_object_camera: se3.Matrix
    cost: float


@dataclass(frozen=True)
class Spread:
    """Starts around one.

    Attributes:
        angle: radians that it is turned by, about each axis, both ways.
        shifts: metres that it is moved by, each along each axis, both ways, and askew in the image.
    """

    angle: float = 0.3
    shifts: tuple[float, ...] = (0.02,)


class FieldTarget:
    """A surface that clouds are registered to."""

    def __init__(self, mesh: TriangleMesh, diameter: float) -> None:
        """Prepare a mesh; takes about half a second.

        Args:
            mesh: faces counter-clockwise seen from outside.
            diameter: of it, metres.
        """
        self._field = surface_field(mesh, diameter)

    def planes(self, points: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """How the distance from the surface looks at points.

        Args:
            points: (n, 3) object frame, metres.

        Returns:
            (n, 3) unit gradients, outwards, and (n,) signed distances, metres, positive outside.
        """
        return field_kernels.planes(np.ascontiguousarray(points, np.float64), self._field)

    def information(
        self, points: NDArray[np.float64], T_camera_object: se3.Matrix, reach: float
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """What measured points tell of a pose.

        Args:
            points: (n, 3) camera frame, metres.
            T_camera_object: (4, 4) the pose.
            reach: metres; points farther from the surface do not count.

        Returns:
            (6, 6) sum of the squared derivatives of their distances from the surface by a motion as of
            `se3.perturb`, and the (n,) distances of all points, metres.
        """
        T_object_camera = se3.inverse(T_camera_object)
        return field_kernels.information(np.ascontiguousarray(points), T_object_camera, self._field, reach)

    def near(
        self,
        depth: NDArray[np.float32],
        camera: PinholeCamera,
        region: Region,
        T_object_camera: se3.Matrix,
        reach: float,
    ) -> NDArray[np.float64]:
        """(n, 3) measured points within `reach` metres of the surface at a pose, camera frame.

        Args:
            depth: (h, w) float32 metres, NaN where nothing was measured.
            camera: its intrinsics.
            region: the pixels to look at; those outside of the image are left out.
            T_object_camera: (4, 4).
            reach: metres.
        """
        left, top, stride = region.left, region.top, region.stride
        first_column, first_row = (
            left + -(min(left, 0) // stride) * stride,
            top + -(min(top, 0) // stride) * stride,
        )
        grid = np.array(
            [
                first_column,
                first_row,
                min(left + stride * region.columns, camera.width),
                min(top + stride * region.rows, camera.height),
                stride,
            ]
        )
        intrinsics = np.array([camera.fx, camera.fy, camera.cx, camera.cy])
        T = np.ascontiguousarray(T_object_camera)
        return field_kernels.lift_near(depth, intrinsics, grid, T, self._field, reach)

    def register(
        self, points: NDArray[np.float64], T_object_camera: se3.Matrix, reach: float, scale: float
    ) -> Fit:
        """Follow points from one start.

        Args:
            points: (n, 3) camera frame, metres.
            T_object_camera: (4, 4) start.
            reach: metres; how far from the surface points may be at first.
            scale: metres; beyond it a point says nothing in the end.
        """
        scales = _falling(2.0 * reach, scale, _DECAY, _LAST_STEPS)
        strides = np.where(scales > scale, _stride(points, _EARLY_POINTS), _stride(points, _LATER_POINTS))
        strides[-_FULL_STEPS:] = 1
        points = np.ascontiguousarray(points)
        T, cost = field_kernels.registered(
            points,
            np.ascontiguousarray(T_object_camera),
            self._field,
            scales,
            strides,
            _DAMPING,
            _SMALLEST_STEP,
        )
        return Fit(T, cost)

    def candidates(
        self,
        points: NDArray[np.float64],
        T_object_camera: se3.Matrix,
        reach: float,
        scale: float,
        spread: Spread,
        keep: int,
    ) -> list[Fit]:
        """Where many starts around one lead, with few points and roughly: the best, none near another.

        Args:
            points: (n, 3) camera frame, metres.
            T_object_camera: (4, 4) of the start.
            reach: metres; how far from the surface points may be at first.
            scale: metres; what is nearer than some of it is near.
            spread: of the starts.
            keep: how many at most.
        """
        points = np.ascontiguousarray(points)
        starts = T_object_camera @ _around(points.mean(axis=0), spread)
        coarse = _COARSE * scale
        scales = _falling(reach, coarse, _SEARCH_DECAY, _SEARCH_STEPS)
        stride = _stride(points, _SEARCH_POINTS)
        poses, costs = field_kernels.align_all(
            points,
            np.ascontiguousarray(starts),
            self._field,
            scales,
            np.full(len(scales), stride),
            _DAMPING,
            _SMALLEST_STEP,
            coarse,
            max(1, stride // 2),
        )
        chosen = distinct_poses.different(poses, np.argsort(costs, kind="stable"), points, 0.5 * coarse, keep)
        return [Fit(poses[index], float(costs[index])) for index in chosen]

    def search(
        self,
        points: NDArray[np.float64],
        T_object_camera: se3.Matrix,
        reach: float,
        scale: float,
        spread: Spread | None = None,
    ) -> Fit:
        """Follow points from many starts around one, to the best fit.

        Args:
            points, T_object_camera, reach, scale: as of `register`.
            spread: of the starts; `Spread()` if None.
        """
        best = self.candidates(points, T_object_camera, reach, scale, spread or Spread(), 1)[0]
        return self.register(points, best.T_object_camera, 0.5 * _COARSE * scale, scale)


def _falling(first: float, last: float, decay: float, last_steps: int) -> NDArray[np.float64]:
    """Scales from the first to the last, which is repeated."""
    steps = max(0, int(np.ceil(np.log(max(first / last, 1.0)) / -np.log(decay))))
    return np.concatenate([first * decay ** np.arange(steps), np.full(last_steps, last)])


def _stride(points: NDArray[np.float64], count: int) -> int:
    """That leaves about so many of (n, 3) points."""
    return max(1, round(len(points) / count))


def _around(centre: NDArray[np.float64], spread: Spread) -> NDArray[np.float64]:
    """(n, 4, 4) motions of the camera frame: none, turns about a point, and shifts."""
    turns = spread.angle * np.concatenate([np.eye(3), -np.eye(3)])
    turned = np.array([se3.from_rotation_vector(turn) for turn in turns])
    turned[:, :3, 3] = centre - turned[:, :3, :3] @ centre
    shifts = np.concatenate([shift * _DIRECTIONS for shift in spread.shifts])
    shifted = np.tile(np.eye(4), (len(shifts), 1, 1))
    shifted[:, :3, 3] = shifts
    return np.concatenate([np.eye(4)[None], turned, shifted])
