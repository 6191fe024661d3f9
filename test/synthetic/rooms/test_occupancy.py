"""Overlap of upright boxes, and what is free in a room."""

import cv2
import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from pose_nodes.synthetic.rooms.occupancy import Block, Occupancy, block_of, overlaps, parts_collide
from pose_nodes.synthetic.rooms.paint import Paint
from pose_nodes.synthetic.rooms.parts import box
from pose_nodes.synthetic.rooms.piece import Placed, piece
from pose_nodes.synthetic.rooms.plan import Plan

PAINT = Paint((0.5, 0.5, 0.5), (0.4, 0.4, 0.4))
ROWS = st.tuples(
    st.floats(-1, 1), st.floats(-1, 1), st.floats(0.05, 1), st.floats(0.05, 1), st.floats(-4, 4),
    st.floats(0, 1), st.floats(1.1, 2),
)  # fmt: skip


def shared_area(one, other):
    rectangles = [((r[0], r[1]), (2 * r[2], 2 * r[3]), float(np.degrees(r[4]))) for r in (one, other)]
    kind, polygon = cv2.rotatedRectangleIntersection(*rectangles)
    return 0.0 if kind == cv2.INTERSECT_NONE or polygon is None else cv2.contourArea(cv2.convexHull(polygon))


@given(one=ROWS, other=ROWS)
def test_boxes_overlap_where_their_rectangles_share_an_area(one, other):
    area = shared_area(one, other)
    assume(area == 0.0 or area > 1e-3)
    assert bool(overlaps(np.array(one), np.array(other), 0.0)) == (area > 0.0)


@given(one=ROWS, other=ROWS)
def test_overlap_is_mutual_and_ends_with_height(one, other):
    a, b = np.array(one), np.array(other)
    assert overlaps(a, b, 0.001) == overlaps(b, a, 0.001)
    b[5:] += 3.0
    assert not overlaps(a, b, 0.0)


def placed(kind, boxes, at, yaw=0.0):
    return Placed(piece(kind, [box(PAINT, size, middle) for size, middle in boxes]), np.array(at), yaw)


def test_a_seat_under_a_table_top_is_no_collision_but_in_its_leg_it_is():
    table = placed("table", [((1, 1, 0.04), (0, 0, 0.73)), ((0.1, 0.1, 0.7), (0, 0, 0.35))], (0, 0, 0))
    seat = [((0.4, 0.4, 0.4), (0, 0, 0.2))]
    assert not parts_collide(placed("chair", seat, (0.35, 0.0, 0.0), 0.5), table)
    assert parts_collide(placed("chair", seat, (0.2, 0.0, 0.0), 0.5), table)


def test_the_block_of_a_turned_thing_has_its_own_sides_and_the_room_s_place():
    thing = placed("table", [((1.0, 0.4, 0.8), (0, 0, 0.4))], (2.0, 1.0, 0.1), np.pi / 2)
    block = block_of(thing, margin=0.1)
    assert (block.half_x, block.half_y) == (0.6, 0.30000000000000004)
    corners = block.corners()
    np.testing.assert_allclose(np.ptp(corners, axis=0), (0.6, 1.2), atol=1e-9)
    np.testing.assert_allclose(corners.mean(axis=0), (2.0, 1.0), atol=1e-9)
    assert (block.low, block.high) == (0.1, 0.9)


def test_nothing_is_free_outside_the_room_in_its_notch_above_it_or_where_something_is():
    taken = Occupancy(Plan((4.0, 3.0), 2.5, ((0.0, 0.0), (1.0, 1.0))))
    owner = placed("table", [((0.5, 0.5, 0.7), (0, 0, 0.35))], (2.0, 2.0, 0.0))
    taken.take(block_of(owner), owner)

    def free(x, y, high=1.0, ignored=()):
        return taken.free(Block(x, y, 0.2, 0.2, 0.3, 0.0, high), ignored)

    assert free(3.0, 1.0)
    assert not free(0.1, 2.0)
    assert not free(0.9, 0.9)
    assert not free(3.0, 1.0, high=2.6)
    assert not free(2.1, 2.1)
    assert free(2.1, 2.1, ignored=(owner,))


def test_more_things_than_it_was_made_for_are_remembered():
    taken = Occupancy(Plan((100.0, 3.0), 2.5))
    for k in range(90):
        taken.take(Block(1.0 + k, 1.5, 0.3, 0.3, 0.0, 0.0, 1.0))
    assert not any(taken.free(Block(1.0 + k, 1.5, 0.1, 0.1, 0.0, 0.0, 1.0)) for k in range(90))
    assert taken.free(Block(1.5, 1.5, 0.1, 0.1, 0.0, 0.0, 1.0))
