"""VSD, the visible surface discrepancy of the BOP benchmark, with the step cost and visibility of 2019.

Hodan et al., "BOP: Benchmark for 6D Object Pose Estimation", ECCV 2018, eq. 1; visibility masks as in Hodan
et al., "On Evaluation of 6D Object Pose Estimation", ECCVW 2016, eq. 13 and 14, except that a surface counts
as visible where nothing was measured.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera

Distances = NDArray[np.float64]
TOLERANCE = 0.015
"""Metres by which a rendered surface may lie behind the measured one and still be visible."""
TOLERANCES = {"itodd": 0.005}
"""The same of data sets with a better sensor."""


def slants(camera: PinholeCamera) -> Distances:
    """(h, w) distance from the camera's centre of a point on each pixel's ray, for a depth along z of 1."""
    v, u = np.indices(camera.shape).astype(np.float64)
    return np.sqrt(1.0 + ((u - camera.cx) / camera.fx) ** 2 + ((v - camera.cy) / camera.fy) ** 2)


def drawn_by(camera: PinholeCamera) -> PinholeCamera:
    """The camera that the benchmark's own program draws with, for scores that compare with its.

    The centre of pixel (0, 0) is at (0.5, 0.5) there, though it is at (0, 0) for its distance maps.
    """
    return replace(camera, cx=camera.cx - 0.5, cy=camera.cy - 0.5)


def vsd(
    measured: Distances,
    estimated: Distances,
    true: Distances,
    misalignments: NDArray[np.float64],
    tolerance: float = TOLERANCE,
) -> NDArray[np.float64]:
    """The share of the visible surface that does not agree, for several limits of what agrees.

    Args:
        measured: (h, w) distance map of the scene, metres; NaN where nothing was measured.
        estimated: of the object rendered at the estimated pose; NaN beside it.
        true: at the true pose.
        misalignments: (k,) distances of the surfaces from which on a pixel does not agree, metres.
        tolerance: see `TOLERANCE`.

    Returns:
        (k,) errors, 0 to 1; 1 where nothing is visible.
    """
    seen_true = _visible(measured, true, tolerance)
    seen_estimated = _visible(measured, estimated, tolerance) | (seen_true & ~np.isnan(estimated))
    both, either = seen_true & seen_estimated, int(np.count_nonzero(seen_true | seen_estimated))
    if either == 0:
        return np.ones(len(misalignments))
    apart = np.sort(np.abs(estimated[both] - true[both]))
    agreeing = np.searchsorted(apart, misalignments, side="left")
    # Not 1 - agreeing / either, which rounds to below a threshold that the error is equal to.
    return np.asarray((either - agreeing) / either)


def _visible(measured: Distances, rendered: Distances, tolerance: float) -> NDArray[np.bool_]:
    return ~np.isnan(rendered) & ~(rendered - measured > tolerance)


def may_overlap(radius: float, T_estimate: se3.Matrix, T_true: se3.Matrix) -> bool:
    """Whether the projections of spheres about the origins of the two poses overlap, to first order; the
    benchmark takes the error for 1 where they do not.

    Args:
        radius: of the spheres, metres: half of the object's diameter.
        T_estimate: (4, 4) estimated T_camera_object.
        T_true: (4, 4) true T_camera_object.
    """
    a, b = T_estimate[:3, 3], T_true[:3, 3]
    if a[2] == 0.0 or b[2] == 0.0:
        return False
    return bool(np.linalg.norm(a[:2] / a[2] - b[:2] / b[2]) < radius * (1.0 / a[2] + 1.0 / b[2]))
