"""Videos are recordings whose truth fits their depth; written and read again they are the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pose_nodes.core.errors import InvalidConfigError
from pose_nodes.geometry import se3
from pose_nodes.objects.model import build_model
from pose_nodes.rendering.depth import DepthRenderer
from pose_nodes.sequences.bop_scene import BopScene
from pose_nodes.synthetic.scenes import camera_paths
from pose_nodes.synthetic.scenes.measuring import Sensors
from pose_nodes.synthetic.scenes.scene import Scene, SceneObject
from pose_nodes.synthetic.scenes.shading import Light
from pose_nodes.synthetic.scenes.supports import table
from pose_nodes.synthetic.scenes.videos import Video, write_video
from pose_nodes.synthetic.sensor.config import AxialNoiseConfig, DepthSensorConfig

NOISY = Sensors(DepthSensorConfig(axial_noise=AxialNoiseConfig(constant=0.001)))


@pytest.fixture(scope="module")
def video(lump, ball, camera, T_world_camera) -> Video:
    """A lump that is carried over a table, and a ball that nobody looks for."""
    model = build_model("lump", lump)
    rest = se3.from_rotation_vector([0.0, 0.0, 0.0], [0.0, 0.0, 0.09])
    rng = np.random.default_rng(0)
    scene = Scene(
        (
            SceneObject(ball, se3.from_rotation_vector([0, 0, 0], [0.02, -0.1, 0.04]), instance_id="ball"),
            SceneObject(model.mesh, rest, "lump", "lump_0"),
        ),
        table().as_object(),
    )
    return Video(
        "carried lump",
        scene,
        {"lump": model},
        camera,
        camera_paths.hand_held(camera_paths.standing(T_world_camera), rng),
        {"lump_0": camera_paths.carried(rest, rng, at=0.0)},
        seconds=0.5,
        rate_hz=10.0,
    )


def test_depth_in_the_segment_is_that_of_the_mesh_at_the_true_pose(video, lump, camera):
    renderer = DepthRenderer(lump)
    for recorded in video.frames():
        (truth,), (segment,) = recorded.truths, recorded.segments
        assert (truth.class_name, segment.class_name, segment.instance_id) == ("lump", "lump", "lump_0")
        expected = renderer.render(truth.T_camera_object, camera)
        np.testing.assert_allclose(
            recorded.frame.depth[segment.mask], expected[segment.mask], rtol=0, atol=1e-5
        )
        assert 0.3 < truth.visible_fraction < 1.0  # the ball hides a part


def test_frames_are_the_same_in_any_order_and_differ_with_the_seed(video):
    measured = replace(video, sensors=NOISY, seed=7)
    in_order = [recorded.frame.depth for recorded in measured.frames()]
    np.testing.assert_array_equal(measured[3].frame.depth, in_order[3])
    assert not np.array_equal(replace(measured, seed=8)[3].frame.depth, in_order[3], equal_nan=True)
    error = in_order[3] - video[3].frame.depth
    assert np.nanstd(error) == pytest.approx(0.001, rel=0.05)


def test_stamps_follow_the_rate_and_the_length(video):
    assert [recorded.frame.stamp_ns for recorded in video.frames()] == [k * 100_000_000 for k in range(5)]
    with pytest.raises(IndexError):
        video[5]


def test_an_object_out_of_view_has_a_truth_but_no_segment(video):
    away = se3.from_rotation_vector([0, 0, 0], [0, 0, -5.0])
    recorded = replace(video, object_paths={"lump_0": camera_paths.standing(away)})[0]
    assert recorded.segments == [] and recorded.truths[0].visible_fraction == 0.0


def test_a_written_video_reads_as_the_same_recording(video, tmp_path):
    lit = replace(video, light=Light(), seconds=0.2)
    folder = write_video(lit, tmp_path / "carried")
    scene = BopScene(folder, rate_hz=10.0)
    assert len(scene) == len(lit) and list(scene.library().names) == ["lump"]
    for read, made in zip(scene, lit.frames(), strict=True):
        np.testing.assert_allclose(read.frame.depth, made.frame.depth, atol=5.1e-5)
        np.testing.assert_allclose(read.truths[0].T_camera_object, made.truths[0].T_camera_object, atol=1e-7)
        assert read.truths[0].instance_id == made.truths[0].instance_id == "lump_0"
        assert read.truths[0].visible_fraction == pytest.approx(made.truths[0].visible_fraction)
        np.testing.assert_array_equal(read.segments[0].mask, made.segments[0].mask)
        assert read.frame.color is not None and read.frame.stamp_ns == made.frame.stamp_ns
    assert (folder / "mask" / "000000_000000.png").is_file()


def test_a_path_for_nobody_and_a_video_without_frames_are_refused(video):
    with pytest.raises(InvalidConfigError, match="no object has the instance id 'lamp'; there are ball"):
        replace(video, object_paths={"lamp": camera_paths.standing(np.eye(4))})
    with pytest.raises(InvalidConfigError, match="have no frame"):
        replace(video, seconds=0.0)
