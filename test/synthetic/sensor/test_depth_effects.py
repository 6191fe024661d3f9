"""Each effect of the depth camera does what its parameters say, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from pose_nodes.synthetic.sensor import config as c
from pose_nodes.synthetic.sensor.axial_noise import add_axial_noise, axial_sigma
from pose_nodes.synthetic.sensor.distortion import distort
from pose_nodes.synthetic.sensor.edge_loss import edge_holes
from pose_nodes.synthetic.sensor.fattening import fatten
from pose_nodes.synthetic.sensor.flying_pixels import add_flying_pixels
from pose_nodes.synthetic.sensor.grazing_holes import grazing_holes
from pose_nodes.synthetic.sensor.lateral_noise import add_lateral_noise
from pose_nodes.synthetic.sensor.matching_window import smooth
from pose_nodes.synthetic.sensor.material_holes import Materials, material_holes
from pose_nodes.synthetic.sensor.misalignment import misalign
from pose_nodes.synthetic.sensor.quantisation import quantise
from pose_nodes.synthetic.sensor.rolling import image_motion, roll_color, roll_depth, row_times
from pose_nodes.synthetic.sensor.shadow import shadow_holes

SHAPE = (240, 320)


def flat(depth: float) -> np.ndarray:
    return np.full(SHAPE, depth, np.float32)


@pytest.mark.parametrize("z", [0.5, 1.0, 3.0])
def test_axial_noise_grows_with_the_square_of_the_range(z, rng):
    config = c.AxialNoiseConfig(constant=0.001, quadratic=0.001425, length=2.0, white=0.3)
    noisy = add_axial_noise(flat(z), None, config, rng)
    assert (noisy - z).std() == pytest.approx(0.001 + 0.001425 * z**2, rel=0.05)
    assert abs((noisy - z).mean()) < 0.0005 * z**2


def test_axial_noise_grows_with_the_angle_as_published():
    config = c.AxialNoiseConfig(constant=0.0012, quadratic=0.0019, grazing=0.0001)
    for degrees in (0.0, 40.0, 70.0):
        a = np.deg2rad(degrees)
        expected = 0.0012 + 0.0019 + 0.0001 * a**2 / (np.pi / 2 - a) ** 2
        assert axial_sigma(flat(1.0), flat(a), config).max() == pytest.approx(expected, rel=1e-3)


def test_axial_noise_keeps_nothing_as_nothing(rng):
    depth = flat(1.0)
    depth[0, :5] = np.nan
    noisy = add_axial_noise(depth, None, c.AxialNoiseConfig(constant=0.001), rng)
    np.testing.assert_array_equal(np.isnan(noisy), np.isnan(depth))


def test_depth_is_stored_in_whole_millimetres():
    depth = np.linspace(0.3, 2.0, 1000, dtype=np.float32).reshape(20, 50)
    stored = quantise(depth, 500.0, c.QuantisationConfig(unit=0.001))
    np.testing.assert_array_equal(
        stored, (np.rint(depth.astype(np.float64) * 1000.0) / 1000.0).astype(np.float32)
    )
    assert np.abs(stored - depth).max() <= 0.000501


def test_disparity_has_whole_steps():
    depth = np.linspace(0.5, 8.0, 1000, dtype=np.float32).reshape(20, 50)
    config = c.QuantisationConfig(disparity=0.125, baseline=0.075)
    eighths = 8.0 * 580.0 * 0.075 / quantise(depth, 580.0, config)
    np.testing.assert_allclose(eighths, np.rint(eighths), atol=1e-3)
    # At 5 m one step is worth z^2 / (8 f b) = 7 cm, as Khoshelham and Elberink have it.
    far = np.unique(quantise(depth, 580.0, config))
    steps = np.diff(far)[np.searchsorted(far, 5.0)]
    assert steps == pytest.approx(5.0**2 / (8 * 580.0 * 0.075), rel=0.1)


def test_depth_below_half_a_step_is_nothing():
    assert np.isnan(quantise(flat(0.0004), 500.0, c.QuantisationConfig(unit=0.001))).all()


def test_the_foreground_grows_over_the_background(card, rng):
    grown = fatten(card, c.FatteningConfig(radius=3.0), rng)
    expected = np.ones_like(card)
    expected[37:83, 57:103] = 0.5
    np.testing.assert_array_equal(grown, expected)


def test_the_foreground_grows_over_nothing(card, rng):
    card[card == 1.0] = np.nan
    assert np.count_nonzero(np.isfinite(fatten(card, c.FatteningConfig(radius=2.0), rng))) == 44 * 44


def test_ragged_edges_move_both_ways_and_make_no_new_depth(card, rng):
    moved = fatten(card, c.FatteningConfig(ragged=2.0), rng)
    assert set(np.unique(moved)) == {np.float32(0.5), np.float32(1.0)}
    assert (moved < card).any() and (moved > card).any()


def test_a_slope_does_not_grow(camera, rng):
    slope = np.broadcast_to(np.linspace(0.5, 0.8, 160, dtype=np.float32), camera.shape).copy()
    np.testing.assert_array_equal(fatten(slope, c.FatteningConfig(radius=4.0, ragged=1.0), rng), slope)


def test_flying_pixels_lie_between_foreground_and_background_beside_the_edge(card, rng):
    flown = add_flying_pixels(card, c.FlyingPixelsConfig(share=0.5), rng)
    changed = flown != card
    assert ((flown >= 0.5) & (flown <= 1.0)).all()
    band = np.zeros_like(changed)
    band[39:81, 59:101] = True
    band[41:79, 61:99] = False
    assert not changed[~band].any() and changed[band].mean() == pytest.approx(0.5, abs=0.1)


def test_none_fly_beside_nothing(card, rng):
    card[card == 1.0] = np.nan
    np.testing.assert_array_equal(add_flying_pixels(card, c.FlyingPixelsConfig(share=1.0), rng), card)


def test_lateral_noise_moves_edges_alone(card, rng):
    moved = add_lateral_noise(card, None, c.LateralNoiseConfig(constant=0.8), rng)
    band = np.zeros(card.shape, bool)
    band[35:85, 55:105] = True
    band[45:75, 65:95] = False
    assert (moved != card)[band].any() and not (moved != card)[~band].any()


def test_lateral_noise_grows_with_the_angle(rng):
    columns = np.broadcast_to(np.arange(320, dtype=np.float32), SHAPE).copy()
    config = c.LateralNoiseConfig(constant=0.8, grazing=0.35)
    spread = [
        (add_lateral_noise(columns, flat(a), config, rng) - columns)[:, 40:-40].std() for a in (0.0, 1.4)
    ]
    assert spread[1] > 2.0 * spread[0] > 0.0


def test_the_matching_window_levels_ripples_but_not_edges(card):
    rippled = card + np.where(np.arange(160) % 2, 0.002, -0.002).astype(np.float32)
    smoothed = smooth(rippled, c.MatchingWindowConfig(size=9))
    assert smoothed[:, 10:50].std() < 0.0005
    assert np.abs(smoothed - card).max() < 0.0025


def test_distortion_is_the_same_in_every_image_and_another_in_another_camera():
    config = c.DistortionConfig(share=0.01, length=20.0)
    first = distort(flat(2.0), config)
    np.testing.assert_array_equal(first, distort(flat(2.0), config))
    assert (first / 2.0 - 1.0).std() == pytest.approx(0.01, rel=0.4)
    assert not np.array_equal(first, distort(flat(2.0), c.DistortionConfig(0.01, 20.0, device=1)))


def test_edges_lose_depth_and_far_from_them_nothing_is_lost(card, rng):
    config = c.EdgeLossConfig(share=0.9, width=2.0, length=0.0)
    lost = edge_holes(card, config, rng)
    rim = np.zeros(card.shape, bool)
    rim[40:80, 60:100] = True
    rim[41:79, 61:99] = False
    assert lost[rim].mean() == pytest.approx(0.9, abs=0.08)
    assert lost[55:65, 75:85].mean() < 0.05
    assert not lost[card == 1.0].any()


def test_the_background_loses_its_own_share(card, rng):
    lost = edge_holes(card, c.EdgeLossConfig(back_share=0.9, width=2.0), rng)
    assert lost[card == 1.0].any() and not lost[card == 0.5].any()


def test_holes_grow_with_the_angle(rng):
    config = c.GrazingHolesConfig(share=0.8, angle=1.0, width=0.1, length=0.0)
    shares = [grazing_holes(flat(a), config, rng).mean() for a in (0.3, 1.0, 1.5)]
    assert shares == pytest.approx([0.001, 0.4, 0.795], abs=0.02)
    assert not grazing_holes(flat(np.nan), config, rng).any()


def test_each_material_has_its_holes(rng):
    left, right = np.zeros(SHAPE, bool), np.zeros(SHAPE, bool)
    left[:, :160], right[:, 160:] = True, True
    config = c.MaterialHolesConfig(dark=0.5, shiny=0.2, highlight=0.9, transparent=0.7, length=0.0)
    angle = flat(1.0)
    angle[:120] = 0.05
    lost = material_holes(angle, Materials(dark=left, shiny=right), config, rng)
    parts = (lost[:, :160], lost[120:, 160:], lost[:120, 160:])
    assert [part.mean() for part in parts] == pytest.approx([0.5, 0.2, 0.9], abs=0.02)
    assert material_holes(angle, Materials(transparent=left), config, rng)[:, 160:].sum() == 0


@pytest.mark.parametrize("baseline", [0.05, -0.05])
def test_the_shadow_is_as_wide_as_the_difference_of_disparities_and_on_the_far_side(card, camera, baseline):
    lost = shadow_holes(card, camera.fx, c.ShadowConfig(baseline))
    width = round(camera.fx * 0.05 * (1 / 0.5 - 1 / 1.0))
    first = 60 - width if baseline > 0 else 100
    expected = np.zeros(card.shape, bool)
    expected[40:80, first : first + width] = True
    # The rim of the shadow is known to a pixel.
    assert np.count_nonzero(lost ^ expected) <= 2 * 40 and lost[50].sum() >= width - 1


def test_the_second_eye_sees_past_a_thin_pole(camera):
    depth = np.ones(camera.shape, np.float32)
    depth[:, 100:102] = 0.25
    shadow = np.flatnonzero(shadow_holes(depth, camera.fx, c.ShadowConfig(0.05))[60])
    # The pole hides two columns or so 30 pixels to its left, not all between.
    assert 1 <= len(shadow) <= 4 and np.all(np.abs(shadow - 70) <= 3)


def test_a_slanted_plane_has_no_shadow(camera):
    plane = np.broadcast_to(np.linspace(0.4, 1.2, 160, dtype=np.float32), camera.shape).copy()
    for baseline in (0.075, -0.075):
        assert not shadow_holes(plane, camera.fx, c.ShadowConfig(baseline)).any()


def test_misaligned_depth_is_shifted_by_whole_pixels(card, rng):
    moved = misalign(card, c.MisalignmentConfig(u=1.6, v=-1.0), rng)
    np.testing.assert_array_equal(moved[:-1, 2:], card[1:, :-2])
    assert np.isnan(moved[:, :2]).all() and np.isnan(moved[-1]).all()


def test_rows_are_taken_one_after_the_other():
    times = row_times(5, c.RollingConfig(readout=0.02, delay=0.01))
    np.testing.assert_allclose(times, [0.01, 0.015, 0.02, 0.025, 0.03], atol=1e-6)


def test_a_scene_that_moves_sideways_is_sheared(card, camera):
    # 1 m/s at half a metre is 400 pixels/s: 8 pixels in 0.02 s.
    twist = np.array([1.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    rolled = roll_depth(card, camera, twist, c.RollingConfig(readout=0.02))
    left = [int(np.flatnonzero(rolled[row] == 0.5)[0]) for row in (40, 79)]
    expected = [60 + 8 * row / 119 for row in (40, 79)]
    assert left == pytest.approx(expected, abs=4.1)  # the wall behind it moves at half that speed
    assert left[1] > left[0]


def test_a_scene_that_comes_nearer_is_nearer_in_later_rows(camera):
    wall = np.ones(camera.shape, np.float32)
    twist = np.array([0.0, 0.0, -1.0, 0.0, 0.0, 0.0])
    rolled = roll_depth(wall, camera, twist, c.RollingConfig(readout=0.02))
    assert rolled[0, 80] == pytest.approx(1.0) and rolled[-1, 80] == pytest.approx(0.98, abs=1e-3)


def test_the_motion_of_the_image_is_that_of_projected_points(camera):
    depth = np.random.default_rng(0).uniform(0.5, 2.0, camera.shape).astype(np.float32)
    twist = np.array([0.3, -0.2, 0.5, 0.4, -0.6, 0.7])
    v, u = np.mgrid[0:120, 0:160].reshape(2, -1)
    points, dt = camera.unproject(depth, v, u), 1e-5
    moved = points + dt * (twist[:3] + np.cross(twist[3:], points))
    expected = np.column_stack([camera.project(moved) - np.column_stack([u, v]), moved[:, 2] - points[:, 2]])
    motion = image_motion(depth, camera, twist).reshape(-1, 3)
    np.testing.assert_allclose(motion, expected / dt, rtol=1e-2, atol=0.05)


def test_colour_rolls_like_depth(card, camera):
    color = np.repeat((255 * (card < 0.7)).astype(np.uint8)[..., None], 3, axis=-1)
    twist = np.array([1.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    config = c.RollingConfig(delay=0.01)
    rolled = roll_color(color, card, camera, twist, config)
    depth = roll_depth(card, camera, twist, config)
    agree = (rolled[..., 0] > 127) == (depth < 0.7)
    assert agree.mean() > 0.99
