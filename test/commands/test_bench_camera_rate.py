"""The section on many objects at a camera's rate."""

from __future__ import annotations

import numpy as np
import pytest

from pose_nodes.commands.bench import SECTIONS
from pose_nodes.commands.bench_camera_rate import camera_rate_tables
from pose_nodes.commands.eight_objects import EIGHT, EightPlan, Swaying, eight_objects
from pose_nodes.geometry import se3
from pose_nodes.sequences.bop_files import find_scene
from pose_nodes.sequences.bop_scene import BopScene

SHORT = EightPlan(objects=EIGHT[:1], seconds=0.2, sway=0.001, turn=0.002)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a short video of one object, rendered."""
    made = tmp_path_factory.mktemp("rate")
    eight_objects(made / "videos", SHORT)
    return made


def test_it_is_a_section_of_bench_of_eight_different_objects():
    assert "camera_rate" in SECTIONS
    assert len(set(EIGHT)) == 8


def test_the_video_can_be_played_over_and_over():
    path = Swaying(EightPlan())
    np.testing.assert_allclose(path(0.0), path(3.0), atol=1e-9)
    steps = [se3.difference(path(k / 30), path((k + 1) / 30))[0] for k in range(90)]
    assert 0.0 < max(steps) < 0.02


def test_the_video_shows_the_objects_and_is_kept(folder):
    dataset = eight_objects(folder / "videos", SHORT)
    written = (dataset / "video.json").stat().st_mtime_ns
    scene = BopScene(find_scene(dataset))
    assert len(scene) == 6 and scene.library().names == ("camera_902",)
    assert scene[0].truths[0].visible_fraction > 0.9 and scene[0].frame.color is not None
    eight_objects(folder / "videos", SHORT)
    assert (dataset / "video.json").stat().st_mtime_ns == written


@pytest.mark.ros
def test_images_are_answered_and_counted(folder):
    pytest.importorskip("rclpy", reason="needs ROS 2")
    from pose_nodes.commands.bench_camera_rate import measure_camera_rate

    section = measure_camera_rate(2.0, folder, SHORT, warm_up_s=2.0)
    warm, then = section["parts"].values()
    assert warm["images"] + then["images"] == 120 and 0 < warm["images"] < 120
    assert 0 < then["answered"] <= then["images"] and 0 < then["median"] <= then["p95"] <= then["longest"]
    assert 0.0 <= then["poses"] <= 1.0
    assert set(section["cores"]) == {"tracker_node", "player_node"} and section["cores"]["tracker_node"] > 0
    assert {"all objects", "image stamp to arrival"} <= set(section["stages"])
    assert section["missing"] and section["cold_starts"] >= 1
    answers, stages = camera_rate_tables(section)
    assert [row[0] for row in answers.rows] == ["while they are found", "then"]
    assert "one object: registration" in [row[0] for row in stages.rows]
