"""Category data that was written in the layout of NOCS is what is read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from pose_nodes.core.errors import InvalidDatasetError, InvalidInputError
from pose_nodes.core.frame import Frame
from pose_nodes.core.safe_pickle import load_pickle
from pose_nodes.geometry import se3
from pose_nodes.sequences import nocs_models
from pose_nodes.sequences.nocs_dataset import NocsDataset, find_scenes, write_dataset_file
from pose_nodes.sequences.nocs_files import CATEGORIES, MetaLine
from pose_nodes.sequences.nocs_scene import NocsScene
from pose_nodes.sequences.nocs_writer import NocsSceneWriter

SHIFTS = (0.0, 0.02)


@pytest.fixture(scope="module", params=["train", "val", "test"])
def root(request, tmp_path_factory, category_scene, mesh_of_category) -> Path:
    """A data set with one scene of two frames, the handle hidden in the second."""
    root, split = tmp_path_factory.mktemp("nocs"), request.param
    for category, model, synset in (("mug", "mug_1", "03797390"), ("can", "can_7", "02946921")):
        nocs_models.write_model(root / "obj_models" / split / synset / model, mesh_of_category(category))
    frame, _ = category_scene()
    write_dataset_file(root, NocsDataset(CATEGORIES, frame.camera))
    with NocsSceneWriter(root, split, 0) as scene:
        assert [scene.add(*category_scene(shift=shift)) for shift in SHIFTS] == ["0000", "0001"]
    return root


def assert_same_frames(root: Path, category_scene, atol: float, angle: float) -> None:
    (folder,) = find_scenes(root)
    scene = NocsScene(folder)
    assert len(scene) == 2 and scene.categories == CATEGORIES and scene.incomplete == []
    for read, shift in zip(scene, SHIFTS, strict=True):
        frame, instances = category_scene(shift=shift)
        np.testing.assert_array_equal(read.frame.color, frame.color)
        np.testing.assert_array_equal(np.isnan(read.frame.depth), np.isnan(frame.depth))
        np.testing.assert_allclose(read.frame.depth, frame.depth, atol=0.51e-3)
        assert read.frame.camera == frame.camera
        assert [one.model for one in read.instances] == ["mug_1", "can_7"]
        for got, given in zip(read.instances, instances, strict=True):
            assert (got.category, got.instance_id) == (given.category, given.instance_id)
            np.testing.assert_array_equal(got.mask, given.mask)
            np.testing.assert_allclose(got.nocs[given.mask], given.nocs[given.mask], atol=0.51 / 255)
            distance, turn = se3.difference(got.T_camera_object, given.T_camera_object)
            assert distance < atol and turn < angle and se3.is_rigid(got.T_camera_object)
            assert got.scale == pytest.approx(given.scale, abs=atol)
            np.testing.assert_allclose(got.size, given.size, atol=atol)


def test_frames_come_back(root, category_scene):
    assert_same_frames(root, category_scene, 1e-6, 1e-6)


def test_the_visibility_of_the_handle_comes_back(root):
    scene = NocsScene(find_scenes(root)[0])
    assert [[one.handle_visible for one in frame.instances] for frame in scene] == [
        [True, True],
        [False, True],
    ]


def test_map_pose_and_depth_agree(root):
    for read in NocsScene(find_scenes(root)[0]):
        for one in read.instances:
            v, u = np.nonzero(one.mask & np.isfinite(read.frame.depth))
            points = se3.transform(one.T_camera_object, one.scale * one.nocs[v, u].astype(float))
            error = np.linalg.norm(points - read.frame.camera.unproject(read.frame.depth, v, u), axis=1)
            assert error.max() < 2e-3  # half a millimetre of depth, half a level of the map


def test_without_labels_the_poses_come_from_the_published_file_or_from_map_and_depth(root, category_scene):
    (folder,) = find_scenes(root)
    labels = list(folder.glob("*_label.pkl"))
    hidden = [path.rename(path.with_suffix(".hidden")) for path in labels]
    try:
        is_train = folder.parent.name == "train"
        assert is_train != any((root / "gts").glob("*/*.pkl"))
        assert_same_frames(root, category_scene, 1e-3 if is_train else 1e-6, 0.02 if is_train else 1e-6)
    finally:
        for path in hidden:
            path.rename(path.with_suffix(".pkl"))


def test_the_files_are_those_of_the_publication_and_its_preprocessing(root):
    (folder,) = find_scenes(root)
    split = folder.parent.name
    assert folder == root / "CAMERA" / split / "00000"
    assert (folder / "0000_meta.txt").read_text() == "1 6 03797390 mug_1\n2 4 02946921 can_7\n"
    mask = cv2.imread(str(folder / "0000_mask.png"))[:, :, 2]
    assert np.unique(mask).tolist() == [1, 2, 255]
    label = load_pickle(folder / "0000_label.pkl")
    assert set(label) >= {"class_ids", "bboxes", "scales", "rotations", "translations", "instance_ids"}
    assert label["model_list"] == ["mug_1", "can_7"] and label["class_ids"].tolist() == [6, 4]
    rows, columns = np.nonzero(mask == 1)
    box = [rows.min(), columns.min(), rows.max() + 1, columns.max() + 1]
    assert label["bboxes"][0].tolist() == box
    np.testing.assert_allclose(np.linalg.norm(label["size"], axis=1), 1.0)
    if split != "train":
        published = load_pickle(root / "gts" / split / f"results_{split}_00000_0001.pkl")
        assert published["gt_class_ids"].tolist() == [6, 4]
        assert published["gt_handle_visibility"].tolist() == [0, 1]
        scale = np.cbrt(np.linalg.det(published["gt_RTs"][0, :3, :3]))
        assert scale == pytest.approx(label["scales"][0], rel=1e-3)


def test_the_z_axis_of_maps_and_meshes_is_flipped_in_the_files(root, category_scene, mesh_of_category):
    (folder,) = find_scenes(root)
    one = category_scene()[1][0]
    stored = cv2.imread(str(folder / "0000_coord.png"))[..., ::-1].astype(float) / 255
    expected = one.nocs[one.mask] * [1, 1, -1] + 0.5
    np.testing.assert_allclose(stored[one.mask], expected, atol=0.51 / 255)
    split = folder.parent.name
    text = (root / "obj_models" / split / "03797390" / "mug_1" / "model.obj").read_text()
    vertices = np.array([line.split()[1:4] for line in text.splitlines() if line.startswith("v ")], float)
    mesh = mesh_of_category("mug")
    np.testing.assert_allclose(vertices, mesh.vertices / mesh.diagonal * [1, 1, -1], atol=1e-8)


def test_models_come_back_in_lengths_of_the_diagonal_turned_outwards(root, mesh_of_category):
    (split,) = (path.name for path in (root / "CAMERA").iterdir())
    line, mesh = MetaLine(1, 6, "mug_1", "03797390"), mesh_of_category("mug")
    read = nocs_models.load_model(root / "obj_models", split, line)
    np.testing.assert_allclose(read.vertices, mesh.vertices / mesh.diagonal, atol=1e-8)
    np.testing.assert_array_equal(np.sort(read.faces, axis=1), np.sort(mesh.faces, axis=1))
    corners = read.vertices[read.faces]
    volume = np.einsum("ij,ij->i", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])).sum() / 6
    assert volume > 0
    size = nocs_models.read_size(root / "obj_models", split, line)
    np.testing.assert_allclose(size.extents * size.scale, np.ptp(mesh.vertices, axis=0), atol=1e-8)


def test_equal_data_give_equal_bytes(tmp_path, category_scene):
    for name in ("a", "b"):
        frame, instances = category_scene()
        # Names of other memory, as another process would have them.
        instances = [replace(one, model=one.model.encode().decode()) for one in instances]
        with NocsSceneWriter(tmp_path / name, "val", 3) as scene:
            scene.add(frame, instances)
    for path in (tmp_path / "a").rglob("*.*"):
        assert path.read_bytes() == (tmp_path / "b" / path.relative_to(tmp_path / "a")).read_bytes()


def test_objects_that_are_hardly_seen_have_no_label(tmp_path, category_scene):
    frame, (mug, can) = category_scene()
    few = np.zeros_like(mug.mask)
    few[tuple(index[:63] for index in np.nonzero(mug.mask & np.isfinite(frame.depth)))] = True
    write_dataset_file(tmp_path, NocsDataset(CATEGORIES, frame.camera))
    with NocsSceneWriter(tmp_path, "train", 0) as scene:
        scene.add(frame, [replace(mug, mask=few), can])
        scene.add(frame, [replace(one, mask=np.zeros_like(few)) for one in (mug, can)])
    read = NocsScene(tmp_path / "CAMERA" / "train" / "00000")
    assert [one.model for one in read[0].instances] == ["can_7"] and read[1].instances == ()
    assert len((read.folder / "0001_meta.txt").read_text().splitlines()) == 2


def test_an_interrupted_scene_leaves_nothing_that_is_taken_for_one(tmp_path, category_scene):
    with pytest.raises(KeyboardInterrupt), NocsSceneWriter(tmp_path, "train", 0) as scene:
        scene.add(*category_scene())
        raise KeyboardInterrupt
    with pytest.raises(InvalidDatasetError, match="holds no scene of NOCS"):
        find_scenes(tmp_path)
    killed = tmp_path / "CAMERA" / "train" / ".00000.partial"
    killed.mkdir()
    (killed / "0000_meta.txt").write_text("1 6 03797390 mug_1\n")
    with NocsSceneWriter(tmp_path, "train", 0) as scene:
        scene.add(*category_scene(shift=0.01))
    assert [path.name for path in find_scenes(tmp_path)] == ["00000"] and not killed.exists()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"instance_id": 0}, "instance 0 .* the number must be from 1 to 254"),
        ({"instance_id": 255}, "the number must be from 1 to 254"),
        ({"category": "shoe"}, "the category 'shoe' is none of bottle, bowl"),
        ({"nocs": None}, "needs a mask and a coordinate map of the size of the image"),
        ({"mask": np.zeros((3, 3), bool)}, "needs a mask and a coordinate map"),
    ],
)
def test_an_instance_that_does_not_fit_is_refused_and_nothing_is_left(
    tmp_path, category_scene, change, sentence
):
    frame, (mug, _) = category_scene()
    with pytest.raises(InvalidDatasetError, match=sentence), NocsSceneWriter(tmp_path, "train", 0) as scene:
        scene.add(frame, [replace(mug, **change)])
    assert not list((tmp_path / "CAMERA").rglob("*.png"))


def test_what_a_scene_needs_is_told(tmp_path, category_scene):
    frame, instances = category_scene()
    with (
        pytest.raises(InvalidDatasetError, match="needs at least one frame"),
        NocsSceneWriter(tmp_path, "val", 0),
    ):
        pass
    bare = Frame(0, "camera", frame.camera, frame.depth)
    with (
        pytest.raises(InvalidDatasetError, match="needs a colour image"),
        NocsSceneWriter(tmp_path, "val", 0) as s,
    ):
        s.add(bare, instances)
    with NocsSceneWriter(tmp_path, "val", 0) as scene:
        scene.add(frame, instances)
    with pytest.raises(InvalidDatasetError, match=r"CAMERA/val/00000: exists already"):
        NocsSceneWriter(tmp_path, "val", 0)


def test_a_place_that_cannot_be_written_to_is_told(tmp_path, category_scene):
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(InvalidInputError, match="cannot be written"),
        NocsSceneWriter(tmp_path / "file", "val", 0) as scene,
    ):
        scene.add(*category_scene())
