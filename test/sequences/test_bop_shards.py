"""BOP-webdataset shards: written, read back, broken."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import numpy as np
import pytest

from pose_nodes.core.errors import InvalidDatasetError, InvalidInputError
from pose_nodes.sequences.bop_shard_writer import BopShardWriter
from pose_nodes.sequences.bop_shards import BopShards

IDS = {"crate": 3, "die": 7}
NAMES = {number: name for name, number in IDS.items()}


@pytest.fixture
def folder(tmp_path, recorded) -> Path:
    """The three frames of the recording in shards of two."""
    with BopShardWriter(tmp_path / "shards", IDS, samples_per_shard=2) as writer:
        for frame, truths, masks in recorded:
            writer.add(frame, truths, masks, masks)
    return tmp_path / "shards"


def members(shard: Path) -> dict[str, bytes]:
    with tarfile.open(shard) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar}


def write_shard(path: Path, files: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w") as tar:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return path


def test_the_layout_is_that_of_the_published_shards(folder):
    assert sorted(path.name for path in folder.iterdir()) == ["shard-000000.tar", "shard-000001.tar"]
    files = members(folder / "shard-000000.tar")
    kinds = ["rgb.jpg", "depth.png", "camera.json", "gt.json", "gt_info.json", "mask.json", "mask_visib.json"]
    assert list(files) == [f"{key}.{kind}" for key in ("000000_000000", "000000_000001") for kind in kinds]
    camera = json.loads(files["000000_000000.camera.json"])
    assert len(camera["cam_K"]) == 9 and camera["depth_scale"] == 0.1
    first = json.loads(files["000000_000000.gt.json"])[0]
    assert first["obj_id"] == 3 and len(first["cam_R_m2c"]) == 9 and first["cam_t_m2c"][2] > 400


def test_what_was_written_is_read_back(folder, recorded):
    read = list(BopShards.of_folder(folder, NAMES))
    assert [sample.index for sample in read] == [0, 1, 2]
    for sample, (frame, truths, masks) in zip(read, recorded, strict=True):
        np.testing.assert_array_equal(np.isnan(sample.frame.depth), np.isnan(frame.depth))
        np.testing.assert_allclose(sample.frame.depth, frame.depth, atol=0.51e-4)
        assert sample.frame.camera == frame.camera and sample.frame.color.shape == frame.color.shape
        for got, given in zip(sample.truths, truths, strict=True):
            assert got.class_name == given.class_name and got.visible_fraction == given.visible_fraction
            np.testing.assert_allclose(got.T_camera_object, given.T_camera_object, atol=1e-9)
        visible = [mask for mask in masks if mask.any()]
        for segment, mask in zip(sample.segments, visible, strict=True):
            np.testing.assert_array_equal(segment.mask, mask)


def test_objects_without_a_name_are_left_out_and_without_any_names_all_have_their_numbers(folder):
    assert [truth.class_name for truth in next(iter(BopShards.of_folder(folder, {7: "die"}))).truths] == [
        "die"
    ]
    assert [
        segment.class_name for segment in next(iter(BopShards.of_folder(folder, {7: "die"}))).segments
    ] == ["die"]
    numbered = next(iter(BopShards.of_folder(folder)))
    assert [truth.class_name for truth in numbered.truths] == ["obj_000003", "obj_000007"]


def test_the_same_samples_give_the_same_bytes(folder, tmp_path, recorded):
    with BopShardWriter(tmp_path / "again", IDS, samples_per_shard=2) as writer:
        for frame, truths, masks in recorded:
            writer.add(frame, truths, masks, masks)
    for path in folder.iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes()


def test_an_interrupted_writer_leaves_whole_shards_and_goes_on_after_them(folder, tmp_path, recorded):
    place = tmp_path / "resumed"
    with pytest.raises(KeyboardInterrupt), BopShardWriter(place, IDS, samples_per_shard=2) as writer:
        for frame, truths, masks in recorded:
            writer.add(frame, truths, masks, masks)
        raise KeyboardInterrupt
    assert [path.name for path in place.iterdir()] == ["shard-000000.tar"]
    with BopShardWriter(place, IDS, samples_per_shard=2) as writer:
        assert writer.samples_written == 2
        frame, truths, masks = recorded[writer.samples_written]
        writer.add(frame, truths, masks, masks)
    for path in folder.iterdir():
        assert path.read_bytes() == (place / path.name).read_bytes()


def test_a_sample_may_lack_colour_poses_and_masks(folder, tmp_path):
    files = members(folder / "shard-000001.tar")
    kept = {name: data for name, data in files.items() if name.endswith(("depth.png", "camera.json"))}
    (sample,) = BopShards([write_shard(tmp_path / "few.tar", kept)])
    assert sample.frame.color is None and sample.truths == [] and sample.segments == []


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("camera.json", None, "has no camera.json"),
        ("depth.png", None, "has no depth.png"),
        ("depth.png", b"no image", "is not an image"),
        ("camera.json", b"{", "is not valid JSON"),
        ("camera.json", b"{}", "'cam_K' is missing"),
        ("camera.json", b'{"cam_K": [0,0,0,0,0,0,0,0,1]}', "camera intrinsics"),
        ("gt.json", b"3", "not iterable"),
        ("gt.json", b'[{"obj_id": 3}]', "'cam_R_m2c' is missing"),
        ("gt.json", b'[{"obj_id": Infinity}]', "cannot convert float infinity"),
        ("gt_info.json", b'[{"visib_fract": "much"}]', "could not convert"),
        ("mask_visib.json", b'{"0": {"size": [96, 128], "counts": [1]}}', "do not fill it"),
        ("mask_visib.json", b'{"0": {"size": [1, 1], "counts": [1]}}', "not of the image's size"),
    ],
)
def test_a_broken_sample_is_told_with_its_shard_and_key(folder, tmp_path, name, data, sentence):
    files = members(folder / "shard-000001.tar")
    del files[f"000001_000000.{name}"]
    if data is not None:
        files[f"000001_000000.{name}"] = data
    shard = write_shard(tmp_path / "broken.tar", files)
    with pytest.raises(InvalidDatasetError, match=r"broken\.tar: sample 000001_000000") as error:
        list(BopShards([shard]))
    assert sentence in str(error.value)


def test_a_shard_that_is_cut_short_is_told(folder):
    shard = folder / "shard-000000.tar"
    shard.write_bytes(shard.read_bytes()[:9000])
    with pytest.raises(InvalidDatasetError, match=r"shard-000000\.tar: is not a whole tar file"):
        list(BopShards([shard]))


def test_missing_shards_are_told(tmp_path):
    with pytest.raises(InvalidDatasetError, match="holds no shards"):
        BopShards.of_folder(tmp_path)
    with pytest.raises(InvalidDatasetError, match=r"nowhere\.tar"):
        list(BopShards([tmp_path / "nowhere.tar"]))


def test_what_cannot_be_written_is_told(tmp_path, recorded):
    frame, truths, masks = recorded[0]
    with BopShardWriter(tmp_path / "shards", {"crate": 3}) as writer:
        with pytest.raises(InvalidDatasetError, match="object 'die' has no id"):
            writer.add(frame, truths)
        with pytest.raises(InvalidDatasetError, match="1 masks for 2 poses"):
            writer.add(frame, truths, masks[:1])
    file = tmp_path / "file"
    file.write_text("")
    with (
        pytest.raises(InvalidInputError, match="cannot be written"),
        BopShardWriter(file / "in", IDS) as writer,
    ):
        writer.add(frame, truths, masks)
