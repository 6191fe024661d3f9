"""How measured depth differs from exact depth of an object: on flat parts, at its silhouette, in holes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.synthetic.sensor.incidence import incidence, normals_from_depth

LAGS = (1, 2, 4, 8)
"""Distances of pixels whose residuals are correlated, pixels."""
EDGE_BINS = (-8.0, -6.0, -4.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0)
"""Signed distance from the silhouette, pixels, positive inside: bins of the shares at edges."""
ANGLE_BINS = (0.0, 20.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0)
"""Angles of incidence, degrees: bins of the share of holes."""
EDGE_BAND = 8.0
"""Pixels nearer to the silhouette than this are its band; flat parts and holes are judged inside of it."""
NEAR = 0.015
"""Metres. Depth that differs more is not that of the surface (our choice: ten times the noise here)."""
_WINDOW = 15
"""Side of the window whose mean is taken off to part noise from errors of pose and mesh, pixels."""
_FEWEST = 1000
"""Pixels, or pairs of them; fewer tell no noise, or no correlation (our choice)."""
_FLATNESS = 0.2
"""Radians. A pixel is flat when the normals of its window deviate less than this."""

Image = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class ResidualView:
    """One image of one object at its true pose.

    Attributes:
        measured: (h, w) float32 depth of the sensor, metres, NaN where nothing.
        exact: (h, w) float32 rendered depth of the object alone, metres, NaN beside it.
        camera: intrinsics of both.
    """

    measured: Image
    exact: Image
    camera: PinholeCamera


@dataclass(frozen=True, eq=False)
class ResidualStatistics:
    """What the residuals, measured minus exact depth, amount to over several views.

    Shares and correlations are NaN where no pixel tells.

    Attributes:
        bias: median of the residuals inside the band of the silhouette, metres.
        spread: 1.4826 times their median absolute deviation, metres; holds errors of pose and mesh too.
        flat_noise: standard deviation on flat parts within windows of 15 pixels, metres.
        flat_correlation: (2, 4) correlation of flat residuals at `LAGS` pixels along rows, along columns.
        edge_missing: share of pixels without depth, by `EDGE_BINS`.
        edge_off: share of the pixels with depth that is more than `NEAR` off, inside the silhouette; outside
            of it, that is within `NEAR` of the object (which spills over); by `EDGE_BINS`.
        hole_share: share of pixels without depth inside the band, by `ANGLE_BINS`.
        pixels: number of pixels of the silhouettes.
    """

    bias: float
    spread: float
    flat_noise: float
    flat_correlation: NDArray[np.float64]
    edge_missing: NDArray[np.float64]
    edge_off: NDArray[np.float64]
    hole_share: NDArray[np.float64]
    pixels: int


def residual_statistics(views: Sequence[ResidualView]) -> ResidualStatistics:
    """Measure the residuals of some views, each pixel counting the same.

    Raises:
        InvalidInputError: no view, or none shows the object.
    """
    if not any(np.isfinite(view.exact).any() for view in views):
        raise InvalidInputError("residual statistics: no view shows the object; check its poses")
    parts = [_Part.of(view) for view in views]
    inner = np.concatenate([part.residual[part.core & part.near] for part in parts])
    bias = float(np.median(inner)) if len(inner) else float("nan")
    noise, correlation = _flat(parts)
    distance = np.concatenate([part.distance.ravel() for part in parts])
    missing = np.concatenate([part.missing.ravel() for part in parts])
    off = np.concatenate([part.off.ravel() for part in parts])
    core = np.concatenate([part.core.ravel() for part in parts])
    angle = np.concatenate([part.angle.ravel() for part in parts])
    return ResidualStatistics(
        bias=bias,
        spread=float(1.4826 * np.median(np.abs(inner - bias))) if len(inner) else float("nan"),
        flat_noise=noise,
        flat_correlation=correlation,
        edge_missing=_shares(distance, missing, EDGE_BINS),
        edge_off=_shares(distance[~missing], off[~missing], EDGE_BINS),
        hole_share=_shares(angle[core], missing[core], ANGLE_BINS),
        pixels=int(np.count_nonzero(distance > 0)),
    )


@dataclass(frozen=True, eq=False)
class _Part:
    """The pixels around the silhouette of one view; all fields (h, w)."""

    residual: Image
    distance: Image
    angle: Image
    missing: NDArray[np.bool_]
    near: NDArray[np.bool_]
    off: NDArray[np.bool_]
    core: NDArray[np.bool_]
    flat: NDArray[np.bool_]

    @classmethod
    def of(cls, view: ResidualView) -> _Part:
        left, top, right, bottom = _box(np.isfinite(view.exact), int(-EDGE_BINS[0]) + 1)
        measured, exact = view.measured[top:bottom, left:right], view.exact[top:bottom, left:right]
        camera = view.camera
        cut = PinholeCamera(
            camera.fx, camera.fy, camera.cx - left, camera.cy - top, right - left, bottom - top
        )
        inside = np.isfinite(exact)
        distance = signed_distance(inside)
        normals = normals_from_depth(exact, cut)
        missing = np.isnan(measured)
        filled = nearest_filled(exact)
        near = np.abs(measured - filled) < NEAR
        core = inside & (distance > EDGE_BAND)
        return cls(
            residual=measured - exact,
            distance=distance,
            angle=np.asarray(np.rad2deg(incidence(normals, cut)), np.float32),
            missing=missing,
            near=near,
            off=np.where(inside, ~near & ~missing, near),
            core=core,
            flat=core & near & _is_flat(normals),
        )


def signed_distance(inside: NDArray[np.bool_]) -> Image:
    """(h, w) float32 distance of each pixel from the border of a mask, pixels: 0.5 in the outermost pixels
    inside, -0.5 in those next to it outside."""
    distances = [
        cv2.distanceTransform(np.ascontiguousarray(side, np.uint8), cv2.DIST_L2, 5)
        for side in (inside, ~inside)
    ]
    return np.asarray(np.where(inside, distances[0] - 0.5, 0.5 - distances[1]), np.float32)


def nearest_filled(depth: Image) -> Image:
    """A depth image whose NaN pixels have the value of (about) the nearest pixel that has one."""
    valid = np.isfinite(depth)
    if valid.all() or not valid.any():
        return depth
    _, labels = cv2.distanceTransformWithLabels(
        (~valid).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    values = np.full(int(labels.max()) + 1, np.nan, np.float32)
    values[labels[valid]] = depth[valid]
    return values[labels]


def _box(mask: NDArray[np.bool_], margin: int) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of the mask's box with a margin, in the image; a pixel if it is empty."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return 0, 0, 1, 1
    bottom, right = min(rows[-1] + margin + 1, mask.shape[0]), min(columns[-1] + margin + 1, mask.shape[1])
    return max(int(columns[0]) - margin, 0), max(int(rows[0]) - margin, 0), int(right), int(bottom)


def _is_flat(normals: Image) -> NDArray[np.bool_]:
    """(h, w) bool: the mean normal of the window is nearly as long as one normal."""
    mean = cv2.blur(np.nan_to_num(normals), (_WINDOW, _WINDOW))
    # Normals that deviate by an angle a (root mean square) have a mean of length cos a at about.
    return np.asarray(np.sqrt((mean * mean).sum(axis=-1)) > np.cos(_FLATNESS))


def _flat(parts: Sequence[_Part]) -> tuple[float, NDArray[np.float64]]:
    """Noise (m) on flat parts and its correlation, (2, len(LAGS)) along rows and columns."""
    products = np.zeros((2, len(LAGS)))
    counts = np.zeros((2, len(LAGS)))
    power, pixels = 0.0, 0
    for part in parts:
        noise = np.where(part.flat, _less_window_mean(part.residual, part.flat), 0.0)
        power, pixels = power + float((noise**2).sum()), pixels + int(part.flat.sum())
        for along, lag in np.ndindex(products.shape):
            here, there = _shifted(LAGS[lag], along)
            products[along, lag] += float((noise[here] * noise[there]).sum())
            counts[along, lag] += np.count_nonzero(part.flat[here] & part.flat[there])
    if pixels < _FEWEST or power == 0:
        return float("nan") if pixels < _FEWEST else 0.0, np.full(products.shape, np.nan)
    correlation = products / np.maximum(counts, 1.0) / (power / pixels)
    return float(np.sqrt(power / pixels)), np.where(counts >= _FEWEST, correlation, np.nan)


def _less_window_mean(residual: Image, mask: NDArray[np.bool_]) -> Image:
    """The residual of masked pixels minus the mean of the masked ones in its window."""
    weights = cv2.blur(mask.astype(np.float32), (_WINDOW, _WINDOW))
    means = cv2.blur(np.where(mask, residual, 0.0).astype(np.float32), (_WINDOW, _WINDOW))
    return np.asarray(residual - means / np.maximum(weights, 1e-6), np.float32)


def _shifted(lag: int, along: int) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Indices of pixels and of those `lag` further along the row (0) or the column (1)."""
    everything, start, end = slice(None), slice(None, -lag), slice(lag, None)
    if along == 0:
        return (everything, start), (everything, end)
    return (start, everything), (end, everything)


def _shares(value: NDArray[np.float32], hit: NDArray[np.bool_], bins: Sequence[float]) -> NDArray[np.float64]:
    """Share of hits in each bin of a value; NaN in empty bins."""
    known = np.isfinite(value)
    every = np.histogram(value[known], bins)[0]
    hits = np.histogram(value[known & hit], bins)[0]
    return np.where(every > 0, hits / np.maximum(every, 1), np.nan)
