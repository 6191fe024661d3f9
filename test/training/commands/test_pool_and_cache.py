"""The commands that make pools and caches, and how they end."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from training.__main__ import main
from training.data.cache import SHARD, CachedSource
from training.data.object_pool import ObjectPool

SMALL = [
    "--set",
    "families=generic_plate",
    "train=1",
    "val=0",
    "test=0",
    "triangles=2000",
    "arrangements=1",
    "fewest=1",
    "most=1",
]


def ended(words) -> int:
    try:
        return main([str(word) for word in words])
    except SystemExit as end:
        return int(end.code or 0)


def test_a_pool_is_made_once(tmp_path, capsys):
    words = ["pool", "--out", tmp_path, "--workers", 0, *SMALL]
    assert ended(words) == 0
    assert "1 objects in 1 arrangements to train with" in capsys.readouterr().out
    assert ObjectPool(tmp_path).names == ("generic_plate_0",)
    before = (tmp_path / "pool.json").stat().st_mtime_ns
    assert ended(words) == 0
    assert (tmp_path / "pool.json").stat().st_mtime_ns == before


def test_options_come_from_a_file_and_the_command_line_which_wins(pool_folder, tmp_path, capsys):
    file = tmp_path / "options.yaml"
    file.write_text("points: 32\nviews: {floating: 1.0}\nsensor: exact\n")
    words = ["cache", "--source", "object_clouds", "--pool", pool_folder, "--count", 2, "--workers", 0]
    assert ended([*words, "--out", tmp_path / "cache", "--options", file, "--set", "points=64"]) == 0
    assert "2 samples in" in capsys.readouterr().out
    cache = CachedSource(tmp_path / "cache")
    assert cache[0].target_points.shape == (64, 3)
    assert cache.about["views.floating"] == 1.0 and cache.about["sensor"] == "exact"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["pool", "--set", "trian=3"], "unknown key 'trian'; did you mean 'train'?"),
        (["pool", "--set", "train"], "'train' is not of the form name=value"),
        (["pool", "--options", "nowhere.yaml"], "nowhere.yaml: cannot be read"),
        (["pool", "--workers", "-1"], "'-1' is not a whole number of at least 0"),
        (["cache", "--source", "clouds", "--count", "1", "--out", "x"], "invalid choice: 'clouds'"),
        (["cache", "--source", "object_clouds", "--count", "1", "--out", "x"], "make a pool"),
        (["cache", "--source", "object_clouds", "--count", "0", "--out", "x"], "at least 1"),
        (["cash"], "invalid choice: 'cash'"),
        (["bench", "--samples", "1"], "at least 5"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_sentence_and_exit_code_2(words, sentence, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert ended(words) == 2
    error = capsys.readouterr().err
    assert sentence in error and error.count("\n") == 1


@pytest.mark.parametrize("content", ["- 1", "a: [", "\x00"])
def test_a_file_that_holds_no_options_is_refused(content, tmp_path, capsys):
    file = tmp_path / "options.yaml"
    file.write_text(content)
    assert ended(["pool", "--options", file, "--out", tmp_path / "pool"]) == 2
    assert "options.yaml: " in capsys.readouterr().err


def test_help_names_the_commands_and_their_options(capsys):
    assert ended(["--help"]) == 0
    assert re.search("cache +write samples to disk", capsys.readouterr().out)
    assert ended(["cache", "--help"]) == 0
    assert "views.floating=0.2" in capsys.readouterr().out


def start(words) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "training", *map(str, words)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip


def wait_for_shard(process, folder) -> None:
    deadline = time.monotonic() + 120
    while not any(folder.glob("*.npz")):
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def running(pool_folder, tmp_path):
    """A cache that is being written by two processes, with one shard done."""
    folder = tmp_path / "cache"
    words = ["cache", "--source", "object_clouds", "--pool", pool_folder, "--count", 100_000, "--out", folder]
    process = start([*words, "--workers", 2, "--set", "points=64", "sensor=exact"])
    wait_for_shard(process, folder)
    yield process, folder
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def members(group: int) -> list[int]:
    """Processes of a group that run."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            fields = Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group and fields[0] != "Z":
            found.append(int(name))
    return found


def all_end(group: int) -> bool:
    """Whether no process of a group is left soon: Python's own tracker of resources ends after its parent."""
    deadline = time.monotonic() + 10
    while members(group) and time.monotonic() < deadline:
        time.sleep(0.02)
    return members(group) == []


@pytest.mark.slow
def test_ctrl_c_ends_all_processes_soon_with_one_sentence_and_leaves_whole_shards(running):
    process, folder = running
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all of them
    _, error = process.communicate(timeout=20)
    assert process.returncode == 130 and error == "training cache: interrupted\n"
    assert all_end(process.pid)
    shards = {path for path in folder.iterdir() if path.name != "cache.json"}
    assert len(shards) >= 1
    for path in shards:  # nothing else is left: no part of a shard
        with np.load(path) as shard:
            assert len({name.partition("/")[0] for name in shard.files}) == SHARD


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.0, 1.0])
def test_ctrl_c_while_processes_start_is_told_once_too(pool_folder, tmp_path, seconds):
    words = ["cache", "--source", "object_clouds", "--pool", pool_folder, "--count", 1000]
    process = start([*words, "--workers", 2, "--out", tmp_path / "cache"])
    while process.poll() is None and not (tmp_path / "cache" / "cache.json").exists():
        time.sleep(0.01)
    time.sleep(seconds)
    os.killpg(process.pid, signal.SIGINT)
    _, error = process.communicate(timeout=30)
    # A process whose parent goes while Python starts it may say so; the command says its sentence once. When
    # Ctrl-C comes while some libraries are imported, Python ends itself by the signal: also 130 for a shell.
    assert process.returncode in (130, -signal.SIGINT), error
    assert error.count("training cache: interrupted\n") == 1, error
    assert all_end(process.pid)


@pytest.mark.slow
def test_a_worker_that_is_killed_ends_the_command_with_one_sentence(running):
    process, _ = running
    workers = [
        pid for pid in members(process.pid) if "spawn_main" in Path(f"/proc/{pid}/cmdline").read_text()
    ]
    assert len(workers) == 2
    os.kill(workers[0], signal.SIGKILL)
    _, error = process.communicate(timeout=30)
    assert process.returncode == 2
    assert error.startswith("training cache: a worker process ended") and error.count("\n") == 1
    assert all_end(process.pid)
