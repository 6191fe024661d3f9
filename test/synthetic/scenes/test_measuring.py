"""Materials and motion reach the sensors of a video, and exact cameras change nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pose_nodes.geometry import se3
from pose_nodes.objects.model import build_model
from pose_nodes.synthetic.scenes.camera_paths import looking_at, standing
from pose_nodes.synthetic.scenes.materials import Material
from pose_nodes.synthetic.scenes.measuring import EXACT, Sensors, difficult_materials
from pose_nodes.synthetic.scenes.rendering import SceneRenderer
from pose_nodes.synthetic.scenes.scene import Scene, SceneObject
from pose_nodes.synthetic.scenes.shading import Light
from pose_nodes.synthetic.scenes.supports import table
from pose_nodes.synthetic.scenes.velocity import twist_at
from pose_nodes.synthetic.scenes.videos import Video
from pose_nodes.synthetic.sensor import presets
from pose_nodes.synthetic.sensor.config import (
    ColorSensorConfig,
    DepthSensorConfig,
    MaterialHolesConfig,
    RollingConfig,
)

GREY = Material(((0.5, 0.5, 0.5), (0.6, 0.6, 0.6)), gloss=0.1)
BLACK, MIRROR = replace(GREY, colors=((0.02, 0.02, 0.02),) * 2), replace(GREY, gloss=0.9)
GLASS = replace(GREY, transparent=True)
MOTTLED = replace(GREY, colors=((0.0, 0.0, 0.0), (0.4, 0.4, 0.4)))
HOLES = MaterialHolesConfig(dark=0.9, shiny=0.5, transparent=0.99, length=0.0)


def scene_of(block, material: Material) -> Scene:
    T_world_object = se3.from_rotation_vector([0, 0, 0], [0.0, 0.0, 0.02])
    one = SceneObject(block, T_world_object, "block", "block_0", material)
    return Scene((one,), table().as_object(GREY))


@pytest.mark.parametrize(("material", "share"), [(GREY, 0.0), (BLACK, 0.9), (MIRROR, 0.5), (GLASS, 0.99)])
def test_difficult_materials_lose_their_share_of_depth_in_a_video(
    block, camera, T_world_camera, material, share
):
    video = Video(
        "block", scene_of(block, material), {"block": build_model("block", block)}, camera,
        standing(T_world_camera), sensors=Sensors(DepthSensorConfig(material_holes=HOLES)),
    )  # fmt: skip
    shown = video.render(0)
    missing = np.isnan(shown.recorded.frame.depth)
    assert missing[shown.rendering.visible_mask(1)].mean() == pytest.approx(share, abs=0.03)
    assert not missing[(shown.rendering.instance == 0) & np.isfinite(shown.rendering.depth)].any()


def test_of_a_mottled_surface_the_dark_spots_alone_are_dark(block, camera, T_world_camera):
    scene = scene_of(block, MOTTLED)
    rendering = SceneRenderer().render(scene, T_world_camera, camera)
    dark = difficult_materials(rendering, scene, T_world_camera).dark
    v, u = np.nonzero(rendering.visible_mask(1))
    T_object_camera = se3.inverse(scene.objects[0].T_world_object) @ T_world_camera
    points = se3.transform(T_object_camera, camera.unproject(rendering.depth, v, u))
    luminance = MOTTLED.albedo(points) @ [0.2126, 0.7152, 0.0722]
    np.testing.assert_array_equal(dark[v, u], luminance <= 0.12)
    assert 0.02 < dark[v, u].mean() < 0.98 and dark.sum() == dark[v, u].sum()


def test_vertex_colours_are_dark_where_they_are(block, camera, T_world_camera):
    colors = np.full((len(block.vertices), 3), 200, np.uint8)
    for value, share in ((200, 0.0), (5, 1.0)):
        mesh = replace(block, vertex_colors=np.full_like(colors, value))
        scene = replace(scene_of(block, GREY), objects=(SceneObject(mesh, np.eye(4), "block"),))
        rendering = SceneRenderer().render(scene, T_world_camera, camera)
        dark = difficult_materials(rendering, scene, T_world_camera).dark
        assert dark[rendering.visible_mask(1)].mean() == share


def test_exact_cameras_leave_the_picture_bit_by_bit(block, camera, T_world_camera):
    video = Video(
        "block", scene_of(block, BLACK), {"block": build_model("block", block)}, camera,
        standing(T_world_camera), light=Light(),
    )  # fmt: skip
    shown = video.render(0)
    assert video.sensors is EXACT
    np.testing.assert_array_equal(shown.recorded.frame.color, shown.rendering.color)
    np.testing.assert_array_equal(shown.recorded.frame.depth, shown.rendering.depth)
    noisy = replace(video, sensors=Sensors(color=presets.color_camera())).render(0)
    difference = np.abs(noisy.recorded.frame.color.astype(float) - shown.rendering.color)
    assert 0.5 < difference.mean() < 80.0


def test_the_twist_is_the_velocity_of_the_points_of_a_body():
    def path(time: float) -> se3.Matrix:
        return se3.from_rotation_vector([0.4 * time, 0.7, -time], [time, 0.3 * time**2, 1.0 + 0.2 * time])

    points, step = np.random.default_rng(0).normal(size=(20, 3)), 1e-5
    twist = twist_at(path, 0.8)
    before, now, after = (se3.transform(path(0.8 + k * step), points) for k in (-1, 0, 1))
    expected = (after - before) / (2 * step)
    np.testing.assert_allclose(twist[:3] + np.cross(twist[3:], now), expected, atol=2e-3)


def _moving(block, camera, eye, config: RollingConfig, object_speed: float = 0.0) -> Video:
    """A camera that moves to its right by 1 m/s, or an object that moves to the right of the image."""
    scene = scene_of(block, GREY)
    start = looking_at(eye, [0.0, 0.0, 0.05])
    camera_path = standing(start)
    if not object_speed:
        camera_path = lambda t: start @ se3.from_rotation_vector([0, 0, 0], [t, 0, 0])  # noqa: E731
    paths = {}
    if object_speed:
        rest, aside = scene.objects[0].T_world_object, start[:3, 0]
        paths["block_0"] = lambda t: se3.perturb(rest, np.append(object_speed * t * aside, [0, 0, 0]))
    sensors = Sensors(DepthSensorConfig(rolling=config), ColorSensorConfig(rolling=config))
    return Video(
        "block", scene, {"block": build_model("block", block)}, camera, camera_path, paths, sensors=sensors,
        light=Light(),
    )  # fmt: skip


def test_a_late_row_of_a_moving_camera_shows_what_a_late_camera_would(block, camera):
    """Every row is late by 10 ms, in which the camera moves by 1 cm: some pixels at half a metre."""
    eye = [0.1, -0.5, 0.45]
    late = _moving(block, camera, eye, RollingConfig(delay=0.01))[0].frame
    exact = replace(_moving(block, camera, eye, RollingConfig()), rate_hz=100.0)
    now, then = exact[0].frame, exact[1].frame
    inner = (slice(60, 180), slice(60, 260))
    error, unmoved = (np.abs(each.depth - then.depth)[inner] for each in (late, now))
    assert np.mean(error < 1e-3) > 0.97 > 0.95 > np.mean(unmoved < 1e-3)
    close, far = (np.abs(each.color.astype(int) - then.color).mean() for each in (late, now))
    assert close < 0.6 * far


def test_of_a_scene_at_rest_only_the_object_that_moves_is_sheared(block, camera):
    eye = [0.0, -0.6, 0.4]
    video = _moving(block, camera, eye, RollingConfig(readout=0.03), object_speed=0.8)
    shown = video.render(0)
    changed = ~np.isclose(shown.recorded.frame.depth, shown.rendering.depth, equal_nan=True)
    assert changed[shown.rendering.visible_mask(1)].mean() > 0.02
    assert not changed[~shown.rendering.visible_mask(1)].any()
