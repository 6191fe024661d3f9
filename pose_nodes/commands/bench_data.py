"""The recordings that `bench` measures on: the bundled one, and others where they are found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from pose_nodes.demo_data import BUNNY_OBJECTS, BUNNY_SCENE
from pose_nodes.sequences.bop_files import default_name, find_models, find_scene
from pose_nodes.sequences.files import write_text

_BESIDE = Path(__file__).resolve().parents[2].parent / "shared" / "data"


@dataclass(frozen=True)
class BenchRecording:
    """One recording, and how it is measured.

    Attributes:
        name: for reports.
        scene: BOP scene folder.
        objects_file: its objects.
        rate_hz: of its images.
        every: cold starts on every n-th image.
    """

    name: str
    scene: Path
    objects_file: Path
    rate_hz: float
    every: int


BUNNY = BenchRecording("bunny", BUNNY_SCENE, BUNNY_OBJECTS, rate_hz=10.0, every=3)

_DESK_VIDEO = "desk_video"
_DESK_OBJECTS: Mapping[int, tuple[str, str]] = {1: ("dragon", "none"), 2: ("cube", "cube")}
"""Names and symmetries, which this data set does not tell itself. The cube differs by its print alone."""


def default_data_folder() -> Path | None:
    """The folder ../shared/data of a checkout, for recordings that may not be bundled; None without."""
    return _BESIDE if _BESIDE.is_dir() else None


def bench_recordings(data: Path | None, out: Path) -> list[BenchRecording]:
    """The bundled bunny and, if it is in `data`, the desk video, whose objects file is written to `out`.

    Raises:
        InvalidDatasetError: the folder is there but no data set.
    """
    folder = None if data is None else data / _DESK_VIDEO
    if folder is None or not folder.is_dir():
        return [BUNNY]
    scene = find_scene(folder)
    models = find_models(scene).resolve()
    objects = {
        name: {"mesh": str(models / f"{default_name(i)}.ply"), "mesh_unit": "mm", "symmetry": symmetry}
        for i, (name, symmetry) in _DESK_OBJECTS.items()
    }
    file = out / f"{_DESK_VIDEO}.yaml"
    write_text(file, yaml.safe_dump({"objects": objects}, sort_keys=False))
    return [BUNNY, BenchRecording(_DESK_VIDEO, scene, file, rate_hz=30.0, every=8)]
