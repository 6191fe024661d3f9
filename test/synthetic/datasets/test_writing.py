"""Data sets on disk: complete, exact, the same each time, and resumed where they were left."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pose_nodes.core.errors import InvalidConfigError, InvalidInputError
from pose_nodes.rendering.depth import DepthRenderer
from pose_nodes.sequences.bop_scene import BopScene
from pose_nodes.sequences.bop_shards import BopShards
from pose_nodes.synthetic.datasets.arrangement import take_images
from pose_nodes.synthetic.datasets.config import ObjectsConfig, SensorChoice
from pose_nodes.synthetic.datasets.objects import load_objects
from pose_nodes.synthetic.datasets.writing import write_dataset


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def scenes(folder: Path) -> list[BopScene]:
    return [BopScene(path) for path in sorted((folder / "train_pbr").iterdir())]


def test_every_arrangement_is_a_scene_with_its_images(written, preset):
    found = scenes(written)
    assert [scene.folder.name for scene in found] == ["000001", "000002", "000003"]
    for scene in found:
        assert len(scene) == 2
        for recorded in scene:
            assert 2 <= len(recorded.truths) <= 3
            assert recorded.frame.camera == preset.camera.pinhole() and recorded.frame.color is not None
            assert {truth.class_name for truth in recorded.truths} <= {"brick", "die"}


def test_the_objects_and_their_symmetries_are_those_of_the_user(written):
    library = scenes(written)[0].library()
    assert library.names == ("brick", "die") and library["die"].symmetry.notation == "cube"
    np.testing.assert_allclose(library["brick"].size, [0.12, 0.06, 0.04], atol=1e-6)


def test_with_an_exact_sensor_the_depth_is_that_of_the_meshes_at_their_poses(preset, tmp_path):
    exact = replace(preset, arrangements=1, sensor=SensorChoice(depth="exact", color=False))
    list(write_dataset(exact, tmp_path, 1))
    (scene,) = scenes(tmp_path)
    library = scene.library()
    for recorded in scene:
        assert recorded.frame.color is None
        seen = [truth for truth in recorded.truths if truth.visible_fraction > 0]
        for truth, segment in zip(seen, recorded.segments, strict=True):
            mesh = library[truth.class_name].mesh
            rendered = DepthRenderer(mesh).render(truth.T_camera_object, recorded.frame.camera)
            error = np.abs(rendered - recorded.frame.depth)[segment.mask]
            assert np.nanmax(error) < 1.5e-4  # half a unit of the file, and float32


def test_the_sensor_adds_noise_and_loses_pixels(written, preset, tmp_path):
    exact = replace(preset, arrangements=1, sensor=SensorChoice(depth="exact"))
    list(write_dataset(exact, tmp_path, 1))
    true, measured = scenes(tmp_path)[0][0].frame.depth, scenes(written)[0][0].frame.depth
    assert (np.isnan(measured) & ~np.isnan(true)).any()
    assert 1e-4 < np.nanmedian(np.abs(measured - true)) < 0.01


def test_the_colour_camera_shows_in_the_files_and_an_exact_one_leaves_the_picture_bit_by_bit(
    written, preset, tmp_path
):
    exact = replace(preset, arrangements=1, sensor=SensorChoice(color_sensor="exact"))
    list(write_dataset(exact, tmp_path, 1))
    pictures = [recorded.frame.color for folder in (tmp_path, written) for recorded in scenes(folder)[0]]
    difference = [np.abs(a.astype(float) - b).mean() for a, b in zip(pictures[:2], pictures[2:], strict=True)]
    assert min(difference) > 2.0
    objects = load_objects(written, {"brick": 1, "die": 2})
    bare = replace(exact, sensor=SensorChoice(depth="exact", color_sensor="exact"))
    for one, other in zip(take_images(exact, objects, 0), take_images(bare, objects, 0), strict=True):
        np.testing.assert_array_equal(one.frame.color, other.frame.color)
        assert one.frame.color.std() > 1.0


def test_glass_has_holes_in_the_files_where_other_things_have_depth(preset, tmp_path):
    missing = []
    for share in (0.0, 1.0):
        arrangement = replace(preset.arrangement, transparent=share)
        list(
            write_dataset(replace(preset, arrangements=1, arrangement=arrangement), tmp_path / str(share), 1)
        )
        for recorded in scenes(tmp_path / str(share))[0]:
            mask = np.any([segment.mask for segment in recorded.segments], axis=0)
            missing.append(np.isnan(recorded.frame.depth[mask]).mean())
    assert max(missing[:2]) < 0.4 and min(missing[2:]) > 0.5


def test_the_same_preset_gives_the_same_bytes_and_another_seed_others(written, preset, tmp_path):
    list(write_dataset(preset, tmp_path / "again", 1))
    assert contents(tmp_path / "again") == contents(written)
    list(write_dataset(replace(preset, seed=4, arrangements=1), tmp_path / "other", 1))
    name = "train_pbr/000001/scene_gt.json"
    assert contents(tmp_path / "other")[name] != contents(written)[name]


def test_what_is_there_stays_and_what_is_missing_is_made(written, preset, tmp_path):
    folder = tmp_path / "boxes"
    shutil.copytree(written, folder)
    shutil.rmtree(folder / "train_pbr" / "000002")
    (folder / "train_pbr" / ".000002.partial" / "rgb").mkdir(parents=True)  # of an interrupted run
    assert list(write_dataset(preset, folder, 1)) == [2, 3]
    assert contents(folder) == contents(written)
    assert list(write_dataset(replace(preset, arrangements=4), folder, 1)) == [3, 4]


def test_several_processes_write_the_same(written, preset, tmp_path):
    assert list(write_dataset(preset, tmp_path, 2)) == [0, 1, 2, 3]
    assert contents(tmp_path) == contents(written)


def test_a_folder_of_another_preset_is_not_mixed_up(written, preset):
    with pytest.raises(InvalidConfigError, match="begun with another preset \\('seed' was 3\\)"):
        list(write_dataset(replace(preset, seed=9), written, 1))


def test_shards_hold_the_same_images(written, shards, tmp_path):
    assert list(write_dataset(shards, tmp_path, 1)) == [0, 1, 2, 3]
    assert [path.name for path in sorted(tmp_path.glob("*.tar"))] == ["shard-000000.tar", "shard-000001.tar"]
    expected = [recorded for scene in scenes(written) for recorded in scene]
    samples = list(BopShards.of_folder(tmp_path, {1: "brick", 2: "die"}))
    assert len(samples) == len(expected) == 6
    for sample, recorded in zip(samples, expected, strict=True):
        np.testing.assert_array_equal(sample.frame.depth, recorded.frame.depth)
        for got, truth in zip(sample.truths, recorded.truths, strict=True):
            np.testing.assert_allclose(got.T_camera_object, truth.T_camera_object, atol=1e-9)


def test_shards_go_on_in_the_middle_of_an_arrangement(shards, tmp_path):
    list(write_dataset(shards, tmp_path / "whole", 1))
    shutil.copytree(tmp_path / "whole", tmp_path / "cut")
    (tmp_path / "cut" / "shard-000001.tar").unlink()
    assert list(write_dataset(shards, tmp_path / "cut", 1)) == [1, 2, 3]
    assert contents(tmp_path / "cut") == contents(tmp_path / "whole")


def test_an_unknown_family_is_told(preset, tmp_path):
    config = replace(preset, objects=ObjectsConfig(families="generic_box, flying_carpet"))
    with pytest.raises(InvalidConfigError, match="'flying_carpet' is unknown; known are"):
        list(write_dataset(config, tmp_path, 1))


def test_procedural_objects_come_with_the_name_of_their_family_and_seed(preset, tmp_path):
    objects = ObjectsConfig(families="generic_box", count=1, first_seed=5)
    made: list[tuple[int, int]] = []
    config = replace(preset, objects=objects, arrangements=1)
    list(write_dataset(config, tmp_path, 1, lambda *told: made.append(told)))
    assert made == [(1, 1)]
    assert scenes(tmp_path)[0].library().names == ("generic_box_5",)


def test_a_folder_that_cannot_be_written_to_is_told(preset, tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(InvalidInputError, match="cannot be written"):
        list(write_dataset(preset, file / "in", 1))
