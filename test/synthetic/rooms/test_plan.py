"""Floor plans: walls close around the floor, surfaces have the right area and face the room."""

import numpy as np
import pytest

from pose_nodes.synthetic.rooms.paint import Paint
from pose_nodes.synthetic.rooms.plan import Opening, Plan, flat, random_plan, wall_surface

PAINT = Paint((0.5, 0.5, 0.5), (0.4, 0.4, 0.4))
X, Y, H = 5.0, 4.0, 2.6
PLANS = {
    "rectangle": Plan((X, Y), H),
    "low_left": Plan((X, Y), H, ((0.0, 0.0), (2.0, 1.5))),
    "low_right": Plan((X, Y), H, ((3.0, 0.0), (X, 1.5))),
    "high_right": Plan((X, Y), H, ((3.0, 2.5), (X, Y))),
    "high_left": Plan((X, Y), H, ((0.0, 2.5), (2.0, Y))),
}


def area_and_normals(part):
    a, b, c = (part.vertices[part.faces[:, k]] for k in range(3))
    cross = np.cross(b - a, c - a)
    return 0.5 * np.linalg.norm(cross, axis=1).sum(), cross / np.linalg.norm(cross, axis=1, keepdims=True)


@pytest.mark.parametrize("name", PLANS)
def test_corners_run_counter_clockwise_around_the_area(name):
    plan = PLANS[name]
    x, y = plan.corners.T
    enclosed = 0.5 * float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))
    assert enclosed == pytest.approx(plan.area)
    assert len(plan.corners) == (4 if name == "rectangle" else 6)


@pytest.mark.parametrize("name", PLANS)
def test_walls_face_the_room(name):
    plan = PLANS[name]
    for index, wall in enumerate(plan.walls):
        beside = np.stack([wall.point(0.5 * wall.length, off) for off in (0.05, -0.05)])
        assert plan.inside(beside).tolist() == [True, False]
        area, normals = area_and_normals(wall_surface(plan, index, (), PAINT, PAINT)[0])
        assert area == pytest.approx(wall.length * H)
        np.testing.assert_allclose(normals[:, :2], np.tile(wall.inward, (len(normals), 1)), atol=1e-9)


@pytest.mark.parametrize("name", PLANS)
def test_floor_and_ceiling_have_the_area_of_the_plan_and_face_the_room(name):
    plan = PLANS[name]
    for z, downward, up in ((0.0, False, 1.0), (H, True, -1.0)):
        part = flat(plan, z, PAINT, downward)
        area, normals = area_and_normals(part)
        assert area == pytest.approx(plan.area)
        np.testing.assert_allclose(normals[:, 2], up)
        assert set(part.vertices[:, 2]) == {z}


def test_openings_are_holes_with_sides_that_face_their_middle():
    door = Opening(0, 1.0, 1.9, 0.0, 2.0, depth=0.2)
    window = Opening(0, 3.0, 4.0, 0.9, 2.1, depth=0.1)
    wall, door_sides, window_sides = wall_surface(PLANS["rectangle"], 0, (door, window), PAINT, PAINT)
    assert area_and_normals(wall)[0] == pytest.approx(X * H - 0.9 * 2.0 - 1.0 * 1.2)
    assert area_and_normals(window_sides)[0] == pytest.approx(2 * (1.0 + 1.2) * 0.1)
    area, normals = area_and_normals(door_sides)
    assert area == pytest.approx(2 * (0.9 + 2.0) * 0.2)
    middles = door_sides.vertices[door_sides.faces].mean(axis=1)
    assert np.all(np.einsum("ij,ij->i", normals, (1.45, 0.1, 1.0) - middles) > 0)


def test_a_corridor_is_seen_through_an_open_door():
    door = Opening(0, 1.0, 1.9, 0.0, 2.0, beyond=True)
    beyond = wall_surface(PLANS["rectangle"], 0, (door,), PAINT, PAINT)[-1]
    _, normals = area_and_normals(beyond)
    assert beyond.vertices[:, 1].max() < 0.0
    np.testing.assert_allclose(normals[[0, 2]], [(0, 0, 1)] * 2, atol=1e-9)
    np.testing.assert_allclose(normals[[1, 3]], [(0, 1, 0)] * 2, atol=1e-9)


def test_random_plans_have_the_area_that_was_asked_for_less_their_notch():
    rng = np.random.default_rng(0)
    plans = [random_plan(rng, 20.0, 2.5, 0.5) for _ in range(60)]
    assert all(plan.area == pytest.approx(20.0) for plan in plans if plan.notch is None)
    assert all(11.0 < plan.area < 20.0 for plan in plans if plan.notch is not None)
    assert 15 < sum(plan.notch is not None for plan in plans) < 45
