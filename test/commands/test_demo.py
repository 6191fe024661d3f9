"""The demo: nodes in processes of their own, poses within tolerance, and nothing left running."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import cv2
import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")

pytestmark = pytest.mark.ros


def start(*words: object) -> subprocess.Popen[str]:
    """The command in a process of its own."""
    command = [sys.executable, "-m", "pose_nodes", *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def node_processes(out: Path) -> list[int]:
    """Ids of the running processes that were started with the parameter files of a folder."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                words = (folder / "cmdline").read_bytes()
            except OSError:  # it has ended meanwhile
                continue
            if os.fsencode(out / "nodes") in words:
                found.append(int(folder.name))
    return found


def test_the_bunny_is_tracked_within_tolerance_and_everything_ends(tmp_path, strict_json):
    process = start("demo", "--laps", 2, "--overlay-every", 10, "--no-viewer", "--out", tmp_path)
    output, error = process.communicate(timeout=120)
    assert process.returncode == 0, output + error
    summary = strict_json(tmp_path / "summary.json")
    assert summary["within_tolerance"] is True
    assert summary["images_played"] >= 72
    assert summary["objects"]["bunny"]["errors"]["within"] >= 0.9
    assert 0 < summary["latency"]["median"] < 1
    assert "bunny" in output and "pictures" in output
    pictures = list((tmp_path / "overlays").iterdir())
    assert pictures and cv2.imread(str(pictures[0])).shape == (480, 640, 3)
    assert node_processes(tmp_path) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_ends_the_nodes_too(tmp_path, number):
    process = start("demo", "--laps", 50, "--no-viewer", "--out", tmp_path)
    end = time.monotonic() + 60
    while len(node_processes(tmp_path)) < 2:
        assert process.poll() is None and time.monotonic() < end
        time.sleep(0.1)
    process.send_signal(number)
    _, error = process.communicate(timeout=90)
    assert process.returncode == 130
    assert "Traceback" not in error
    assert node_processes(tmp_path) == []


def test_a_node_that_fails_is_named_with_its_last_words(command, tmp_path, short_scene):
    folder = short_scene(0, 1)
    (folder / "test" / "000001" / "depth").unlink()
    answer = command("demo", "--folder", folder, "--no-viewer", "--out", tmp_path)
    assert answer.code == 2
    assert answer.err.count("\n") == 1 and "player_node" in answer.err
    assert node_processes(tmp_path) == []


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("--folder", "/nowhere"), "no such folder"),
        (("--objects", "/nowhere.yaml"), "/nowhere.yaml"),
        (("--laps", "0"), "at least 1"),
        (("--rate", "-1"), "positive"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(command, words, named):
    answer = command("demo", *words)
    assert answer.is_one_sentence()
    assert named in answer.err
