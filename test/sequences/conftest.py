"""A small recording with known content."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import trimesh

from pose_nodes.core.frame import Frame
from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.objects.model import ObjectModel, build_model
from pose_nodes.rendering.depth import DepthRenderer
from pose_nodes.sequences.bop_writer import BopSceneWriter, write_models
from pose_nodes.sequences.recording import GroundTruth

CAMERA = PinholeCamera(120.0, 121.0, 63.5, 47.5, 128, 96)


def box_model(name: str, size: list[float], symmetry: str) -> ObjectModel:
    shape = trimesh.creation.box(size)
    shape.apply_translation([0.01, 0.02, 0.03])
    return build_model(
        name, TriangleMesh(np.asarray(shape.vertices), np.asarray(shape.faces, np.int32)), symmetry
    )


@pytest.fixture(scope="session")
def models() -> dict[int, ObjectModel]:
    return {3: box_model("crate", [0.10, 0.06, 0.04], "box"), 7: box_model("die", [0.05, 0.05, 0.05], "cube")}


@pytest.fixture(scope="session")
def recorded(models) -> list[tuple[Frame, list[GroundTruth], list[np.ndarray]]]:
    """Three frames of both objects; in the last the die is out of sight."""
    rng = np.random.default_rng(5)
    frames = []
    for i in range(3):
        poses = {
            "crate": se3.from_rotation_vector([0.3, 0.2 * i, 0.1], [-0.1, 0.0, 0.5 + 0.01 * i]),
            "die": se3.from_rotation_vector([0.1 * i, 0.4, 0.3], [0.08 if i < 2 else 9.0, 0.02, 0.6]),
        }
        depths = [DepthRenderer(m.mesh).render(poses[m.name], CAMERA) for m in models.values()]
        masks = [np.isfinite(depth) for depth in depths]
        depth = np.fmin(np.fmin(*depths), np.float32(0.9))
        depth[:5] = np.nan
        color = rng.integers(0, 256, (*CAMERA.shape, 3), dtype=np.uint8)
        truths = [GroundTruth(name, T, 0.75) for name, T in poses.items()]
        frames.append((Frame(0, "camera", CAMERA, depth, color), truths, masks))
    return frames


@pytest.fixture
def dataset(tmp_path, models, recorded) -> Path:
    """The recording as a BOP data set with lossless colour and tenths of millimetres."""
    folder = tmp_path / "boxes"
    ids = {model.name: i for i, model in models.items()}
    with BopSceneWriter(folder, ids, depth_scale=0.1, color_ending=".png") as scene:
        for frame, truths, masks in recorded:
            scene.add(frame, truths, masks)
    write_models(folder, models)
    return folder
