"""What the writer writes is what the reader reads."""

from __future__ import annotations

import json

import numpy as np
import pytest

from pose_nodes.core.errors import InvalidConfigError, InvalidDatasetError, InvalidInputError
from pose_nodes.core.frame import Frame
from pose_nodes.geometry import se3
from pose_nodes.geometry.symmetry import SymmetryGroup
from pose_nodes.objects.library import ObjectLibrary
from pose_nodes.objects.model import build_model
from pose_nodes.sequences.bop_scene import BopScene
from pose_nodes.sequences.bop_writer import BopSceneWriter, write_models
from pose_nodes.sequences.recording import GroundTruth


def test_images_come_back_to_the_tenth_of_a_millimetre(dataset, recorded):
    scene = BopScene(dataset)
    assert len(scene) == 3 and scene.name == "boxes/000001"
    for read, (frame, _, _) in zip(scene, recorded, strict=True):
        np.testing.assert_array_equal(read.frame.color, frame.color)
        np.testing.assert_array_equal(np.isnan(read.frame.depth), np.isnan(frame.depth))
        np.testing.assert_allclose(read.frame.depth, frame.depth, atol=0.51e-4)
        assert read.frame.camera == frame.camera
        assert read.frame.frame_id == "camera_optical_frame"


def test_poses_and_visible_masks_come_back_under_their_names(dataset, recorded):
    for read, (_, truths, masks) in zip(BopScene(dataset), recorded, strict=True):
        assert [truth.class_name for truth in read.truths] == ["crate", "die"]
        for truth, written in zip(read.truths, truths, strict=True):
            np.testing.assert_allclose(truth.T_camera_object, written.T_camera_object, atol=1e-9)
            assert truth.visible_fraction == 0.75
        visible = [mask for mask in masks if mask.any()]
        assert len(read.segments) == len(visible)
        for segment, mask in zip(read.segments, visible, strict=True):
            np.testing.assert_array_equal(segment.mask, mask)


def test_an_object_out_of_sight_has_a_truth_but_no_segment(dataset):
    last = BopScene(dataset)[2]
    assert [segment.class_name for segment in last.segments] == ["crate"]
    assert len(last.truths) == 2


def test_the_models_come_back_with_their_names_sizes_and_symmetries(dataset, models):
    library = BopScene(dataset).library()
    assert library.names == ("crate", "die")
    for model in models.values():
        read = library[model.name]
        np.testing.assert_allclose(read.size, model.size, atol=1e-7)
        np.testing.assert_allclose(read.box_centre, model.box_centre, atol=1e-7)
        assert read.symmetry.notation == model.symmetry.notation
        assert read.diameter == pytest.approx(model.diameter, abs=1e-7)


def test_without_the_objects_file_symmetries_come_from_models_info(dataset, models):
    (dataset / "objects.yaml").unlink()
    scene = BopScene(dataset)
    assert scene.names == {3: "obj_000003", 7: "obj_000007"}
    group = scene.library()["obj_000007"].symmetry
    assert len(group.discrete) == 24
    np.testing.assert_allclose(group.discrete, models[7].symmetry.discrete, atol=1e-9)


def test_names_that_are_given_choose_the_objects(dataset):
    scene = BopScene(dataset, names={7: "cube"})
    assert scene.library().names == ("cube",)
    assert [segment.class_name for segment in scene[0].segments] == ["cube"]
    assert [truth.class_name for truth in scene[0].truths] == ["cube"]


def test_stamps_follow_the_rate_from_the_start(dataset):
    scene = BopScene(dataset, rate_hz=10.0, start_ns=5_000)
    assert [read.frame.stamp_ns for read in scene] == [5_000, 100_005_000, 200_005_000]
    assert scene[-1].index == 2 and scene[-1].image_id == 2


def test_a_position_past_the_end_is_an_index_error(dataset):
    with pytest.raises(IndexError):
        BopScene(dataset)[3]


@pytest.mark.parametrize("folder", ["", "test", "test/000001"])
def test_a_scene_is_found_from_its_data_set_or_split(dataset, folder):
    assert BopScene(dataset / folder).folder == dataset / "test" / "000001"


def test_a_recording_without_colour_masks_and_truths_is_read(tmp_path, recorded):
    frame = recorded[0][0]
    with BopSceneWriter(tmp_path / "bare", {}) as scene:
        scene.add(Frame(0, "camera", frame.camera, frame.depth))
    read = BopScene(tmp_path / "bare", names={})[0]
    assert read.frame.color is None and read.segments == [] and read.truths == []
    np.testing.assert_allclose(read.frame.depth, frame.depth, atol=0.51e-3)


def test_boxes_and_pixel_counts_are_those_of_the_masks(dataset, recorded):
    infos = json.loads((dataset / "test" / "000001" / "scene_gt_info.json").read_text())
    mask = recorded[0][2][0]
    rows, columns = np.nonzero(mask)
    info = infos["0"][0]
    assert info["px_count_visib"] == mask.sum()
    x, y, width, height = info["bbox_visib"]
    assert (x, y) == (columns.min(), rows.min())
    assert (x + width - 1, y + height - 1) == (columns.max(), rows.max())
    assert infos["2"][1]["bbox_visib"] == [-1, -1, -1, -1]


def test_an_interrupted_scene_leaves_nothing(tmp_path, recorded):
    with pytest.raises(KeyboardInterrupt), BopSceneWriter(tmp_path, {"crate": 3, "die": 7}) as scene:
        scene.add(*recorded[0])
        raise KeyboardInterrupt
    assert not any((tmp_path / "test").iterdir())


def test_an_existing_scene_is_not_overwritten(dataset):
    with pytest.raises(InvalidDatasetError, match="exists already; remove it or choose another scene number"):
        BopSceneWriter(dataset, {})


def test_a_scene_without_an_image_is_refused(tmp_path):
    with (
        pytest.raises(InvalidDatasetError, match="a scene needs at least one image"),
        BopSceneWriter(tmp_path, {}),
    ):
        pass
    assert not (tmp_path / "test" / "000001").exists()


@pytest.mark.parametrize(
    ("names", "count", "expected"),
    [
        (["crate", "die"], 1, "1 masks for 2 poses; give one each"),
        (["ghost"], 0, "object 'ghost' has no id; known"),
    ],
)
def test_truths_that_do_not_fit_are_refused_by_the_writer(tmp_path, recorded, names, count, expected):
    frame, _, masks = recorded[0]
    truths = [GroundTruth(name, np.eye(4)) for name in names]
    with (
        pytest.raises(InvalidDatasetError, match=expected),
        BopSceneWriter(tmp_path, {"crate": 3, "die": 7}) as scene,
    ):
        scene.add(frame, truths, masks[:count])


def test_depth_that_does_not_fit_the_file_is_refused_by_the_writer(tmp_path, recorded):
    camera = recorded[0][0].camera
    far = Frame(0, "camera", camera, np.full(camera.shape, 7.0, np.float32))
    with (
        pytest.raises(InvalidInputError, match=r"depth reaches 7\.0 m, which does not fit 16 bits"),
        BopSceneWriter(tmp_path, {}, depth_scale=0.1) as scene,
    ):
        scene.add(far)


def pointed(shift) -> np.ndarray:
    """(2, 4, 4) thirds of a turn about y through a point, as models_info.json lists them."""
    turns = [se3.from_rotation_vector([0, 2 * np.pi * k / 3, 0]) for k in (1, 2)]
    there, back = se3.from_rotation_translation(np.eye(3), shift), np.eye(4)
    back[:3, 3] = -np.asarray(shift)
    return np.stack([there @ turn @ back for turn in turns])


SYMMETRIES = {
    "none": SymmetryGroup.none(),
    "of the box": "box",
    "given": SymmetryGroup.from_matrices(pointed([0.02, 0.0, -0.01])),
    "of an axis": SymmetryGroup.from_matrices(np.zeros((0, 4, 4)), [0.0, 0.6, 0.8], [0.01, 0.0, 0.02]),
    "of both": SymmetryGroup.from_matrices(
        se3.from_rotation_vector([np.pi, 0, 0])[None], [0, 0, 1], [0, 0, 0]
    ),
    "off the middle": SymmetryGroup.parse("y:3", [0.003, 0.0, 0.0]),
    "axis off the middle": SymmetryGroup.parse("y:inf", [0.003, 0.0, 0.0]),
}


@pytest.mark.parametrize("symmetry", SYMMETRIES.values(), ids=SYMMETRIES.keys())
@pytest.mark.parametrize("with_objects_file", [True, False])
def test_every_symmetry_comes_back_discrete_and_continuous(tmp_path, models, symmetry, with_objects_file):
    model = build_model("thing", models[3].mesh, symmetry)
    path = write_models(tmp_path, {4: model})
    library = (
        ObjectLibrary.from_file(path)
        if with_objects_file
        else ObjectLibrary.from_bop(tmp_path / "models", {4: "thing"})
    )
    group = library["thing"].symmetry
    np.testing.assert_allclose(group.discrete, model.symmetry.discrete, atol=1e-6)
    if model.symmetry.axis is None:
        assert group.axis is None
    else:
        np.testing.assert_allclose(group.axis, model.symmetry.axis, atol=1e-9)
        off = np.cross(group.axis, group.centre - model.symmetry.centre)
        np.testing.assert_allclose(off, 0.0, atol=1e-6)


def test_symmetries_that_are_not_where_the_objects_file_says_are_told(tmp_path, models):
    path = write_models(tmp_path, {4: build_model("thing", models[3].mesh, SYMMETRIES["given"])})
    (tmp_path / "models" / "models_info.json").unlink()
    with pytest.raises(
        InvalidConfigError, match=r"'thing': .*models_info\.json: tells nothing of obj_000004"
    ):
        ObjectLibrary.from_file(path)
