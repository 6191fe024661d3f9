"""The picture of rooms shows points and boxes where they are."""

import numpy as np

from pose_nodes.sequences.indoor_scene import IndoorScene, RoomBoxes
from pose_nodes.synthetic.rooms.contact_sheet import aslant, contact_sheet, corners, from_above
from pose_nodes.synthetic.rooms.library import room_scene


def boxes(yaw):
    return RoomBoxes(np.array([0]), np.array([[1.0, 2.0, 0.5]]), np.array([[2.0, 1.0, 1.0]]), np.array([yaw]))


def test_corners_turn_from_x_towards_y():
    straight = corners(boxes(0.0))[0]
    np.testing.assert_allclose(straight.min(axis=0), (0.0, 1.5, 0.0))
    np.testing.assert_allclose(straight.max(axis=0), (2.0, 2.5, 1.0))
    turned = corners(boxes(np.pi / 2))[0]
    np.testing.assert_allclose(turned[-1], (0.5, 3.0, 1.0), atol=1e-12)


def test_a_map_has_x_to_the_right_and_y_upwards():
    rng = np.random.default_rng(0)
    points = rng.uniform((0, 0, 0), (4, 3, 0.1), (60_000, 3)).astype(np.float32)
    colors = np.zeros((len(points), 3), np.uint8)
    colors[points[:, 0] > 2, 0] = 250
    colors[points[:, 1] > 1.5, 1] = 250
    none = np.full(len(points), -1)
    empty = RoomBoxes(np.zeros(0, int), np.zeros((0, 3)), np.zeros((0, 3)), np.zeros(0))
    image = from_above(IndoorScene("flat", ("bed",), points, colors, none, none, empty))
    high, wide = image.shape[:2]
    seen = {
        (row, column): tuple(int(value) for value in np.median(part.reshape(-1, 3), axis=0)[:2])
        for row, half in enumerate((image[60 : high // 2 - 20], image[high // 2 + 20 : -60]))
        for column, part in enumerate((half[:, 60 : wide // 2 - 20], half[:, wide // 2 + 20 : -60]))
    }
    assert seen == {(0, 0): (0, 250), (0, 1): (250, 250), (1, 0): (0, 0), (1, 1): (250, 0)}


def test_a_near_point_covers_a_far_one():
    floor = np.stack(np.meshgrid(np.linspace(0, 4, 300), np.linspace(0, 3, 300)), -1).reshape(-1, 2)
    low = np.column_stack([floor, np.zeros(len(floor))])
    high = np.column_stack([floor[::7], np.full(len(floor[::7]), 0.5)])
    points = np.concatenate([high, low]).astype(np.float32)
    colors = np.zeros((len(points), 3), np.uint8)
    colors[: len(high), 0] = 255
    none = np.full(len(points), -1)
    empty = RoomBoxes(np.zeros(0, int), np.zeros((0, 3)), np.zeros((0, 3)), np.zeros(0))
    image = from_above(IndoorScene("two", ("bed",), points, colors, none, none, empty))
    # Each of the upper points shows as a whole square of three by three pixels.
    assert np.count_nonzero(image[..., 0] == 255) > 0.6 * np.count_nonzero(image[..., 0] == 0)


def test_the_sheet_has_two_tiles_a_scene():
    scenes = [room_scene(style, 1, 0, 3000) for style in ("scannet", "sunrgbd")]
    sheet = contact_sheet(scenes, columns=2, width=120)
    assert sheet.shape == (2 * 104 + 4, 2 * 124 + 4, 3)
    assert sheet[4:104, 4:124].std() > 10
    assert aslant(scenes[0]).dtype == np.uint8
