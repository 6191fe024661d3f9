"""All errors of the estimates of one object in one image against its true poses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.geometry.symmetry import SymmetryGroup
from pose_nodes.metrics.bop.projection_distance import mspd
from pose_nodes.metrics.bop.surface_discrepancy import TOLERANCE, drawn_by, may_overlap, slants, vsd
from pose_nodes.metrics.bop.surface_distance import mssd
from pose_nodes.metrics.bop.surface_points import SurfacePoints
from pose_nodes.metrics.bop.symmetries import discretised
from pose_nodes.metrics.pose_error import add, add_s
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.rendering.rasteriser import DepthRasteriser

Array = NDArray[np.float64]
STEPS: Array = np.linspace(0.05, 0.5, 10)
"""0.05 to 0.5: misalignments of VSD in diameters, and thresholds of VSD, and of MSSD in diameters."""


@dataclass(frozen=True, eq=False)
class PoseErrors:
    """Of n estimates, the best-scored first, against m true poses.

    Attributes:
        vsd: (k, n, m) for the misalignments `STEPS`, 0 to 1.
        mssd: (n, m) in diameters.
        mspd: (n, m) in pixels of an image of 640 columns.
        add: (n, m) in diameters: ADD, or ADD-S of an object with a symmetry.
    """

    vsd: Array
    mssd: Array
    mspd: Array
    add: Array


class ErrorMeter:
    """Measures the errors of one object's poses."""

    def __init__(
        self, mesh: TriangleMesh, symmetry: SymmetryGroup, diameter: float, tolerance: float = TOLERANCE
    ) -> None:
        """Prepare an object.

        Args:
            mesh: its surface, object frame, metres.
            symmetry: in the same frame.
            diameter: metres, as the data set tells it.
            tolerance: of visibility, metres; see `surface_discrepancy`.
        """
        self._vertices = mesh.vertices
        self._surface = SurfacePoints(mesh.vertices, discretised(symmetry))
        self._rasteriser = DepthRasteriser(mesh)
        self._diameter = diameter
        self._tolerance = tolerance
        self._add = add if symmetry.is_trivial else add_s

    def measure(
        self,
        estimates: Sequence[se3.Matrix],
        truths: Sequence[se3.Matrix],
        camera: PinholeCamera,
        depth: NDArray[np.float32],
    ) -> PoseErrors:
        """Errors in one image.

        Args:
            estimates: (4, 4) T_camera_object each, the best-scored first.
            truths: (4, 4) true T_camera_object each.
            camera: of the image.
            depth: (h, w) measured depth along z, metres; NaN where nothing was measured.
        """
        shape = (len(estimates), len(truths))
        pairs = [(estimate, true) for estimate in estimates for true in truths]
        return PoseErrors(
            self._discrepancies(estimates, truths, camera, depth),
            _table([mssd(self._surface, self._diameter, *pair) for pair in pairs], shape) / self._diameter,
            _table([mspd(self._surface, camera, *pair) for pair in pairs], shape),
            _table([self._add(self._vertices, *pair) for pair in pairs], shape) / self._diameter,
        )

    def _discrepancies(
        self,
        estimates: Sequence[se3.Matrix],
        truths: Sequence[se3.Matrix],
        camera: PinholeCamera,
        depth: NDArray[np.float32],
    ) -> Array:
        errors = np.ones((len(STEPS), len(estimates), len(truths)))
        slant, limits = slants(camera), STEPS * self._diameter
        measured, drawn = slant * depth, drawn_by(camera)
        rendered = [slant * self._rasteriser.render(T, drawn) for T in truths] if estimates else []
        for row, estimate in enumerate(estimates):
            estimated = slant * self._rasteriser.render(estimate, drawn)
            for column, true in enumerate(truths):
                if may_overlap(0.5 * self._diameter, estimate, true):
                    errors[:, row, column] = vsd(
                        measured, estimated, rendered[column], limits, self._tolerance
                    )
        return errors


def _table(values: Sequence[float], shape: tuple[int, int]) -> Array:
    return np.array(values, dtype=np.float64).reshape(shape)
