"""Predicted masks in BOP's JSON format."""

from __future__ import annotations

import json

import numpy as np
import pytest

from pose_nodes.core.errors import InvalidDatasetError
from pose_nodes.sequences.bop_detections import read_detections
from pose_nodes.sequences.rle import encode_mask

MASK = np.zeros((4, 6), bool)
MASK[1:3, 2:5] = True


def entry(**changes: object) -> dict[str, object]:
    good = {
        "scene_id": 1, "image_id": 2, "category_id": 3, "bbox": [2, 1, 3, 2], "score": 0.75, "time": 0.25,
        "segmentation": encode_mask(MASK),
    }  # fmt: skip
    return {key: value for key, value in {**good, **changes}.items() if value is not None}


def written(path, *entries: object):
    path.write_text(json.dumps(list(entries)))
    return path


def test_masks_are_read_from_a_file_and_from_all_files_of_a_folder(tmp_path):
    (found,) = read_detections(written(tmp_path / "a.json", entry()))
    assert (found.scene_id, found.image_id, found.object_id) == (1, 2, 3)
    assert (found.score, found.seconds) == (0.75, 0.25)
    assert np.array_equal(found.mask((4, 6)), MASK)
    written(tmp_path / "b.json", entry(scene_id=5, time=-1))
    assert [(each.scene_id, each.seconds) for each in read_detections(tmp_path)] == [(1, 0.25), (5, 0.0)]


def test_a_mask_with_compressed_counts_is_read(tmp_path):
    compressed = {"size": [4, 6], "counts": "9220003"}
    (found,) = read_detections(written(tmp_path / "a.json", entry(segmentation=compressed)))
    assert np.array_equal(found.mask((4, 6)), MASK)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"category_id": None}, "mask 0: 'category_id' is missing"),
        ({"segmentation": None}, "mask 0: 'segmentation' is missing"),
        ({"image_id": float("inf")}, "mask 0: cannot convert float infinity"),
        ({"score": "much"}, "mask 0: could not convert"),
        ({"score": float("nan")}, "mask 0: score and time must be finite"),
    ],
)
def test_a_malformed_mask_is_named(tmp_path, changes, said):
    with pytest.raises(InvalidDatasetError, match=said):
        read_detections(written(tmp_path / "a.json", entry(**changes)))


@pytest.mark.parametrize(
    ("segmentation", "said"),
    [
        ({"size": [4, 6], "counts": [3]}, "do not fill it"),
        ({"size": [4, 6], "counts": "Xabc"}, "segmentation: compressed counts end within a count"),
        ({"size": [4, 6], "counts": "9220004"}, "do not fill it"),
        ({"size": [4, 6], "counts": [float("inf")]}, "mask 0: segmentation: cannot convert float infinity"),
        ({"counts": [24]}, "mask 0: segmentation: 'size'"),
        ([1, 2], "mask 0: segmentation"),
        ({"size": [2, 3], "counts": [6]}, "the mask is 3x2 but the depth image is 6x4"),
    ],
)
def test_a_mask_that_cannot_be_unpacked_or_does_not_fit_is_named(tmp_path, segmentation, said):
    (found,) = read_detections(written(tmp_path / "a.json", entry(segmentation=segmentation)))
    with pytest.raises(InvalidDatasetError, match=said):
        found.mask((4, 6))


def test_what_holds_no_masks_is_refused(tmp_path):
    with pytest.raises(InvalidDatasetError, match=r"holds no \.json"):
        read_detections(tmp_path)
    (tmp_path / "a.json").write_text("{}")
    with pytest.raises(InvalidDatasetError, match="must be a JSON list"):
        read_detections(tmp_path / "a.json")
    with pytest.raises(InvalidDatasetError, match="cannot be read"):
        read_detections(tmp_path / "none.json")
