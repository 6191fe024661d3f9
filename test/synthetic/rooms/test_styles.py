"""Scanned rooms: labels, boxes, frames and exactness in each style."""

from dataclasses import replace

import numpy as np
import open3d as o3d
import pytest
from trimesh.triangles import closest_point

from pose_nodes.core.config import from_mapping
from pose_nodes.core.errors import InvalidConfigError, InvalidInputError
from pose_nodes.geometry import se3
from pose_nodes.sequences.indoor_scene import BACKGROUND
from pose_nodes.synthetic.rooms.classes import CLASSES
from pose_nodes.synthetic.rooms.library import room_scene
from pose_nodes.synthetic.rooms.paint import Paint
from pose_nodes.synthetic.rooms.parts import box
from pose_nodes.synthetic.rooms.piece import Placed, piece
from pose_nodes.synthetic.rooms.plan import Plan, flat
from pose_nodes.synthetic.rooms.room import Room, RoomConfig, make_room
from pose_nodes.synthetic.rooms.scanners.fused import FusedConfig
from pose_nodes.synthetic.rooms.scanners.gathering import gather
from pose_nodes.synthetic.rooms.styles import STYLES, scan
from pose_nodes.synthetic.rooms.surface import Surface

NAMES = tuple(STYLES)
POINTS = 5000
COUNTS = {"scannet": 30, "sunrgbd": 60, "s3dis": 8}
"""Rooms in which each class is bound to occur."""


@pytest.fixture(scope="module")
def scenes():
    """Rooms of each style, in few points."""
    return {name: [room_scene(name, 7, index, POINTS) for index in range(COUNTS[name])] for name in NAMES}


def in_box_frame(scene, index):
    """Points of a box in its own axes, and its half extents."""
    boxes = scene.boxes
    own = scene.points[scene.instances == index] - boxes.centres[index]
    c, s = np.cos(boxes.yaws[index]), np.sin(boxes.yaws[index])
    return own @ np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]), 0.5 * boxes.sizes[index]


@pytest.mark.parametrize("name", NAMES)
def test_a_room_is_the_same_by_style_seed_and_index(name):
    first, second = (room_scene(name, 3, 5, 3000) for _ in range(2))
    assert first.name == second.name == f"{name}_3_000005"
    for field in ("points", "colors", "instances", "semantics", "T_aligned_scan"):
        assert np.array_equal(getattr(first, field), getattr(second, field))
    assert np.array_equal(first.boxes.centres, second.boxes.centres)
    for other in (room_scene(name, 3, 6, 3000), room_scene(name, 4, 5, 3000)):
        assert not np.array_equal(first.points, other.points)


@pytest.mark.parametrize("name", NAMES)
def test_arrays_have_their_types_and_sizes(scenes, name):
    for scene in scenes[name]:
        count = len(scene.points)
        assert count == POINTS or (name == "sunrgbd" and count > 0.5 * POINTS)
        assert (scene.points.dtype, scene.points.shape) == (np.float32, (count, 3))
        assert (scene.colors.dtype, scene.colors.shape) == (np.uint8, (count, 3))
        assert scene.instances.dtype == scene.semantics.dtype == scene.boxes.classes.dtype == np.int64
        assert np.isfinite(scene.points).all()
        assert scene.class_names == CLASSES[name]
        assert scene.boxes.sizes.min(initial=1.0) > 0
        assert scene.colors.std() > 5


@pytest.mark.parametrize("name", NAMES)
def test_labels_of_points_and_boxes_agree(scenes, name):
    for scene in scenes[name]:
        free = scene.instances == BACKGROUND
        assert np.array_equal(scene.semantics == BACKGROUND, free)
        assert np.array_equal(scene.semantics[~free], scene.boxes.classes[scene.instances[~free]])
        if name != "sunrgbd":  # there the points are drawn from the image after the boxes are chosen
            assert set(scene.instances[~free]) == set(range(len(scene.boxes)))


@pytest.mark.parametrize("name", NAMES)
def test_every_class_occurs(scenes, name):
    counts = np.zeros(len(CLASSES[name]), int)
    for scene in scenes[name]:
        counts += np.bincount(scene.boxes.classes, minlength=len(counts))
    assert dict(zip(CLASSES[name], counts, strict=True)) == {
        label: count for label, count in zip(CLASSES[name], counts, strict=True) if count > 0
    }


@pytest.mark.parametrize("name", ["scannet", "s3dis"])
def test_axis_aligned_boxes_are_the_extents_of_their_points(scenes, name):
    for scene in scenes[name]:
        assert not scene.boxes.yaws.any()
        for index in range(len(scene.boxes)):
            own = scene.points[scene.instances == index]
            assert len(own) >= 5
            low = scene.boxes.centres[index] - 0.5 * scene.boxes.sizes[index]
            np.testing.assert_allclose(own.min(axis=0), low, atol=1e-5)
            np.testing.assert_allclose(own.max(axis=0), low + scene.boxes.sizes[index], atol=1e-5)


def test_oriented_boxes_hold_their_points():
    style = STYLES["sunrgbd"]
    for seed in range(6):
        room = make_room(np.random.default_rng(seed), RoomConfig(kind="bedroom"))
        exact = scan(room, style.exact(), np.random.default_rng(seed), POINTS)
        noisy = scan(room, style, np.random.default_rng(seed), POINTS)
        for index in range(len(exact.boxes)):
            own, half = in_box_frame(exact, index)
            assert np.all(np.abs(own) <= half + 1e-4)
        for index in range(len(noisy.boxes)):
            own, half = in_box_frame(noisy, index)
            assert np.mean(np.all(np.abs(own) <= half + 0.05, axis=1)) > 0.95


def distances(room, points):
    surface = Surface.of(room, ceiling=True)
    caster = o3d.t.geometry.RaycastingScene()
    caster.add_triangles(
        o3d.core.Tensor(surface.vertices.astype(np.float32)), o3d.core.Tensor(surface.faces.astype(np.uint32))
    )
    found = caster.compute_distance(o3d.core.Tensor(points.astype(np.float32))).numpy()
    # Near long thin triangles, single precision is a tenth of a millimetre off: doubtful ones once more.
    triangles = surface.vertices[surface.faces]
    for index in np.flatnonzero(found > 1e-5)[:200]:
        nearest = closest_point(triangles, np.repeat(points[index][None], len(triangles), axis=0))
        found[index] = np.linalg.norm(nearest - points[index], axis=1).min()
    return found


def commonest(values):
    rounded, counts = np.unique(np.round(values, 5), return_counts=True)
    return float(rounded[np.argmax(counts)])


@pytest.mark.parametrize("kind", ["kitchen", "living_room"])
def test_without_noise_points_of_a_fused_scan_lie_on_the_surfaces(kind):
    room = make_room(np.random.default_rng(2), RoomConfig(kind=kind))
    scene = scan(room, STYLES["scannet"].exact(), np.random.default_rng(3), POINTS)
    middle = (*(0.5 * np.array(room.plan.size)), 0.0)
    assert distances(room, scene.points + np.array(middle)).max() < 1e-4
    noisy = scan(room, STYLES["scannet"], np.random.default_rng(3), POINTS)
    assert distances(room, noisy.points + np.array(middle)).max() > 1e-3


def test_without_noise_points_of_a_static_scan_lie_on_the_surfaces():
    room = make_room(np.random.default_rng(2), RoomConfig(kind="office", l_share=0.0))
    scene = scan(room, STYLES["s3dis"].exact(), np.random.default_rng(3), POINTS)
    # The far walls tell where the room begins: more points have their coordinates than any other.
    far = scene.points > 0.5 * scene.points.max(axis=0)
    ends = [commonest(scene.points[far[:, axis], axis]) for axis in range(3)]
    shift = np.array([*room.plan.size, room.plan.height]) - ends
    assert distances(room, scene.points + shift).max() < 1e-4


def test_without_noise_points_of_a_view_lie_on_the_surfaces():
    """The frame of a view is not told; sides of a known block tell it."""
    room, block = lone_block(yaw=0.9)
    scene = scan(room, STYLES["sunrgbd"].exact(), np.random.default_rng(3), POINTS)
    own, _ = in_box_frame(scene, 0)
    in_room = block.to_room(own + 0.5 * (block.piece.low + block.piece.high))
    assert distances(room, in_room).max() < 1e-4


RED, GREY = Paint((0.9, 0.0, 0.0), (0.9, 0.0, 0.0)), Paint((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))


def lone_block(yaw):
    """A room with a dresser of 0.5 by 1.1 by 0.8 m whose front is red."""
    body = box(GREY, (0.48, 1.1, 0.8), (0, 0, 0.4))
    front = box(RED, (0.02, 1.1, 0.8), (0.25, 0, 0.4))
    placed = Placed(piece("dresser", [body, front]), np.array([2.3, 1.9, 0.0]), yaw)
    plan = Plan((5.0, 4.0), 2.5)
    return Room("bedroom", plan, (flat(plan, 0.0, GREY, downward=False),), (), (placed,)), placed


@pytest.mark.parametrize("yaw", [-2.8, -1.2, 0.0, 0.6, 1.5, 3.0])
def test_the_box_of_a_known_block_is_exact(yaw):
    room, _ = lone_block(yaw)
    checked = 0
    for seed in range(6):
        scene = scan(room, STYLES["sunrgbd"].exact(), np.random.default_rng(seed), 4000)
        if len(scene.boxes) == 0:
            continue
        np.testing.assert_allclose(scene.boxes.sizes[0], (0.5, 1.1, 0.8), atol=1e-9)
        assert -np.pi <= scene.boxes.yaws[0] < np.pi
        own, half = in_box_frame(scene, 0)
        on_a_side = np.abs(np.abs(own) - half).min(axis=1)
        assert on_a_side.max() < 1e-4
        red = scene.colors[scene.instances == 0][:, 0] > 180
        if red.sum() > 20:
            # The front is at own +x, which yaw turns away from the x of the cloud.
            assert own[red, 0].min() > half[0] - 0.0201
            assert own[~red, 0].max(initial=-1.0) < half[0] - 0.0199
            checked += 1
    assert checked >= 1


def test_the_frame_of_a_view_is_the_camera_s_without_its_tilt(scenes):
    for scene in scenes["sunrgbd"]:
        floor = np.quantile(scene.points[:, 2], 0.002)
        assert -1.8 < floor < 0.2
        assert scene.points[:, 1].min() > 0.0
        assert abs(np.median(scene.points[:, 0])) < 1.5
        assert np.array_equal(scene.T_aligned_scan, np.eye(4))


def test_the_height_of_the_camera_is_that_above_the_floor():
    room, _ = lone_block(0.3)
    config = replace(STYLES["sunrgbd"].scanner.exact(), lowest=1.25, highest=1.25)
    style = replace(STYLES["sunrgbd"], scanner=config)
    scene = scan(room, style, np.random.default_rng(0), 4000)
    floor = scene.points[scene.instances == BACKGROUND]
    np.testing.assert_allclose(floor[:, 2], -1.25, atol=1e-4)
    np.testing.assert_allclose(scene.boxes.centres[0, 2], -1.25 + 0.4, atol=1e-9)


def test_scans_of_scannet_are_turned_to_the_walls_by_a_rigid_motion(scenes):
    turns = []
    for scene in scenes["scannet"]:
        assert se3.is_rigid(scene.T_aligned_scan)
        np.testing.assert_allclose(scene.T_aligned_scan[2, :3], (0, 0, 1), atol=1e-12)
        turns.append(np.arctan2(scene.T_aligned_scan[1, 0], scene.T_aligned_scan[0, 0]))
        assert np.abs(scene.points[:, 2].min()) < 0.3
    assert np.ptp(turns) > 4.0


def test_clouds_of_s3dis_begin_at_the_origin_and_reach_the_ceiling(scenes):
    for scene in scenes["s3dis"]:
        np.testing.assert_allclose(scene.points.min(axis=0), 0.0, atol=1e-6)
        assert 2.2 < scene.points[:, 2].max() < 3.3
        top = scene.points[scene.points[:, 2] > scene.points[:, 2].max() - 0.05]
        assert len(top) > 0.05 * len(scene.points)


def test_what_no_view_saw_is_missing():
    room = make_room(np.random.default_rng(4), RoomConfig(kind="living_room", l_share=0.0))
    few = replace(STYLES["scannet"], scanner=FusedConfig(fewest=2, most=2).exact())
    many = replace(STYLES["scannet"], scanner=FusedConfig(fewest=60, most=60).exact())
    covered = []
    for style in (few, many):
        scene = scan(room, style, np.random.default_rng(0), 20_000)
        covered.append(len(np.unique(np.floor(scene.points / 0.1), axis=0)))
    assert covered[0] < 0.6 * covered[1]


def test_boxes_without_enough_points_are_dropped_and_their_points_become_background():
    room = make_room(np.random.default_rng(1), RoomConfig(kind="office"))
    for name, option in (("scannet", "least_points"), ("s3dis", "least_points"), ("sunrgbd", "least_points")):
        strict = replace(STYLES[name], scanner=replace(STYLES[name].scanner, **{option: 100_000}))
        scene = scan(room, strict, np.random.default_rng(0), 4000)
        assert len(scene.boxes) == 0
        assert np.all(scene.instances == BACKGROUND)
        assert np.all(scene.semantics == BACKGROUND)


def test_gathering_stops_where_nothing_is_seen():
    room, _ = lone_block(0.0)
    surface = Surface.of(room, ceiling=False)
    samples = gather(surface, np.random.default_rng(0), 500, lambda drawn: np.zeros(len(drawn), bool))
    assert len(samples) == 0


def test_unknown_styles_and_impossible_requests_are_refused():
    with pytest.raises(InvalidConfigError, match="did you mean 'scannet'"):
        room_scene("scanet", 0, 0)
    with pytest.raises(InvalidConfigError, match="seed -1 and index 0 must be whole numbers"):
        room_scene("scannet", -1, 0)
    with pytest.raises(InvalidInputError, match="0 points are asked for"):
        room_scene("s3dis", 0, 0, points=0)
    with pytest.raises(InvalidConfigError, match="'noise' is -1"):
        from_mapping(FusedConfig, {"noise": -1})
