"""Colours: shadows fall where the lamp is hidden, and patterns stick to their objects."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_nodes.core.errors import InvalidConfigError
from pose_nodes.geometry import se3
from pose_nodes.synthetic.scenes.camera_paths import looking_at
from pose_nodes.synthetic.scenes.materials import Material, random_material, value_noise
from pose_nodes.synthetic.scenes.rendering import SceneRenderer
from pose_nodes.synthetic.scenes.scene import Scene, SceneObject
from pose_nodes.synthetic.scenes.shading import Light, colored, random_light
from pose_nodes.synthetic.scenes.supports import table

WHITE = Material(((0.8, 0.8, 0.8), (0.8, 0.8, 0.8)), "plain", gloss=0.0)


def test_only_the_shadow_of_a_ball_and_the_ball_itself_are_dark_on_a_white_table(ball, camera):
    scene = Scene(
        (SceneObject(ball, se3.from_rotation_vector([0, 0, 0], [0.0, 0.0, 0.3]), material=WHITE),),
        table().as_object(WHITE),
    )
    T_world_camera, renderer = looking_at([0.0, -0.6, 0.5], [0.0, 0.0, 0.1]), SceneRenderer()
    light = Light(position=(0.0, 0.0, 1.5))
    rendering = renderer.render(scene, T_world_camera, camera)
    color = colored(rendering, scene, T_world_camera, renderer, light).color
    v, u = np.nonzero((rendering.instance == 0) & np.isfinite(rendering.depth))
    ground = se3.transform(T_world_camera, camera.unproject(rendering.depth, v, u))
    distance = np.linalg.norm(ground[:, :2], axis=1)
    # Seen from the lamp the ball's rim is at tan = r / sqrt(d^2 - r^2), d its distance from the lamp.
    radius = 1.5 * 0.04 / np.sqrt(1.2**2 - 0.04**2)
    upper = ground[:, 2] > -1e-4
    shadow, sunny = upper & (distance < radius - 0.003), upper & (distance > radius + 0.003)
    assert shadow.sum() > 20
    assert color[v[shadow], u[shadow]].max() < 0.6 * color[v[sunny], u[sunny]].min()


def test_a_pattern_moves_with_its_object(lump, camera):
    material = random_material(np.random.default_rng(1))
    points = lump.vertices[:50]
    np.testing.assert_array_equal(material.albedo(points), material.albedo(points.copy()))
    assert np.ptp(Material(((0, 0, 0), (1, 1, 1))).albedo(points)) > 0.1


def test_colours_are_the_same_each_time_and_leave_the_depth_alone(crowd, T_world_camera, camera):
    renderer = SceneRenderer()
    rendering = renderer.render(crowd, T_world_camera, camera)
    light = random_light(np.random.default_rng(0))
    first, second = (colored(rendering, crowd, T_world_camera, renderer, light) for _ in range(2))
    np.testing.assert_array_equal(first.color, second.color)
    assert first.depth is rendering.depth and first.color.shape == (*camera.shape, 3)


@given(seed=st.integers(0, 2**31), place=st.tuples(*[st.floats(-50, 50)] * 3))
def test_noise_is_within_bounds_and_has_no_jumps(seed, place):
    places = np.array([place, np.add(place, 1e-6)])
    values = value_noise(places, seed)
    assert np.all((values >= 0) & (values <= 1)) and abs(values[1] - values[0]) < 1e-4


def test_noise_is_the_same_whether_its_lattice_is_computed_as_a_box_or_point_by_point():
    places = np.random.default_rng(0).uniform(-3, 3, (500, 3))
    alone = np.concatenate([value_noise(place[None], seed=5) for place in places])
    np.testing.assert_array_equal(value_noise(places, seed=5), alone)
    far = np.concatenate([places, [[4e5, -4e5, 4e5]]])  # a box around these would have 10^17 points
    np.testing.assert_array_equal(value_noise(far, seed=5)[:500], alone)


def test_through_a_transparent_ball_one_sees_what_lies_behind(ball, camera):
    clear = Material(((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)), "plain", gloss=0.0, transparent=True)
    red = Material(((0.9, 0.0, 0.0), (0.9, 0.0, 0.0)), "plain", gloss=0.0)
    T_world_camera, renderer = looking_at([0.0, -0.6, 0.5], [0.0, 0.0, 0.04]), SceneRenderer()
    T = se3.from_rotation_vector([0, 0, 0], [0.0, 0.0, 0.04])
    redness = []
    for material in (clear, replace(clear, transparent=False)):
        scene = Scene((SceneObject(ball, T, material=material),), table().as_object(red))
        rendering = renderer.render(scene, T_world_camera, camera)
        color = colored(rendering, scene, T_world_camera, renderer).color.astype(float)
        redness.append(np.median((color[..., 0] - color[..., 1])[rendering.visible_mask(1)]))
    assert redness[1] == 0.0 and redness[0] > 60.0


def test_an_unknown_pattern_is_named():
    with pytest.raises(InvalidConfigError, match="pattern 'tartan' is unknown; use one of plain"):
        Material(((0, 0, 0), (1, 1, 1)), "tartan")
