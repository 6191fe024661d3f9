"""Category data sets in the layout of NOCS: complete, exact, disjoint by split, resumed."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pose_nodes.core.errors import InvalidConfigError, InvalidInputError
from pose_nodes.geometry import se3
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.rendering.depth import DepthRenderer
from pose_nodes.sequences.nocs_dataset import find_scenes
from pose_nodes.sequences.nocs_files import MetaLine
from pose_nodes.sequences.nocs_models import load_model, read_size
from pose_nodes.sequences.nocs_scene import NocsScene
from pose_nodes.sequences.nocs_writer import synset_of
from pose_nodes.synthetic.datasets.category_choice import CATEGORY_NAMES, CategoriesConfig
from pose_nodes.synthetic.datasets.config import ArrangementConfig, DatasetConfig, OutputConfig, SensorChoice
from pose_nodes.synthetic.datasets.splits import SplitsConfig
from pose_nodes.synthetic.datasets.writing import write_dataset


@pytest.fixture(scope="module")
def category_preset(preset) -> DatasetConfig:
    """Four arrangements of mugs and cans with exact depth, two of them to train with."""
    return replace(
        preset,
        arrangements=4,
        objects=DatasetConfig().objects,
        categories=CategoriesConfig("mug, shoe", 1),
        splits=SplitsConfig(0.25, 0.25),
        arrangement=ArrangementConfig(fewest=2, most=3, images=2, standing=0.7, transparent=0.0),
        camera=replace(preset.camera, width=160, height=120, fx=150.0, fy=150.0, cx=79.5, cy=59.5),
        sensor=SensorChoice(depth="exact", color_sensor="exact"),
        output=OutputConfig(layout="nocs"),
    )


@pytest.fixture(scope="module")
def root(category_preset, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("categories") / "data"
    assert list(write_dataset(category_preset, folder, 1)) == [0, 1, 2, 3, 4]
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_every_split_has_its_scenes_with_instances_of_its_own(root, category_preset):
    scenes = [str(path.relative_to(root)) for path in find_scenes(root)]
    assert scenes == ["CAMERA/test/00000", "CAMERA/train/00000", "CAMERA/train/00001", "CAMERA/val/00000"]
    seen: dict[str, set[str]] = {}
    for path in find_scenes(root):
        scene = NocsScene(path)
        assert len(scene) == 2 and scene.incomplete == []
        for read in scene:
            assert read.frame.camera == category_preset.camera.pinhole()
            seen.setdefault(path.parent.name, set()).update(one.model for one in read.instances)
            assert {one.category for one in read.instances} <= {"mug", "shoe"}
    assert seen["train"] <= {"mug_0", "shoe_0"}
    assert seen["val"] <= {"mug_1000000", "shoe_1000000"} and seen["test"] <= {"mug_1100000", "shoe_1100000"}
    models = {path.parent.name for path in (root / "obj_models").rglob("size.txt")}
    assert len(models) == 6
    assert len(list((root / "gts").rglob("*.pkl"))) == 4


def test_depth_maps_and_poses_are_those_of_the_meshes(root):
    instances = 0
    for path in find_scenes(root):
        for read in NocsScene(path):
            for one in read.instances:
                line = MetaLine(1, 1, one.model, synset_of(one.category))
                size = read_size(root / "obj_models", path.parent.name, line)
                assert one.scale == pytest.approx(size.scale, rel=1e-6)
                np.testing.assert_allclose(one.size, size.extents * size.scale, rtol=1e-6)
                canonical = load_model(root / "obj_models", path.parent.name, line)
                mesh = TriangleMesh(canonical.vertices * size.scale, canonical.faces)
                rendered = DepthRenderer(mesh).render(one.T_camera_object, read.frame.camera)
                assert np.nanmax(np.abs(rendered - read.frame.depth)[one.mask]) < 0.52e-3
                v, u = np.nonzero(one.mask)
                points = se3.transform(one.T_camera_object, one.scale * one.nocs[v, u].astype(float))
                error = np.linalg.norm(points - read.frame.camera.unproject(read.frame.depth, v, u), axis=1)
                assert error.max() < 0.6e-3 + one.scale * np.sqrt(3) * 0.5 / 255
                instances += 1
    assert instances >= 8


def test_handles_are_visible_where_the_map_reaches_beyond_the_body(root):
    """Independently of the rendering: the handle is what lies beyond the widest radius of a straight body."""
    for path in find_scenes(root):
        for read in NocsScene(path):
            for one in read.instances:
                if one.category != "mug":
                    assert one.handle_visible
                    continue
                points = one.nocs[one.mask] * one.scale
                axis = -0.5 * one.size[0] + 0.5 * one.size[2]
                beyond = np.hypot(points[:, 0] - axis, points[:, 2]) > 0.5 * one.size[2] * 1.1
                if beyond.mean() > 0.04 and beyond.sum() > 20:
                    assert one.handle_visible
                if not beyond.any():
                    assert not one.handle_visible


@pytest.mark.slow
def test_the_same_preset_gives_the_same_bytes_in_two_processes_as_well(root, category_preset, tmp_path):
    shutil.copytree(root / "obj_models", tmp_path / "obj_models")
    shutil.rmtree(tmp_path / "obj_models" / "val" / "shoe")
    assert list(write_dataset(category_preset, tmp_path, 2)) == [0, 1, 2, 3, 4]
    assert contents(tmp_path) == contents(root)


def test_what_is_there_stays_and_what_is_missing_is_made(root, category_preset, tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(root, folder)
    shutil.rmtree(folder / "CAMERA" / "val" / "00000")
    partial = folder / "CAMERA" / "val" / ".00000.partial"  # of an interrupted run
    partial.mkdir()
    (partial / "0000_color.png").write_bytes(b"half")
    (folder / "gts" / "val" / "results_val_00000_0001.pkl").unlink()
    (folder / "obj_models" / "train" / "shoe" / "shoe_0" / "size.txt").unlink()
    before = {path: path.stat().st_mtime_ns for path in (folder / "CAMERA").rglob("*.png")}
    models: list[tuple[int, int]] = []
    assert list(write_dataset(category_preset, folder, 1, lambda *told: models.append(told))) == [3, 4]
    assert models == [(6, 6)]
    assert contents(folder) == contents(root)
    assert all(path.stat().st_mtime_ns == time for path, time in before.items() if path.exists())


def test_more_arrangements_are_added(root, category_preset, tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(root, folder)
    assert list(write_dataset(replace(category_preset, arrangements=5), folder, 1)) == [4, 5]
    assert len(find_scenes(folder)) == 5


def test_a_folder_of_another_preset_is_not_mixed_up(root, category_preset):
    other = replace(category_preset, categories=CategoriesConfig("can", 1))
    with pytest.raises(
        InvalidConfigError, match=r"begun with another preset \('categories\.names' was 'mug, shoe'"
    ):
        list(write_dataset(other, root, 1))


def test_a_place_that_cannot_be_written_to_is_told(category_preset, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInputError, match="cannot be written"):
        list(write_dataset(category_preset, tmp_path / "file" / "in", 1))


def test_the_first_six_classes_are_those_of_nocs():
    assert CATEGORY_NAMES[:6] == ("bottle", "bowl", "camera", "can", "laptop", "mug")
    assert CategoriesConfig("").chosen() == CATEGORY_NAMES
