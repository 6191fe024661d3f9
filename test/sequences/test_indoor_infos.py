"""Indoor data as mmdetection3d prepares them: written and read, and read as others prepared them."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_nodes.core.errors import InvalidDatasetError, InvalidInputError
from pose_nodes.geometry import se3
from pose_nodes.sequences.indoor_boxes import boxes_of_instances, corners, inside, no_boxes
from pose_nodes.sequences.indoor_formats import FORMATS, S3DIS, SCANNET, SUNRGBD, IndoorFormat
from pose_nodes.sequences.indoor_infos import IndoorInfos
from pose_nodes.sequences.indoor_scene import BACKGROUND, IndoorScene, RoomBoxes
from pose_nodes.sequences.indoor_writer import write_infos, write_scene

T_ALIGNED_SCAN = se3.from_rotation_vector([0, 0, 0.4], [0.3, -0.2, 0.1])


def scene_of(kind: IndoorFormat, name: str = "room_7", seed: int = 0) -> IndoorScene:
    """Two things of one class that stand close, and one of another, with a floor."""
    rng = np.random.default_rng(seed)
    chair, table = kind.class_names.index("chair"), kind.class_names.index("table")
    yaws = np.array([0.3, -2.5, 1.2]) if kind.oriented else np.zeros(3)
    boxes = RoomBoxes(
        np.array([chair, table, chair]),
        np.array([[0.0, 0.0, 0.45], [2.0, 1.0, 0.4], [0.9, 0.1, 0.5]]),
        np.array([[0.5, 0.6, 0.9], [1.6, 0.8, 0.8], [0.55, 0.5, 1.0]]),
        yaws,
    )
    parts, instances = [rng.uniform([-1, -1, 0], [3, 2, 0], (200, 3))], [np.full(200, BACKGROUND)]
    for k in range(3):
        own = rng.uniform(-0.5, 0.5, (300, 3))
        T = se3.from_rotation_vector([0, 0, yaws[k]], boxes.centres[k])
        parts.append(se3.transform(T, own * boxes.sizes[k]))
        instances.append(np.full(300, k))
    order = rng.permutation(1100)
    points = np.concatenate(parts).astype(np.float32)[order]
    owners = np.concatenate(instances).astype(np.int64)[order]
    semantics = np.where(owners == BACKGROUND, BACKGROUND, boxes.classes[owners])
    colors = rng.integers(0, 256, (1100, 3), dtype=np.uint8)
    T = T_ALIGNED_SCAN if kind.aligned else np.eye(4)
    return IndoorScene(name, kind.class_names, points, colors, owners, semantics, boxes, T)


def assert_same(read: IndoorScene, given: IndoorScene) -> None:
    assert (read.name, read.class_names) == (given.name, given.class_names)
    np.testing.assert_allclose(read.points, given.points, atol=1e-6)
    np.testing.assert_array_equal(read.colors, given.colors)
    np.testing.assert_array_equal(read.instances, given.instances)
    np.testing.assert_array_equal(read.semantics, given.semantics)
    np.testing.assert_allclose(read.T_aligned_scan, given.T_aligned_scan)
    for name in ("classes", "centres", "sizes", "yaws"):
        np.testing.assert_allclose(getattr(read.boxes, name), getattr(given.boxes, name))


@pytest.mark.parametrize("kind", FORMATS.values(), ids=FORMATS.keys())
@pytest.mark.parametrize("clockwise", [True, False])
def test_scenes_come_back(tmp_path, kind, clockwise):
    scenes = [scene_of(kind, f"room_{i}", i) for i in range(2)]
    empty = scenes[1].points[:0], scenes[1].colors[:0]
    scenes.append(
        IndoorScene(
            "bare", kind.class_names, *empty, np.zeros(0, np.int64), np.zeros(0, np.int64), no_boxes()
        )
    )
    path = tmp_path / f"{kind.name}_infos_train.pkl"
    write_infos(path, [write_scene(tmp_path, scene, kind, clockwise) for scene in scenes])
    infos = IndoorInfos(path, clockwise=clockwise)
    assert infos.format is kind and infos.names == ["room_0", "room_1", "bare"] and len(infos) == 3
    for read, scene in zip(infos, scenes, strict=True):
        assert_same(read, scene)


def test_the_files_are_those_of_mmdetection3d(tmp_path):
    scene = scene_of(SCANNET)
    info = write_scene(tmp_path, scene, SCANNET)
    assert info["point_cloud"] == {"num_features": 6, "lidar_idx": "room_7"}
    assert info["pts_path"] == "points/room_7.bin"
    rows = np.fromfile(tmp_path / "points" / "room_7.bin", np.float32).reshape(-1, 6)
    np.testing.assert_array_equal(rows[:, 3:], scene.colors)
    np.testing.assert_allclose(
        se3.transform(T_ALIGNED_SCAN, rows[:, :3].astype(float)), scene.points, atol=1e-6
    )
    semantics = np.fromfile(tmp_path / info["pts_semantic_mask_path"], np.int64)
    assert set(np.unique(semantics)) == {0, 5, 7}  # NYU40: chair and table
    instances = np.fromfile(tmp_path / info["pts_instance_mask_path"], np.int64)
    np.testing.assert_array_equal(instances, scene.instances + 1)
    annos = info["annos"]
    assert annos["gt_num"] == 3 and annos["name"].tolist() == ["chair", "table", "chair"]
    assert annos["index"].dtype == np.int32 and annos["gt_boxes_upright_depth"].shape == (3, 6)
    np.testing.assert_array_equal(annos["location"], scene.boxes.centres)
    np.testing.assert_array_equal(annos["axis_align_matrix"], T_ALIGNED_SCAN)
    own = rows[instances == 1, :3]
    middle = annos["unaligned_gt_boxes_upright_depth"][0, :3]
    np.testing.assert_allclose(middle, 0.5 * (own.min(axis=0) + own.max(axis=0)), atol=1e-6)


def test_sun_rgbd_has_colours_to_one_and_headings_whose_sign_the_release_tells(tmp_path):
    scene = scene_of(SUNRGBD)
    infos = [write_scene(tmp_path, scene, SUNRGBD, clockwise) for clockwise in (True, False)]
    rows = np.fromfile(tmp_path / "points" / "room_7.bin", np.float32).reshape(-1, 6)
    np.testing.assert_allclose(rows[:, 3:], scene.colors / 255, atol=1e-6)
    for info, sign in zip(infos, (-1, 1), strict=True):
        np.testing.assert_array_equal(info["annos"]["rotation_y"], sign * scene.boxes.yaws)
        np.testing.assert_array_equal(info["annos"]["gt_boxes_upright_depth"][:, 6], sign * scene.boxes.yaws)
        assert "axis_align_matrix" not in info["annos"]


def dump(path: Path, infos: object) -> Path:
    path.write_bytes(pickle.dumps(infos, -1))
    return path


def save(root: Path, name: str, points: np.ndarray, **labels: np.ndarray) -> dict:
    """The files of a scene, and the part of its info that names them."""
    info = {"point_cloud": {"num_features": 6, "lidar_idx": name}, "pts_path": f"points/{name}.bin"}
    files = {"points": points.astype(np.float32), **{k: v.astype(np.int64) for k, v in labels.items()}}
    for folder, values in files.items():
        (root / folder).mkdir(exist_ok=True)
        values.tofile(root / folder / f"{name}.bin")
    return {**info, **{f"pts_{folder}_path": f"{folder}/{name}.bin" for folder in labels}}


def test_scannet_as_published_has_instances_of_walls_too_and_boxes_in_another_order(tmp_path):
    scene = scene_of(SCANNET)
    rows = np.hstack([se3.transform(se3.inverse(T_ALIGNED_SCAN), scene.points.astype(float)), scene.colors])
    # Instance 1 is a wall (NYU40's 1), then come the third, the first and the second thing.
    numbers = np.array([3, 4, 2, 0])[scene.instances]
    semantics = np.array([5, 7, 5, 2])[scene.instances]
    wall = np.flatnonzero(scene.instances == BACKGROUND)[:50]
    numbers[wall], semantics[wall] = 1, 1
    tight = boxes_of_instances(scene.points, scene.instances + 1, scene.semantics)
    rows_of_boxes = np.hstack([tight.centres, tight.sizes])
    annos = {
        "gt_num": 3,
        "name": np.array(["chair", "table", "chair"]),
        "location": rows_of_boxes[:, :3],
        "dimensions": rows_of_boxes[:, 3:],
        "gt_boxes_upright_depth": rows_of_boxes,
        "unaligned_gt_boxes_upright_depth": rows_of_boxes + 9,
        "index": np.arange(3, dtype=np.int32),
        "class": np.array([2, 4, 2]),
        "axis_align_matrix": T_ALIGNED_SCAN,
    }
    info = {
        **save(tmp_path, "scene0000_00", rows, instance_mask=numbers, semantic_mask=semantics),
        "annos": annos,
    }
    read = IndoorInfos(dump(tmp_path / "scannet_infos_val.pkl", [info]))[0]
    np.testing.assert_allclose(read.points, scene.points, atol=1e-6)
    np.testing.assert_array_equal(read.instances, scene.instances)
    np.testing.assert_array_equal(read.semantics, scene.semantics)
    np.testing.assert_allclose(read.boxes.centres, tight.centres)


def test_the_test_part_of_scannet_has_neither_labels_nor_boxes(tmp_path):
    rows = np.hstack([scene_of(SCANNET).points, scene_of(SCANNET).colors])
    read = IndoorInfos(dump(tmp_path / "scannet_infos_test.pkl", [save(tmp_path, "scene0707_00", rows)]))[0]
    assert len(read.boxes) == 0 and (read.instances == BACKGROUND).all() and len(read.points) == 1100


def test_sun_rgbd_as_published_has_a_picture_and_no_labels(tmp_path):
    scene = scene_of(SUNRGBD)
    rows = np.hstack([scene.points, scene.colors / 255.0])
    K = np.array([[529.5, 0, 365.0], [0, 529.5, 265.0], [0, 0, 1]])
    tilt = se3.from_rotation_vector([-0.2, 0, 0])[:3, :3]
    boxes = np.hstack([scene.boxes.centres, scene.boxes.sizes, -scene.boxes.yaws[:, None]])
    info = {
        **save(tmp_path, "000005", rows),
        "point_cloud": {"num_features": 6, "lidar_idx": 5},
        "image": {"image_idx": 5, "image_shape": np.array([530, 730]), "image_path": "image/000005.jpg"},
        "calib": {"K": K.ravel(order="F"), "Rt": tilt},
        "annos": {
            "gt_num": 3,
            "name": np.array(["chair", "table", "chair"]),
            "bbox": np.zeros((3, 4)),
            "location": boxes[:, :3],
            "dimensions": boxes[:, [3, 5, 4]],  # as releases 0.x have them: length, height, width
            "rotation_y": boxes[:, 6],
            "index": np.arange(5, dtype=np.int32),
            "class": scene.boxes.classes,
            "gt_boxes_upright_depth": boxes,
        },
    }
    infos = IndoorInfos(dump(tmp_path / "sunrgbd_infos_train.pkl", [info]))
    read, view = infos[0], infos.view(0)
    assert read.name == "000005" and (read.instances == BACKGROUND).all()
    np.testing.assert_array_equal(read.colors, scene.colors)
    np.testing.assert_allclose(read.boxes.yaws, scene.boxes.yaws)
    np.testing.assert_allclose(read.boxes.sizes, scene.boxes.sizes)
    assert view.image == tmp_path / "image" / "000005.jpg"
    np.testing.assert_array_equal(view.K, K)
    # A point before the camera, one to its right and one above, in the tilted camera's own upright axes.
    ahead, right, above = (tilt @ np.array(axis) for axis in ([0, 1, 0], [1, 0, 0], [0, 0, 1]))
    seen = se3.transform(view.T_camera_points, np.stack([ahead, right, above]))
    np.testing.assert_allclose(seen, [[0, 0, 1], [1, 0, 0], [0, -1, 0]], atol=1e-12)


def test_s3dis_without_boxes_has_those_of_its_instances(tmp_path):
    scene = scene_of(S3DIS)
    rows = np.hstack([scene.points, scene.colors])
    semantics = np.array([8, 7, 8, 1])[scene.instances]
    info = save(tmp_path, "Area_1_office_1", rows, instance_mask=scene.instances + 1, semantic_mask=semantics)
    read = IndoorInfos(dump(tmp_path / "s3dis_infos_Area_1.pkl", [info]))[0]
    np.testing.assert_array_equal(read.instances, scene.instances)
    np.testing.assert_array_equal(read.boxes.classes, scene.boxes.classes)
    for k in range(3):
        own = scene.points[scene.instances == k]
        np.testing.assert_allclose(read.boxes.sizes[k], np.ptp(own, axis=0), atol=1e-6)


def test_s3dis_with_the_three_keys_of_its_annotations(tmp_path):
    scene = scene_of(S3DIS)
    annos = {
        "gt_num": 3,
        "gt_boxes_upright_depth": np.hstack([scene.boxes.centres, scene.boxes.sizes]),
        "class": scene.boxes.classes,
    }
    info = {**save(tmp_path, "Area_5_hall", np.hstack([scene.points, scene.colors])), "annos": annos}
    read = IndoorInfos(dump(tmp_path / "s3dis_infos_Area_5.pkl", [info]))[0]
    np.testing.assert_array_equal(read.boxes.sizes, scene.boxes.sizes)


@given(yaw=st.floats(-4, 4), seed=st.integers(0, 2**31))
def test_a_point_is_in_a_box_where_it_is_along_its_own_axes(yaw, seed):
    rng = np.random.default_rng(seed)
    boxes = RoomBoxes(
        np.zeros(1, np.int64), rng.normal(size=(1, 3)), rng.uniform(0.1, 2, (1, 3)), np.array([yaw])
    )
    own = rng.uniform(-1, 1, (50, 3))
    T = se3.from_rotation_vector([0, 0, yaw], boxes.centres[0])
    points = se3.transform(T, own * boxes.sizes[0])
    clear = np.abs(np.abs(own).max(axis=1) - 0.5) > 1e-6
    np.testing.assert_array_equal(inside(points, boxes, 0)[clear], (np.abs(own).max(axis=1) < 0.5)[clear])
    assert (
        inside(corners(boxes, 0), boxes, 0, 1e-9).all()
        and not inside(corners(boxes, 0), boxes, 0, -1e-9).any()
    )


@pytest.fixture
def written(tmp_path) -> Path:
    path = tmp_path / "scannet_infos_train.pkl"
    write_infos(path, [write_scene(tmp_path, scene_of(SCANNET), SCANNET)])
    return path


def refusal(path: Path) -> str:
    with pytest.raises(InvalidDatasetError) as caught:
        _ = IndoorInfos(path)[0]
    assert "\n" not in str(caught.value)
    return str(caught.value)


FILES = ["points/room_7.bin", "instance_mask/room_7.bin", "semantic_mask/room_7.bin"]


@pytest.mark.parametrize("file", FILES)
def test_a_file_that_is_missing_or_cut_short_is_named(written, file):
    path = written.parent / file
    data = path.read_bytes()
    path.write_bytes(data[:-3])
    assert f"{file}: has {len(data) - 3} bytes, which are no whole rows" in refusal(written)
    path.unlink()
    assert f"{file}: cannot be read (No such file" in refusal(written)


@pytest.mark.parametrize("file", FILES[1:])
def test_labels_of_another_number_than_points_are_told(written, file):
    path = written.parent / file
    path.write_bytes(path.read_bytes()[:-8])
    assert f"{file}: has 1099 labels for 1100 points" in refusal(written)


def test_points_that_are_no_numbers_are_told(written):
    path = written.parent / FILES[0]
    path.write_bytes(np.full(6, np.nan, np.float32).tobytes() + path.read_bytes()[24:])
    assert "points/room_7.bin: some points are NaN or infinite" in refusal(written)


Edit = Callable[[dict], object]


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (lambda info: info.pop("point_cloud"), "scene 0: has no 'point_cloud'"),
        (lambda info: info.update(point_cloud=3), "scene 0: 'point_cloud' must be a dict"),
        (lambda info: info["point_cloud"].pop("lidar_idx"), "has no 'lidar_idx'"),
        (lambda info: info["point_cloud"].update(num_features=4), "scene room_7: a point has 4 values; six"),
        (lambda info: info.pop("pts_path"), "scene room_7: has no 'pts_path'"),
        (lambda info: info.update(annos=[]), "'annos' must be a dict"),
        (lambda info: info["annos"].pop("gt_num"), "has no 'gt_num'"),
        (lambda info: info["annos"].pop("class"), "has no 'class'"),
        (lambda info: info["annos"].update(gt_num=4), "must be finite numbers of shape (4, 6)"),
        (lambda info: info["annos"].update({"class": np.array([0, 1, 18])}), "a class is not from 0 to 17"),
        (lambda info: info["annos"].update(axis_align_matrix=np.ones((4, 4))), "not that of a rigid motion"),
        (
            lambda info: info["annos"].update(gt_boxes_upright_depth=np.full((3, 6), -1.0)),
            "a box has a negative extent",
        ),
        (
            lambda info: info["annos"].update(gt_boxes_upright_depth=np.full((3, 6), np.nan)),
            "'gt_boxes_upright_depth' must be finite",
        ),
    ],
)
def test_a_malformed_info_is_told_with_its_scene(written, edit: Edit, expected):
    infos = pickle.loads(written.read_bytes())
    edit(infos[0])
    dump(written, infos)
    message = refusal(written)
    assert "scannet_infos_train.pkl" in message and expected in message


@pytest.mark.parametrize("infos", [{"metainfo": {}, "data_list": []}, [3], None])
def test_an_infos_file_of_another_form_is_told(written, infos):
    assert "must hold a list of dicts, one a scene; infos of mmdetection3d 1.1" in refusal(
        dump(written, infos)
    )


def test_an_infos_file_that_is_cut_short_missing_or_of_no_known_name_is_told(written):
    written.write_bytes(written.read_bytes()[:-20])
    assert "scannet_infos_train.pkl: is not a whole pickle file" in refusal(written)
    assert "cannot be read" in refusal(written.with_name("scannet_infos_val.pkl"))
    assert "begins with none of scannet, sunrgbd, s3dis" in refusal(written.with_name("infos.pkl"))


@pytest.mark.parametrize(
    ("kind", "scene", "expected"),
    [
        (S3DIS, scene_of(SCANNET), "its classes .* are not those of s3dis"),
        (
            SCANNET,
            replace(scene_of(SCANNET), boxes=scene_of(SUNRGBD).boxes),
            "has turned boxes, which scannet",
        ),
        (S3DIS, replace(scene_of(S3DIS), T_aligned_scan=T_ALIGNED_SCAN), "has an aligned scan, which s3dis"),
    ],
)
def test_a_scene_that_does_not_fit_the_data_set_is_not_written(tmp_path, kind, scene, expected):
    with pytest.raises(InvalidDatasetError, match=expected):
        write_scene(tmp_path, scene, kind)
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_to_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInputError, match=r"points/room_7\.bin: cannot be written"):
        write_scene(tmp_path / "file", scene_of(S3DIS), S3DIS)
