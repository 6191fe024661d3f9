"""Residual statistics tell noise, correlation, edges and holes that were put in."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.synthetic.sensor.noise import normal_field
from pose_nodes.synthetic.sensor.statistics import (
    ANGLE_BINS,
    EDGE_BINS,
    ResidualView,
    nearest_filled,
    residual_statistics,
    signed_distance,
)

CAMERA = PinholeCamera(600.0, 600.0, 319.5, 239.5, 640, 480)


@pytest.fixture
def exact() -> np.ndarray:
    depth = np.full(CAMERA.shape, np.nan, np.float32)
    depth[120:360, 200:440] = 0.6
    return depth


def test_exact_depth_has_no_residual(exact):
    told = residual_statistics([ResidualView(exact, exact, CAMERA)])
    assert (told.bias, told.spread, told.flat_noise, told.pixels) == (0.0, 0.0, 0.0, 240 * 240)
    outside = np.array(EDGE_BINS[1:]) <= 0
    np.testing.assert_array_equal(told.edge_missing, np.where(outside, 1.0, 0.0))
    assert np.nanmax(told.hole_share) == 0.0 and np.nanmax(told.edge_off[~outside]) == 0.0


@pytest.mark.parametrize("length", [0.0, 1.5])
def test_noise_and_its_correlation_are_found(exact, rng, length):
    noise = np.float32(0.002) * normal_field(CAMERA.shape, length, rng) + np.float32(0.001)
    told = residual_statistics([ResidualView(exact + noise, exact, CAMERA)])
    assert told.bias == pytest.approx(0.001, abs=1e-4)
    assert told.spread == pytest.approx(0.002, rel=0.05)
    assert told.flat_noise == pytest.approx(0.002, rel=0.1)
    expected = 0.0 if length == 0 else np.exp(-1 / (4 * length**2))
    np.testing.assert_allclose(told.flat_correlation[:, 0], expected, atol=0.06)


def test_an_error_of_the_pose_is_no_noise_of_flat_parts(exact):
    tilt = np.linspace(-0.004, 0.004, 640, dtype=np.float32)
    told = residual_statistics([ResidualView(exact + tilt, exact, CAMERA)])
    assert told.flat_noise < 0.0002 and told.spread > 0.001


def test_holes_of_the_rim_are_found_at_their_distance(exact):
    measured = exact.copy()
    inside = np.isfinite(exact).astype(np.uint8)
    measured[cv2.erode(inside, np.ones((5, 5), np.uint8)) == 0] = np.nan  # two pixels of the rim
    told = residual_statistics([ResidualView(measured, exact, CAMERA)])
    by_distance = dict(zip(EDGE_BINS[:-1], told.edge_missing, strict=True))
    assert (by_distance[0.0], by_distance[1.0], by_distance[2.0]) == (1.0, 1.0, 0.0)


def test_depth_that_spills_over_the_silhouette_is_found(exact):
    fat = cv2.erode(np.nan_to_num(exact, nan=2.0), np.ones((5, 5), np.uint8))
    told = residual_statistics([ResidualView(fat, exact, CAMERA)])
    by_distance = dict(zip(EDGE_BINS[:-1], told.edge_off, strict=True))
    assert by_distance[-1.0] == 1.0 and by_distance[-2.0] > 0.95 and by_distance[-6.0] == 0.0


def test_holes_are_found_at_their_angle():
    slope = np.deg2rad(60.0)
    u = (np.arange(640) - 319.5) / 600.0
    depth = np.broadcast_to((0.6 / (1.0 - np.tan(slope) * u)).astype(np.float32), CAMERA.shape)
    exact = np.where((np.abs(u) < 0.1) & (np.arange(480)[:, None] % 480 > 20), depth, np.nan)
    exact[460:] = np.nan
    measured = exact.astype(np.float32)
    measured[::4] = np.nan
    told = residual_statistics([ResidualView(measured, exact.astype(np.float32), CAMERA)])
    filled = [low for low, share in zip(ANGLE_BINS, told.hole_share, strict=False) if share > 0]
    assert filled == [50.0, 60.0]
    assert np.nanmax(np.abs(told.hole_share - 0.25)) < 0.02


def test_distances_have_the_sign_of_the_side():
    mask = np.zeros((20, 20), bool)
    mask[:, 10:] = True
    np.testing.assert_allclose(signed_distance(mask)[5, 8:12], [-1.5, -0.5, 0.5, 1.5], atol=0.01)


def test_gaps_take_the_nearest_depth():
    depth = np.full((1, 5), np.nan, np.float32)
    depth[0, 0], depth[0, 4] = 1.0, 2.0
    np.testing.assert_array_equal(nearest_filled(depth)[0, [0, 1, 3, 4]], [1.0, 1.0, 2.0, 2.0])


def test_views_without_the_object_are_refused(exact):
    with pytest.raises(InvalidInputError, match="no view shows the object"):
        residual_statistics([ResidualView(exact, np.full_like(exact, np.nan), CAMERA)])
