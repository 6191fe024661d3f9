"""What the tests of an evaluation's parts share: a data set with two dice in an image."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import trimesh

from pose_nodes.commands.evaluation.data_set import DataSet
from pose_nodes.geometry import se3
from pose_nodes.sequences.images import write_depth, write_mask

POSES = [
    se3.from_rotation_vector((0.5, 0.4, 0.3), (-0.1, 0.0, 0.6)),
    se3.from_rotation_vector((-0.5, 0.7, 0.2), (0.1, 0.0, 0.6)),
]


def gt(T: np.ndarray) -> dict[str, object]:
    return {"cam_R_m2c": T[:3, :3].ravel().tolist(), "cam_t_m2c": (T[:3, 3] * 1e3).tolist(), "obj_id": 4}


@pytest.fixture
def dice(tmp_path, staged, die) -> Callable[..., DataSet]:
    """Writes the data set; `visible` are the shares of the dice that are said to be seen."""

    def make(*, visible: tuple[float, float] = (1.0, 1.0), masks: bool = True) -> DataSet:
        folder = tmp_path / "dice"
        scene = folder / "test" / "000002"
        frame, drawn = staged((die, POSES[0]), (die, POSES[1]))
        write_depth(scene / "depth" / "000007.png", frame.depth, 1000.0)
        for index, mask in enumerate(drawn if masks else []):
            write_mask(scene / "mask_visib" / f"000007_{index:06d}.png", mask)
        infos = [{"visib_fract": share} for share in visible]
        K = frame.camera.K.ravel().tolist()
        contents = {
            "scene_camera.json": {"7": {"cam_K": K, "depth_scale": 1.0}},
            "scene_gt.json": {"7": [gt(T) for T in POSES]},
            "scene_gt_info.json": {"7": infos},
        }
        for name, value in contents.items():
            (scene / name).write_text(json.dumps(value))
        write_models(folder / "models", 60.0, die.symmetry.discrete[1:].reshape(-1, 16).tolist())
        return DataSet.open(folder, "test", None)

    return make


def write_models(folder: Path, width: float, symmetries: list[list[float]]) -> None:
    """A cube as object 4, millimetres."""
    folder.mkdir(parents=True)
    trimesh.creation.box([width] * 3).export(folder / "obj_000004.ply")
    info = {"4": {"diameter": width * np.sqrt(3), "symmetries_discrete": symmetries}}
    (folder / "models_info.json").write_text(json.dumps(info))
