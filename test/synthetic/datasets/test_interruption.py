"""A generation that is killed, interrupted or out of disk leaves whole data, and the same command goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import trimesh

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.sequences.bop_scene import BopScene
from pose_nodes.sequences.bop_shards import BopShards
from pose_nodes.sequences.indoor_infos import IndoorInfos
from pose_nodes.sequences.nocs_dataset import find_scenes
from pose_nodes.sequences.nocs_scene import NocsScene
from pose_nodes.synthetic.datasets.config import read_preset
from pose_nodes.synthetic.datasets.workers import Workers
from pose_nodes.synthetic.datasets.writing import write_dataset

pytestmark = pytest.mark.slow

LAYOUTS = ("bop", "shards", "nocs", "indoor")
ENDS = ("killed", "interrupted", "full")

# One process imports everything once; each generation runs in a fork of it, so that the tests are quick. The
# fork ends itself soon after its first arrangement, in the midst of the next one.
DRIVER = """
import json, os, resource, signal, sys, threading, time
from pathlib import Path
import pose_nodes.commands.synth
from pose_nodes.__main__ import main

def run(preset, out, end):
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(writer, 2)
        os.close(reader)
        if end == "full":
            resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))
        else:
            threading.Thread(target=end_soon, args=(Path(out), end), daemon=True).start()
        os._exit(main(["synth", "--preset", preset, "--workers", "1", "--out", out]))
    os.close(writer)
    said = os.fdopen(reader).read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), said

def end_soon(out, end):
    while not any(begun(out)):
        time.sleep(0.002)
    time.sleep(0.03)
    os.kill(os.getpid(), signal.SIGKILL if end == "killed" else signal.SIGINT)

def begun(out):
    for pattern in ("train_pbr/0*", "*.tar", "CAMERA/*/0*", ".infos/0*"):
        yield from out.glob(pattern)

results = {}
for place in sys.argv[1:]:
    for end in ("killed", "interrupted", "full"):
        results[f"{Path(place).name} {end}"] = run(f"{place}/preset.yaml", f"{place}/{end}", end)
print(json.dumps(results))
"""


@pytest.fixture(scope="module")
def places(tmp_path_factory) -> dict[str, Path]:
    """A folder with a preset for each layout."""
    root = tmp_path_factory.mktemp("interrupted")
    trimesh.creation.box([0.12, 0.06, 0.04]).export(root / "brick.ply")
    (root / "objects.yaml").write_text("objects:\n  brick: {mesh: brick.ply}\n")
    own = {
        "bop": f"objects: {{objects_file: {root / 'objects.yaml'}}}",
        "shards": f"objects: {{objects_file: {root / 'objects.yaml'}}}",
        "nocs": "categories: {names: can, instances: 1}\nsplits: {validation: 0, test: 0}",
        "indoor": "rooms: {points: 5000}\nsplits: {validation: 0, test: 0}",
    }
    for layout, text in own.items():
        (root / layout).mkdir()
        (root / layout / "preset.yaml").write_text(
            f"output: {{layout: {layout}, samples_per_shard: 2}}\n{text}\narrangements: 4\n"
            "arrangement: {fewest: 1, most: 2, images: 2}\n"
            "camera: {width: 160, height: 120, fx: 150, fy: 150, cx: 79.5, cy: 59.5}\n"
        )
    return {layout: root / layout for layout in own}


@pytest.fixture(scope="module")
def ended(places) -> dict[str, tuple[int, str]]:
    """Exit code and standard error of each generation that was ended, by "layout end"."""
    command = [sys.executable, "-c", DRIVER, *map(str, places.values())]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    return {name: (code, said) for name, (code, said) in json.loads(done.stdout.splitlines()[-1]).items()}


@pytest.fixture(scope="module")
def whole(places) -> dict[str, dict[str, bytes]]:
    """What each generation writes that nobody ends."""
    for place in places.values():
        list(write_dataset(read_preset(place / "preset.yaml"), place / "whole", 1))
    return {layout: contents(place / "whole") for layout, place in places.items()}


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def read_everything(layout: str, folder: Path) -> int:
    """Images or rooms that a reader finds; it stumbles over none."""
    if layout == "bop":
        return sum(len(list(BopScene(path))) for path in (folder / "train_pbr").glob("[0-9]*"))
    if layout == "shards":
        return len(list(BopShards.of_folder(folder))) if any(folder.glob("*.tar")) else 0
    if layout == "nocs":
        scenes = find_scenes(folder) if any((folder / "CAMERA").glob("*/[0-9]*")) else []
        assert all(NocsScene(path).incomplete == [] for path in scenes)
        return sum(len(list(NocsScene(path))) for path in scenes)
    return sum(len(list(IndoorInfos(path))) for path in folder.glob("*.pkl"))


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_was_left_is_whole_and_the_same_command_goes_on(ended, whole, places, layout, end):
    folder = places[layout] / end
    before = read_everything(layout, folder)
    if end == "full":
        assert before == 0
    elif layout != "indoor":  # whose list of rooms comes at the end
        assert 0 < before < 8
    config = read_preset(places[layout] / "preset.yaml")
    counts = list(write_dataset(config, folder, 1))
    assert counts[-1] == 4 and (end == "full" or counts[0] > 0)
    assert contents(folder) == whole[layout]
    assert read_everything(layout, folder) == (4 if layout == "indoor" else 8)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_how_it_ended_is_told(ended, layout):
    assert ended[f"{layout} killed"][0] == -9
    assert ended[f"{layout} interrupted"] == (130, "pose_nodes synth: interrupted\n")
    code, said = ended[f"{layout} full"]
    assert code == 2 and said.count("\n") == 1
    assert "cannot be written (File too large); choose another place" in said and f"/{layout}/full/" in said


def test_an_interrupted_terminal_says_so_once_though_several_processes_hear_it(places, whole):
    place = places["bop"]
    command = ["-m", "pose_nodes", "synth", "--preset", str(place / "preset.yaml"), "--workers", "2"]
    out = place / "terminal"
    process = subprocess.Popen(
        [sys.executable, *command, "--arrangements", "40", "--out", str(out)],
        stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, start_new_session=True,
    )  # fmt: skip
    before = time.monotonic() + 120
    while not any(out.glob("train_pbr/0*")) and process.poll() is None and time.monotonic() < before:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said.count("interrupted")) == (130, 1), said
    # A process that hears it between two steps may leave a part behind, which nobody takes for whole.
    assert read_everything("bop", out) > 0


def test_a_process_that_is_ended_from_outside_is_told():
    with (
        pytest.raises(InvalidInputError, match="a worker process was ended from outside"),
        Workers(2) as pool,
    ):
        list(pool.in_order(os._exit, [1, 1, 1]))
