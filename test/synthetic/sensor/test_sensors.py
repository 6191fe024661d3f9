"""The composed sensors: exact when all is off, reproducible, each effect for itself."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from pose_nodes.core.config import flatten, from_mapping, to_mapping
from pose_nodes.core.errors import InvalidConfigError, InvalidInputError
from pose_nodes.synthetic.sensor import config as c
from pose_nodes.synthetic.sensor import presets
from pose_nodes.synthetic.sensor.color_sensor import ColorSensor
from pose_nodes.synthetic.sensor.depth_sensor import DepthSensor
from pose_nodes.synthetic.sensor.incidence import normals_from_depth
from pose_nodes.synthetic.sensor.material_holes import Materials

TWIST = np.array([0.5, 0.1, 0.2, 0.3, 0.2, 0.1])
PRESETS = (presets.structured_light, presets.realsense)


@pytest.fixture
def color(camera) -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (*camera.shape, 3), dtype=np.uint8)


@pytest.fixture
def uneven(card) -> np.ndarray:
    """The card with depth of no round numbers, and a part where there is nothing."""
    depth = card + np.random.default_rng(3).uniform(0, 0.1, card.shape).astype(np.float32)
    depth[:20, :30] = np.nan
    return depth


def test_with_all_off_depth_is_exact_bit_by_bit(uneven, camera, rng):
    flags = Materials(*[np.ones(camera.shape, bool)] * 3)
    measured = DepthSensor(camera).measure(uneven, rng, materials=flags, twist=TWIST)
    assert measured.tobytes() == uneven.tobytes() and measured is not uneven


def test_with_all_off_colour_is_exact_bit_by_bit(color, uneven, camera, rng):
    measured = ColorSensor(camera).measure(color, rng, uneven, TWIST)
    assert measured.tobytes() == color.tobytes() and measured is not color


@pytest.mark.parametrize("preset", PRESETS)
def test_the_same_seed_gives_the_same_image(preset, uneven, camera):
    sensor = DepthSensor(camera, preset())
    first, again, other = (sensor.measure(uneven, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first.tobytes() == again.tobytes() and first.tobytes() != other.tobytes()


def test_the_same_seed_gives_the_same_colour(color, camera):
    sensor = ColorSensor(camera, presets.color_camera())
    first, again, other = (sensor.measure(color, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first.tobytes() == again.tobytes() and first.tobytes() != other.tobytes()


@pytest.mark.parametrize("preset", PRESETS)
def test_what_is_given_is_left_as_it_was(preset, uneven, camera, rng):
    before = uneven.tobytes()
    DepthSensor(camera, preset()).measure(uneven, rng, twist=TWIST)
    assert uneven.tobytes() == before


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("effect", [field.name for field in fields(c.DepthSensorConfig)])
def test_each_effect_can_be_switched_off(preset, effect, uneven, camera):
    off = replace(preset(), **{effect: getattr(c.DepthSensorConfig(), effect)})
    measured = DepthSensor(camera, off).measure(uneven, np.random.default_rng(0), twist=TWIST)
    assert np.isfinite(measured).any()


def test_switching_holes_off_leaves_the_noise_as_it_was(card, camera):
    noisy = c.DepthSensorConfig(axial_noise=c.AxialNoiseConfig(constant=0.002))
    with_holes = replace(noisy, dropout=c.DropoutConfig(share=0.3), edge_loss=c.EdgeLossConfig(share=0.5))
    first, second = (
        DepthSensor(camera, config).measure(card, np.random.default_rng(0)) for config in (noisy, with_holes)
    )
    kept = np.isfinite(second)
    assert 0.5 < kept.mean() < 0.9
    np.testing.assert_array_equal(first[kept], second[kept])


def test_given_normals_serve_as_those_of_the_depth(card, camera):
    config = c.DepthSensorConfig(grazing_holes=c.GrazingHolesConfig(share=0.9, angle=0.2))
    sensor, normals = DepthSensor(camera, config), normals_from_depth(card, camera)
    own = sensor.measure(card, np.random.default_rng(0))
    np.testing.assert_array_equal(own, sensor.measure(card, np.random.default_rng(0), normals))
    assert np.isnan(own).any()


def test_what_is_out_of_range_is_missing(card, camera, rng):
    config = c.DepthSensorConfig(range=c.RangeConfig(nearest=0.6, farthest=2.0))
    np.testing.assert_array_equal(np.isnan(DepthSensor(camera, config).measure(card, rng)), card < 0.6)


def test_transparent_things_have_holes_with_a_preset(card, camera, rng):
    flags = Materials(transparent=card < 0.7)
    measured = DepthSensor(camera, presets.structured_light()).measure(card, rng, materials=flags)
    assert np.isnan(measured[card < 0.7]).mean() > 0.85


def test_an_empty_image_stays_empty(camera, rng):
    nothing = np.full(camera.shape, np.nan, np.float32)
    for preset in PRESETS:
        assert np.isnan(DepthSensor(camera, preset()).measure(nothing, rng, twist=TWIST)).all()


def test_images_of_another_size_or_type_are_refused_in_words(card, camera, rng, color):
    sensor = DepthSensor(camera)
    with pytest.raises(InvalidInputError, match="exact depth: shape"):
        sensor.measure(card[1:], rng)
    with pytest.raises(InvalidInputError, match="must be float32 metres"):
        sensor.measure(card.astype(np.float64), rng)
    with pytest.raises(InvalidInputError, match="normals: shape"):
        sensor.measure(card, rng, normals=card)
    with pytest.raises(InvalidInputError, match="shiny pixels: shape"):
        sensor.measure(card, rng, materials=Materials(shiny=np.ones((2, 2), bool)))
    with pytest.raises(InvalidInputError, match="exact colour"):
        ColorSensor(camera).measure(color[:, 1:], rng)
    with pytest.raises(InvalidInputError, match="needs the depth"):
        ColorSensor(camera).measure(color, rng, twist=TWIST)


@pytest.mark.parametrize("preset", PRESETS)
def test_presets_keep_to_the_ranges_of_the_options(preset):
    config = preset()
    assert from_mapping(c.DepthSensorConfig, to_mapping(config)) == config


def test_an_unknown_option_is_named():
    with pytest.raises(InvalidConfigError, match=r"did you mean 'axial_noise\.quadratic'"):
        from_mapping(c.DepthSensorConfig, {"axial_noise": {"quadratics": 0.1}})


@pytest.mark.parametrize("cls", [c.DepthSensorConfig, c.ColorSensorConfig])
def test_every_option_says_what_it_is(cls):
    assert [option.name for option in flatten(cls) if len(option.info.help) < 8] == []


def test_colour_noise_has_the_variance_of_its_light(camera, rng):
    grey = np.full((*camera.shape, 3), 128, np.uint8)
    config = c.ColorSensorConfig(noise=c.ColorNoiseConfig(read=0.01, shot=0.001))
    light = (ColorSensor(camera, config).measure(grey, rng) / 255.0) ** 2.2
    expected = np.sqrt(0.01**2 + 0.001 * (128 / 255) ** 2.2)
    assert light.std() == pytest.approx(expected, rel=0.1)


def test_one_stop_less_halves_the_light(camera, rng):
    grey = np.full((*camera.shape, 3), 200, np.uint8)
    darker = ColorSensor(camera, c.ColorSensorConfig(exposure=c.ExposureConfig(stops=-1.0))).measure(
        grey, rng
    )
    assert (darker / 200.0) ** 2.2 == pytest.approx(np.full(darker.shape, 0.5), abs=0.01)


def test_blur_spreads_light_and_keeps_its_sum(camera, rng):
    dot = np.zeros((*camera.shape, 3), np.uint8)
    dot[60, 80] = 255
    for config in (c.BlurConfig(defocus=1.5), c.BlurConfig(motion=12.0)):
        blurred = ColorSensor(camera, c.ColorSensorConfig(blur=config)).measure(dot, rng)
        assert np.count_nonzero(blurred) > 9 and blurred.max() < 255
        assert ((blurred / 255.0) ** 2.2).sum() == pytest.approx(3.0, rel=0.05)
