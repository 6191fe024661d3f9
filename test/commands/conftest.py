"""What the tests of the command line share: a way to run it, and short recordings."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from pose_nodes.__main__ import main
from pose_nodes.demo_data import BUNNY, BUNNY_SCENE


@dataclass(frozen=True)
class Answer:
    """What a command left behind."""

    code: int
    out: str
    err: str

    def is_one_sentence(self) -> bool:
        """Whether it refused its input as it should: one line, no traceback."""
        return self.code == 2 and self.err.count("\n") == 1 and "Traceback" not in self.err


@pytest.fixture
def command(capfd) -> Callable[..., Answer]:
    """Runs a command in this process."""

    def run(*words: object) -> Answer:
        capfd.readouterr()
        try:
            code = main([str(word) for word in words])
        except SystemExit as end:
            code = int(end.code or 0)
        captured = capfd.readouterr()
        return Answer(code, captured.out, captured.err)

    return run


@pytest.fixture(scope="session")
def short_scene(tmp_path_factory) -> Callable[..., Path]:
    """Makes a data set of some images of the bunny."""

    def make(*image_ids: int) -> Path:
        folder = tmp_path_factory.mktemp("bunny")
        scene = folder / "test" / "000001"
        scene.mkdir(parents=True)
        for name in ("models", "objects.yaml"):
            (folder / name).symlink_to(BUNNY / name)
        for name in ("rgb", "depth", "mask_visib"):
            (scene / name).symlink_to(BUNNY_SCENE / name)
        for name in ("scene_camera.json", "scene_gt.json", "scene_gt_info.json"):
            values = json.loads((BUNNY_SCENE / name).read_text())
            (scene / name).write_text(json.dumps({str(i): values[str(i)] for i in image_ids}))
        return folder

    return make


def read_strict_json(path: Path) -> dict:
    """The value of a JSON file, without the NaN and Infinity that Python's reader lets pass."""

    def refuse(word: str) -> None:
        raise AssertionError(f"{path} holds {word}, which is no JSON")

    return json.loads(path.read_text(), parse_constant=refuse)


@pytest.fixture(scope="session")
def strict_json() -> Callable[[Path], dict]:
    return read_strict_json


@pytest.fixture(scope="session")
def estimate_words() -> Callable[..., list[object]]:
    """The command line that finds the bunny in image 3, with some options changed; None leaves one out."""
    good = {
        "--rgb": BUNNY_SCENE / "rgb" / "000003.jpg",
        "--depth": BUNNY_SCENE / "depth" / "000003.png",
        "--depth-scale": 1000,
        "--camera": BUNNY / "camera.json",
        "--mask": BUNNY_SCENE / "mask_visib" / "000003_000000.png",
        "--mesh": BUNNY / "models" / "obj_000001.ply",
        "--mesh-unit": "mm",
    }

    def words(out: Path, **changes: object) -> list[object]:
        changed = {f"--{name.replace('_', '-')}": value for name, value in changes.items()}
        options = {**good, "--out": out, **changed}
        given = ((name, value) for name, value in options.items() if value is not None)
        return ["estimate", *(word for pair in given for word in pair)]

    return words
