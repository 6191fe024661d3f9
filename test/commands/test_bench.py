"""bench measures what it is asked for and writes it down."""

from __future__ import annotations

import pytest

from pose_nodes.commands.bench_data import BUNNY, bench_recordings
from pose_nodes.objects.library import ObjectLibrary


@pytest.mark.ros
def test_no_image_is_lost_between_processes(command, tmp_path, strict_json):
    pytest.importorskip("rclpy", reason="needs ROS 2")
    answer = command("bench", "--sections", "transport", "--seconds", 3, "--out", tmp_path)
    assert answer.code == 0, answer.err
    section = strict_json(tmp_path / "bench.json")["transport"]
    assert section["images"] == 90
    assert set(section["lost"].values()) == {0} and len(section["lost"]) == 3


@pytest.mark.ros
def test_poses_arrive_soon_after_their_image(command, tmp_path, strict_json):
    pytest.importorskip("rclpy", reason="needs ROS 2")
    words = ("--sections", "latency", "--seconds", 4, "--data", tmp_path, "--out", tmp_path / "out")
    answer = command("bench", *words)
    assert answer.code == 0, answer.err
    (section,) = strict_json(tmp_path / "out" / "bench.json")["latency"]
    assert 0 < section["processed"] <= section["images"] == 120
    assert 0 <= section["posed"] <= 1
    assert 0 < section["median"] <= section["p95"] <= section["longest"] < 10


def test_tracking_is_written_as_json_and_markdown(command, tmp_path, strict_json):
    words = ("--sections", "tracking", "--data", tmp_path, "--out", tmp_path / "out")
    answer = command("bench", *words)
    assert (answer.code, answer.err) == (0, "")
    value = strict_json(tmp_path / "out" / "bench.json")
    assert value["machine"]["cores"] >= 1
    assert [section["masks"] for section in value["tracking"]] == ["first", "all"]
    assert all(section["objects"]["bunny"]["within"] >= 0.95 for section in value["tracking"])
    text = (tmp_path / "out" / "bench.md").read_text()
    assert text.startswith("Measured on") and "| bunny |" in text and "masks: first" in text


def test_without_further_data_there_is_the_bunny_alone(tmp_path):
    assert bench_recordings(None, tmp_path) == bench_recordings(tmp_path, tmp_path) == [BUNNY]


def test_the_desk_video_is_taken_where_it_is_found(short_scene, tmp_path):
    # Any data set of that name will do to see that it is found; the bunny stands for both objects.
    folder = short_scene(0)
    data = tmp_path / "data"
    data.mkdir()
    (data / "desk_video").symlink_to(folder)
    bunny, desk = bench_recordings(data, tmp_path / "out")
    assert (bunny, desk.name, desk.rate_hz) == (BUNNY, "desk_video", 30.0)
    text = desk.objects_file.read_text()
    assert "dragon" in text and "cube" in text


def test_the_bundled_objects_file_can_be_loaded():
    assert ObjectLibrary.from_file(BUNNY.objects_file).names == ("bunny",)


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("--sections", "everything"), "everything"),
        (("--data", "/nowhere"), "/nowhere"),
        (("--seconds", "0"), "positive"),
        (("--seeds", "0"), "at least 1"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(command, words, named):
    answer = command("bench", *words)
    assert answer.is_one_sentence()
    assert named in answer.err


def test_poses_come_from_few_right_matches_faster_than_by_the_reference(command, tmp_path, strict_json):
    words = ("--sections", "ransac", "--trials", 1, "--inliers", 0.1, "--data", tmp_path)
    answer = command("bench", *words, "--out", tmp_path / "out")
    assert (answer.code, answer.err) == (0, "")
    (section,) = strict_json(tmp_path / "out" / "bench.json")["ransac"]
    assert section["inliers"] == 0.1
    assert section["native"]["trials"] == 1 and section["native"]["precise"] == 1.0
    assert 10 * section["native"]["seconds"] < section["open3d, all triplets"]["seconds"]
