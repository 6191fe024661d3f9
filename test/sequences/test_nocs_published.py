"""Frames written file by file as CAMERA25, REAL275 and their preprocessing have them, oddities with them."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from pose_nodes.core.errors import InvalidDatasetError
from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.sequences.category_frame import CategoryFrame
from pose_nodes.sequences.nocs_files import CAMERA_INTRINSICS, REAL_INTRINSICS, MetaLine
from pose_nodes.sequences.nocs_models import load_model
from pose_nodes.sequences.nocs_scene import NocsScene

CLASSES = {"mug": 6, "can": 4}
NAMES = {"mug": "mug_anastasia_norm", "can": "can_arizona_tea_norm"}
MUG_MODEL = "5d72df6bc7e93e6dd0cd466c08863ebd"


def encoded(depth: np.ndarray) -> np.ndarray:
    """Three channels of 8 bits, blue first: 0, high byte, low byte; 32001 where nothing was rendered."""
    units = np.where(np.isnan(depth), 32001, np.rint(depth * 1000)).astype(np.uint16)
    return np.dstack([np.zeros_like(units), units >> 8, units & 255]).astype(np.uint8)


def millimetres(depth: np.ndarray) -> np.ndarray:
    return np.nan_to_num(np.rint(depth * 1000)).astype(np.uint16)


def write_frame(prefix: Path, frame, instances, depth: np.ndarray, meta: str) -> None:
    """A frame as published: masks and maps have an alpha channel, and other instances' ids in blue."""
    prefix.parent.mkdir(parents=True, exist_ok=True)
    mask, coord = np.full((480, 640), 255, np.uint8), np.full((480, 640, 3), 255, np.uint8)
    for one in instances:
        mask[one.mask] = one.instance_id
        levels = np.rint((one.nocs[one.mask] * [1, 1, -1] + 0.5) * 255)
        coord[one.mask] = levels[:, ::-1].astype(np.uint8)
    alpha = np.full_like(mask, 255)
    files = {
        "color.png": frame.color[..., ::-1],
        "depth.png": depth,
        "mask.png": np.dstack([mask * 0, mask * 0 + 7, mask, alpha]),
        "coord.png": np.dstack([coord, alpha]),
    }
    for name, image in files.items():
        assert cv2.imwrite(f"{prefix}_{name}", image)
    Path(f"{prefix}_meta.txt").write_text(meta)


def dump(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pickle.dumps(value, -1))


Build = Callable[..., NocsScene]


@pytest.fixture(scope="module")
def rendered(category_scene) -> dict[PinholeCamera, tuple]:
    return {camera: category_scene(camera) for camera in (CAMERA_INTRINSICS, REAL_INTRINSICS)}


@pytest.fixture
def camera_scene(tmp_path, rendered, mesh_of_category) -> Build:
    """Builds ROOT/CAMERA/val/00003 with one frame."""

    def build(split: str = "val", mug_model: str = MUG_MODEL) -> NocsScene:
        frame, instances = rendered[CAMERA_INTRINSICS]
        objects_alone = np.where(instances[0].mask | instances[1].mask, frame.depth, np.nan)
        meta = f"1 6 03797390 {mug_model}\n2 4 02946921 can_7\n3 0 02954340 a1b2\n9 1 02876657 unseen\n"
        folder = tmp_path / "CAMERA" / split / "00003"
        write_frame(folder / "0004", frame, instances, encoded(objects_alone), meta)
        for category, model, synset in (("mug", mug_model, "03797390"), ("can", "can_7", "02946921")):
            place = tmp_path / "obj_models" / split / synset / model
            place.mkdir(parents=True)
            mesh = mesh_of_category(category)
            half = np.ptp(mesh.vertices, axis=0) / mesh.diagonal / 2
            np.savetxt(place / "bbox.txt", [half, -half])
            lines = [f"v {x:.9f} {y:.9f} {-z:.9f}" for x, y, z in mesh.vertices / mesh.diagonal]
            lines += [f"f {a + 1} {b + 1} {c + 1}" for c, b, a in mesh.faces]
            (place / "model.obj").write_text("\n".join(lines) + "\n")
        return NocsScene(folder)

    return build


@pytest.fixture
def real_scene(tmp_path, rendered, mesh_of_category) -> Build:
    """Builds ROOT/Real/SPLIT/scene_2 with one frame."""

    def build(split: str = "train", names: dict[str, str] = NAMES, sizes: bool = True) -> NocsScene:
        frame, instances = rendered[REAL_INTRINSICS]
        folder = tmp_path / "Real" / split / "scene_2"
        meta = "".join(
            f"{one.instance_id} {CLASSES[one.category]} {names[one.category]}\n" for one in instances
        )
        write_frame(folder / "0000", frame, instances, millimetres(frame.depth), meta)
        place = tmp_path / "obj_models" / f"real_{split}"
        place.mkdir(parents=True)
        for category in NAMES if sizes else ():
            np.savetxt(
                place / f"{names[category]}.txt", np.ptp(mesh_of_category(category).vertices, axis=0)[None]
            )
        return NocsScene(folder)

    return build


def assert_true_poses(read: CategoryFrame, instances, metres: float, radians: float) -> None:
    for got, given in zip(read.instances, instances, strict=True):
        np.testing.assert_array_equal(got.mask, given.mask)
        distance, turn = se3.difference(got.T_camera_object, given.T_camera_object)
        assert distance < metres and turn < radians
        assert got.scale == pytest.approx(given.scale, abs=metres)
        np.testing.assert_allclose(got.nocs[got.mask], given.nocs[given.mask], atol=0.51 / 255)


def test_camera_frames_are_read_with_encoded_depth_and_without_distractors(camera_scene, rendered):
    frame, instances = rendered[CAMERA_INTRINSICS]
    read = camera_scene()[0]
    assert read.name == "val/00003/0004" and read.frame.camera == CAMERA_INTRINSICS
    seen = instances[0].mask | instances[1].mask
    np.testing.assert_array_equal(np.isnan(read.frame.depth), ~seen | np.isnan(frame.depth))
    np.testing.assert_allclose(read.frame.depth[seen], frame.depth[seen], atol=0.51e-3)
    np.testing.assert_array_equal(read.frame.color, frame.color)
    assert [(one.category, one.model) for one in read.instances] == [("mug", MUG_MODEL), ("can", "can_7")]


def test_poses_of_camera_come_from_map_and_depth(camera_scene, rendered):
    _, instances = rendered[CAMERA_INTRINSICS]
    read = camera_scene("train")[0]
    assert_true_poses(read, instances, 5e-4, 0.005)
    for got, given in zip(read.instances, instances, strict=True):
        np.testing.assert_allclose(got.size, given.size, atol=1e-3)


def test_the_composed_depth_has_the_background_and_poses_come_from_the_other(
    camera_scene, rendered, tmp_path
):
    frame, instances = rendered[CAMERA_INTRINSICS]
    camera_scene("train")
    path = tmp_path / "camera_full_depths" / "train" / "00003" / "0004_composed.png"
    path.parent.mkdir(parents=True)
    cv2.imwrite(str(path), millimetres(np.where(instances[0].mask, 0.3, frame.depth)))
    scene = NocsScene(tmp_path / "CAMERA" / "train" / "00003")
    background = np.isfinite(frame.depth) & ~instances[0].mask
    np.testing.assert_allclose(scene[0].frame.depth[background], frame.depth[background], atol=0.51e-3)
    assert_true_poses(scene[0], instances, 5e-4, 0.005)
    alone = NocsScene(scene.folder, composed=False)[0]
    assert np.isnan(alone.frame.depth[~instances[0].mask & ~instances[1].mask]).all()


def test_real_frames_are_read_with_the_known_scale(real_scene, rendered):
    frame, instances = rendered[REAL_INTRINSICS]
    read = real_scene()[0]
    assert read.name == "train/scene_2/0000" and read.frame.camera == REAL_INTRINSICS
    np.testing.assert_allclose(read.frame.depth, frame.depth, atol=0.51e-3)
    assert [one.model for one in read.instances] == list(NAMES.values())
    assert_true_poses(read, instances, 1e-3, 0.005)
    for got, given in zip(read.instances, instances, strict=True):
        assert got.scale == pytest.approx(given.scale, rel=1e-9)
        np.testing.assert_allclose(got.size, given.size, atol=1e-9)


def test_without_models_the_size_is_not_known_but_the_pose_is(real_scene, rendered):
    read = real_scene(sizes=False)[0]
    assert_true_poses(read, rendered[REAL_INTRINSICS][1], 1e-3, 0.01)
    assert all(np.isnan(one.size).all() for one in read.instances)


def test_models_of_validation_scenes_are_npz_files(real_scene, rendered, tmp_path):
    names = {category: f"{name}.npz" for category, name in NAMES.items()}
    place = tmp_path / "obj_models" / "real_val"
    place.mkdir(parents=True)
    for given in rendered[REAL_INTRINSICS][1]:
        np.savez(place / names[given.category], scale=given.size * 3.7)
    for got, given in zip(
        real_scene(names=names, sizes=False)[0].instances, rendered[REAL_INTRINSICS][1], strict=True
    ):
        np.testing.assert_allclose(got.size, given.size, rtol=0.01)


def ground_truth(instances, **changes: object) -> dict:
    """As the files of gts have it, in another order than the meta file."""
    backwards = instances[::-1]
    RTs = np.stack([one.T_camera_object for one in backwards])
    RTs[:, :3, :3] *= np.array([one.scale for one in backwards])[:, None, None]
    boxes = []
    for one in backwards:
        v, u = np.nonzero(one.mask)
        boxes.append([v.min() + 1, u.min() - 1, v.max() + 1, u.max() + 3])  # a little off
    return {
        "image_id": 7,
        "image_path": "data/real/test/scene_2/0000",
        "gt_class_ids": np.array([CLASSES[one.category] for one in backwards], np.int32),
        "gt_bboxes": np.array(boxes),
        "gt_RTs": RTs,
        "gt_scales": np.array([one.size / one.scale for one in backwards]),
        "gt_handle_visibility": np.array([1, 0]),
        **changes,
    }


@pytest.mark.parametrize("name", ["results_real_test_scene_2_0000.pkl", "results_test_scene_2_0000.pkl"])
def test_poses_of_the_test_part_come_from_the_published_ground_truth(real_scene, rendered, tmp_path, name):
    instances = rendered[REAL_INTRINSICS][1]
    dump(tmp_path / "gts" / "real_test" / name, ground_truth(instances))
    read = real_scene("test")[0]
    assert_true_poses(read, instances, 1e-9, 1e-7)
    assert [one.handle_visible for one in read.instances] == [False, True]


def in_order(instances, *numbers: int) -> dict:
    """As the files of gts have it in the test part of REAL: poses alone, in the order of the instances."""
    RTs = np.stack([one.T_camera_object for one in instances])
    RTs[:, :3, :3] *= np.array([one.scale for one in instances])[:, None, None]
    more = np.tile(np.diag([0.2, 0.2, 0.2, 1.0]), (len(numbers), 1, 1))
    return {"image_path": "data/real/test/scene_2/0000", "gt_RTs": np.concatenate([RTs, more])}


@pytest.mark.parametrize("unseen", [False, True])
def test_poses_of_the_test_part_may_be_there_in_order_alone(real_scene, rendered, tmp_path, unseen):
    instances = rendered[REAL_INTRINSICS][1]
    scene = real_scene("test")
    poses = in_order(instances, 3) if unseen else in_order(instances)
    if unseen:
        with (scene.folder / "0000_meta.txt").open("a") as file:
            file.write("3 1 bottle_shampoo_norm\n")
    dump(tmp_path / "gts" / "real_test" / "results_real_test_scene_2_0000.pkl", poses)
    read = scene[0]
    assert_true_poses(read, instances, 1e-9, 1e-7)
    for got, given in zip(read.instances, instances, strict=True):
        np.testing.assert_allclose(got.size, given.size, rtol=1e-6)


def test_poses_of_which_nobody_knows_the_objects_are_not_taken(real_scene, rendered, tmp_path):
    instances = rendered[REAL_INTRINSICS][1]
    file = tmp_path / "gts" / "real_test" / "results_real_test_scene_2_0000.pkl"
    dump(file, in_order(instances, 3, 4))
    assert_true_poses(real_scene("test")[0], instances, 1e-3, 0.005)  # from map and depth


@pytest.mark.parametrize("place", ["Real/train", "Real", "."])
def test_whether_mugs_of_the_training_part_show_their_handle_stands_in_a_file_of_its_own(
    real_scene, tmp_path, place
):
    folder = real_scene().folder
    handles = {"scene_1": np.arange(3), "scene_1_res": np.ones(3), "scene_2": np.arange(2)}
    for visible in (0.0, 1.0):
        dump(
            tmp_path / place / "mug_handle.pkl", {**handles, "scene_2_res": np.array([visible, 1 - visible])}
        )
        read = NocsScene(folder)[0]
        assert [one.handle_visible for one in read.instances] == [bool(visible), True]
    dump(tmp_path / place / "mug_handle.pkl", handles)
    assert all(one.handle_visible for one in NocsScene(folder)[0].instances)


def test_what_the_published_ground_truth_does_not_know_is_left_out(camera_scene, rendered, tmp_path):
    instances = rendered[CAMERA_INTRINSICS][1]
    published = ground_truth(instances, gt_class_ids=np.array([4, 1]))
    dump(tmp_path / "gts" / "val" / "results_val_00003_0004.pkl", published)
    assert [one.category for one in camera_scene()[0].instances] == ["can"]


def spd_label(instances, **changes: object) -> dict:
    """As SPD's preprocessing writes it for the training part: lists and float32 arrays."""
    return {
        "class_ids": [CLASSES[one.category] for one in instances],
        "bboxes": np.zeros((len(instances), 4), np.int32),
        "scales": np.array([one.scale for one in instances], np.float32),
        "rotations": np.array([one.T_camera_object[:3, :3] for one in instances], np.float32),
        "translations": np.array([one.T_camera_object[:3, 3] for one in instances], np.float32),
        "instance_ids": [one.instance_id for one in instances],
        "model_list": [one.model for one in instances],
        **changes,
    }


def test_labels_beside_a_frame_come_first(real_scene, rendered):
    scene, instances = real_scene("test"), rendered[REAL_INTRINSICS][1]
    dump(scene.folder / "0000_label.pkl", spd_label(instances[1:], handle_visibility=np.array([0])))
    read = scene[0]
    assert_true_poses(read, instances[1:], 1e-6, 1e-6)
    assert [one.handle_visible for one in read.instances] == [False]
    dump(scene.folder / "0000_label.pkl", spd_label(instances, size=np.full((2, 3), 0.5)))
    np.testing.assert_allclose(scene[0].instances[1].size, 0.5 * instances[1].scale, rtol=1e-6)


def of_body(one):
    """A mug's label in the frame of its body, as SPD changes it, and the shift and scale that do so."""
    low, high = -0.5 * one.size / one.scale, 0.5 * one.size / one.scale
    shift = np.array([(low[2] - high[2]) / 2 - low[0], 0, 0])
    half = np.maximum(np.abs(low + shift), np.abs(high + shift))
    s0 = 1 / np.linalg.norm(2 * half)
    T = one.T_camera_object.copy()
    T[:3, 3] -= one.scale * T[:3, :3] @ shift
    return T, one.scale / s0, [shift, s0]


@pytest.mark.parametrize("relabelled", [True, False])
def test_map_and_pose_of_mugs_agree_whether_labels_are_of_the_box_or_of_the_body(
    camera_scene, rendered, tmp_path, relabelled
):
    scene, instances = camera_scene("train"), rendered[CAMERA_INTRINSICS][1]
    T, scale, meta = of_body(instances[0])
    dump(tmp_path / "obj_models" / "mug_meta.pkl", {MUG_MODEL: meta})
    label = spd_label(instances)
    if relabelled:
        label["rotations"][0], label["translations"][0], label["scales"][0] = T[:3, :3], T[:3, 3], scale
    else:  # as DPDN's
        label["sizes"] = np.array([one.size / one.scale for one in instances], np.float32)
    dump(scene.folder / "0004_label.pkl", label)
    read = NocsScene(scene.folder)[0]
    for one in read.instances:
        v, u = np.nonzero(one.mask & np.isfinite(read.frame.depth))
        points = se3.transform(one.T_camera_object, one.scale * one.nocs[v, u].astype(float))
        error = np.linalg.norm(points - read.frame.camera.unproject(read.frame.depth, v, u), axis=1)
        assert error.max() < 2e-3
    mug = read.instances[0]
    assert mug.scale == pytest.approx(scale if relabelled else instances[0].scale, rel=1e-6)
    assert np.linalg.norm(mug.size) == pytest.approx(mug.scale, rel=1e-5)
    # About the axis of its body a mug is as wide to the left as to the right, and its handle sticks out.
    assert mug.size[0] > mug.size[2] if relabelled else True


def test_the_mug_that_is_none_is_left_out(camera_scene):
    scene = camera_scene("train", mug_model="b9be7cfe653740eb7633a2dd89cec754")
    assert [one.category for one in scene[0].instances] == ["can"]


def test_a_frame_that_an_object_fills_is_an_error_of_the_renderer_and_has_no_instance(camera_scene):
    scene = camera_scene("train")
    mask = np.full((480, 640, 3), 255, np.uint8)
    mask[:450, :300] = 1
    cv2.imwrite(str(scene.folder / "0004_mask.png"), mask)
    assert scene[0].instances == ()


def test_frames_that_lack_a_file_are_passed_over(camera_scene):
    scene = camera_scene()
    (scene.folder / "0005_color.png").write_bytes(b"")
    (scene.folder / "0005_meta.txt").write_text("")
    again = NocsScene(scene.folder)
    assert (again.frame_names, again.incomplete) == (["0004"], ["0005"])


def test_the_meshes_of_camera_are_turned_to_the_canonical_frame(camera_scene, tmp_path, mesh_of_category):
    camera_scene()
    mesh = mesh_of_category("mug")
    read = load_model(tmp_path / "obj_models", "val", MetaLine(1, 6, MUG_MODEL, "03797390"))
    np.testing.assert_allclose(read.vertices, mesh.vertices / mesh.diagonal, atol=1e-8)


def test_the_meshes_of_real_are_in_metres(real_scene, tmp_path, mesh_of_category):
    real_scene("test")
    mesh = mesh_of_category("can")
    lines = [f"v {x:.9f} {y:.9f} {z:.9f}" for x, y, z in mesh.vertices]
    lines += [f"f {a + 1} {b + 1} {c + 1}" for a, b, c in mesh.faces]
    (tmp_path / "obj_models" / "real_test" / f"{NAMES['can']}.obj").write_text("\n".join(lines))
    read = load_model(tmp_path / "obj_models", "test", MetaLine(2, 4, NAMES["can"]))
    np.testing.assert_allclose(read.vertices, mesh.vertices / mesh.diagonal, atol=1e-7)


def test_a_scene_of_another_name_needs_its_camera(camera_scene, tmp_path):
    folder = camera_scene().folder.rename(tmp_path / "kitchen")
    with pytest.raises(InvalidDatasetError, match="is called neither 00000 as scenes of CAMERA nor scene_1"):
        _ = NocsScene(folder)[0]
    assert NocsScene(folder, CAMERA_INTRINSICS)[0].frame.camera == CAMERA_INTRINSICS
