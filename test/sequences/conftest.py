"""A small recording and a frame of category data, both with known content."""

from __future__ import annotations

from collections.abc import Callable
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
from pose_nodes.sequences.category_frame import CategoryInstance
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


SMALL = PinholeCamera(150.0, 151.0, 79.5, 59.5, 160, 120)
CategoryScene = tuple[Frame, list[CategoryInstance]]
CATEGORY_POSES = {
    "mug_1": ("mug", se3.from_rotation_vector([2.8, 0.4, 0.3], [-0.08, 0.01, 0.6])),
    "can_7": ("can", se3.from_rotation_vector([-2.5, 0.2, 0.1], [0.09, -0.02, 0.7])),
}


def category_mesh(category: str) -> TriangleMesh:
    """Metres, the middle of the box at the origin; a mug has a handle at +x."""
    body = trimesh.creation.cylinder(0.04, 0.1)
    body.apply_transform(se3.from_rotation_vector([np.pi / 2, 0, 0]))
    if category == "mug":
        grip = trimesh.creation.box([0.03, 0.06, 0.01]).apply_translation([0.052, 0.0, 0.0])
        body = trimesh.util.concatenate([body, grip])
    body.apply_translation(-body.bounds.mean(axis=0))
    return TriangleMesh(np.asarray(body.vertices), np.asarray(body.faces, np.int32))


def rendered_categories(camera: PinholeCamera = SMALL, shift: float = 0.0) -> CategoryScene:
    """A mug and a can before a wall, rendered exactly; `shift` metres move them and hide the handle."""
    poses = {
        name: se3.perturb(T, np.array([shift, 0, 0, 0, 0, 0])) for name, (_, T) in CATEGORY_POSES.items()
    }
    meshes = {name: category_mesh(category) for name, (category, _) in CATEGORY_POSES.items()}
    depths = [DepthRenderer(meshes[name]).render(T, camera) for name, T in poses.items()]
    depth = np.fmin(np.fmin(*depths), np.float32(1.2))
    depth[:4] = np.nan
    instances = []
    for number, (name, T) in enumerate(poses.items(), 1):
        category, mesh = CATEGORY_POSES[name][0], meshes[name]
        mask, nocs = depths[number - 1] == depth, np.full((*camera.shape, 3), np.nan, np.float32)
        v, u = np.nonzero(mask)
        nocs[v, u] = se3.transform(se3.inverse(T), camera.unproject(depth, v, u)) / mesh.diagonal
        size, visible = np.ptp(mesh.vertices, axis=0), category != "mug" or shift == 0
        instances.append(
            CategoryInstance(category, name, number, mask, nocs, T, mesh.diagonal, size, visible)
        )
    color = np.random.default_rng(3).integers(0, 255, (*camera.shape, 3), np.uint8)
    return Frame(0, "camera_optical_frame", camera, depth, color), instances


@pytest.fixture(scope="session")
def category_scene() -> Callable[..., CategoryScene]:
    return rendered_categories


@pytest.fixture(scope="session")
def mesh_of_category() -> Callable[[str], TriangleMesh]:
    return category_mesh
