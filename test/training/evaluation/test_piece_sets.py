"""Sets of pairs are told apart by all their numbers."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from pose_nodes.core.errors import InvalidConfigError, InvalidDatasetError
from pose_nodes.demo_data import BUNNY, BUNNY_OBJECTS
from pose_nodes.geometry.pointcloud import PointCloud
from training.evaluation.piece_sets import cached_set, recorded_sets


def test_the_same_pairs_have_the_same_digest(held_out, caches, pool_folder):
    again = cached_set(caches / "held_out", pool_folder, "val", pairs=3, points=120)
    assert held_out.name == "held_out" and len(held_out.pieces) == 3
    assert held_out.digest() == again.digest()


def moved_by_a_hair(piece):
    points = piece.target.points.copy()
    points[-1, 2] += 1e-12
    return replace(piece, target=PointCloud(points, piece.target.normals))


@pytest.mark.parametrize(
    "change",
    [
        moved_by_a_hair,
        lambda piece: replace(piece, diameter=piece.diameter * 1.0001),
        lambda piece: replace(piece, T_query_object=piece.T_query_object + 1e-9),
        lambda piece: replace(piece, symmetry=replace(piece.symmetry, axis=np.array([0.6, 0.8, 0.0]))),
    ],
    ids=["points", "diameter", "frame", "symmetry"],
)
def test_other_pairs_have_another_digest(held_out, change):
    changed = replace(held_out, pieces=(*held_out.pieces[:-1], change(held_out.pieces[-1])))
    assert changed.digest() != held_out.digest()


def test_fewer_pairs_have_another_digest(held_out):
    assert replace(held_out, pieces=held_out.pieces[:2]).digest() != held_out.digest()


def test_a_recording_has_a_set_for_each_object():
    (found,) = recorded_sets(f"{BUNNY}={BUNNY_OBJECTS}", every=100, points=200)
    assert found.name.endswith(": bunny") and found.real and len(found.pieces) == 1


def test_scenes_of_a_data_set_are_taken_together(tmp_path):
    folder = tmp_path / "rabbits"
    shutil.copytree(BUNNY, folder)
    shutil.copytree(BUNNY / "test" / "000001", folder / "test" / "000002")
    (found,) = recorded_sets(f"{folder}={folder / 'objects.yaml'}", every=100, points=200)
    assert found.name == "rabbits: bunny" and len(found.pieces) == 2


@pytest.fixture
def contradicted(tmp_path):
    """Changes recorded poses of the bunny so that the camera looks through it, in the images named."""

    def make(*images: str) -> str:
        folder = tmp_path / "bunny"
        shutil.copytree(BUNNY, folder)
        truths = folder / "test" / "000001" / "scene_gt.json"
        values = json.loads(truths.read_text())
        for image in images or values:
            values[image][0]["cam_t_m2c"][2] -= 40.0  # millimetres
        truths.write_text(json.dumps(values))
        return f"{folder}={folder / 'objects.yaml'}"

    return make


def test_pairs_whose_depth_contradicts_the_recorded_pose_are_left_out_when_asked_for(contradicted):
    text = contradicted("18")
    (all_of_them,) = recorded_sets(text, every=18, points=200)
    (checked,) = recorded_sets(text, every=18, points=200, check=True)
    assert (len(all_of_them.pieces), all_of_them.left_out) == (2, 0)
    assert (len(checked.pieces), len(checked.judges), checked.left_out) == (1, 1, 1)


def test_a_recording_of_which_nothing_is_left_is_a_sentence(contradicted):
    with pytest.raises(InvalidDatasetError, match="bunny: depth contradicts every recorded pose"):
        recorded_sets(contradicted(), every=18, points=200, check=True)


def test_pairs_of_another_split_are_refused(caches, pool_folder):
    with pytest.raises(InvalidConfigError, match="made of other objects"):
        cached_set(caches / "held_out", pool_folder, "train", pairs=3, points=120)


def test_a_recording_that_shows_nothing_known_is_a_sentence(tmp_path):
    folder = tmp_path / "bunny"
    shutil.copytree(BUNNY, folder)
    truths = folder / "test" / "000001" / "scene_gt.json"
    truths.write_text(json.dumps({image: [] for image in json.loads(truths.read_text())}))
    with pytest.raises(InvalidDatasetError, match="no image that was looked at has a mask and a true pose"):
        recorded_sets(f"{folder}={folder / 'objects.yaml'}", every=100, points=200)
