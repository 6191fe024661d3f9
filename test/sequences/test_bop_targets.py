"""Files of targets."""

from __future__ import annotations

import json

import pytest

from pose_nodes.core.errors import InvalidDatasetError
from pose_nodes.sequences.bop_targets import Target, read_targets


def entry(scene: int, image: int, thing: int, count: int) -> dict[str, int]:
    return {"scene_id": scene, "im_id": image, "obj_id": thing, "inst_count": count}


def test_targets_are_read_in_the_order_of_scenes_and_images(tmp_path):
    path = tmp_path / "targets.json"
    path.write_text(json.dumps([entry(2, 0, 1, 1), entry(1, 7, 3, 2), entry(1, 7, 1, 1)]))
    assert read_targets(path) == [Target(1, 7, 1, 1), Target(1, 7, 3, 2), Target(2, 0, 1, 1)]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ([], "must be a JSON list"),
        ({"1": 2}, "must be a JSON list"),
        ([{"scene_id": 1, "im_id": 2}], "target 0: 'obj_id' is missing; localisation needs targets"),
        ([entry(1, 2, 3, 4) | {"im_id": "x"}], "target 0: invalid literal"),
        ([entry(1, 2, 3, 4) | {"im_id": float("inf")}], "target 0: cannot convert float infinity"),
        ([3], "target 0: "),
        ([entry(1, 2, 3, 0)], "an inst_count of 0 asks for nothing"),
        ([entry(1, 2, 3, 1), entry(1, 2, 3, 2)], "asks 2 times for object 3 in image 2 of scene 1"),
    ],
)
def test_what_is_no_list_of_targets_is_refused_by_a_sentence(tmp_path, value, said):
    path = tmp_path / "targets.json"
    path.write_text(json.dumps(value))
    with pytest.raises(InvalidDatasetError, match=said):
        read_targets(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InvalidDatasetError, match=r"none\.json: cannot be read"):
        read_targets(tmp_path / "none.json")
