"""The distance field against distances that are known."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.registration.field_registration import FieldTarget

RADIUS = 0.05


def target_of(shape: trimesh.Trimesh, diameter: float) -> FieldTarget:
    return FieldTarget(TriangleMesh(np.asarray(shape.vertices), np.asarray(shape.faces, np.int32)), diameter)


@pytest.fixture(scope="module")
def ball() -> FieldTarget:
    return target_of(trimesh.creation.icosphere(5, RADIUS), 2 * RADIUS)


@pytest.fixture(scope="module")
def box() -> FieldTarget:
    """12 x 8 x 6 cm about the origin."""
    return target_of(trimesh.creation.box((0.12, 0.08, 0.06)), 0.16)


directions = st.tuples(*[st.floats(-1, 1)] * 3).map(np.array).filter(lambda v: np.linalg.norm(v) > 0.1)


@given(direction=directions, height=st.floats(-0.0015, 0.0015))
def test_near_a_ball_it_is_exact_to_hundredths_of_a_millimetre(ball, direction, height):
    outwards = direction / np.linalg.norm(direction)
    normals, distances = ball.planes(((RADIUS + height) * outwards)[None])
    assert distances[0] == pytest.approx(height, abs=3e-5)
    assert normals[0] @ outwards > 0.999


@given(direction=directions, height=st.floats(-0.03, 0.025))
def test_far_from_a_ball_it_is_right_to_second_order_of_the_coarse_cells(ball, direction, height):
    point = (RADIUS + height) * direction / np.linalg.norm(direction)
    distances = ball.planes(point[None])[1]
    assert distances[0] == pytest.approx(height, abs=2e-4)


@settings(max_examples=200)
@given(st.tuples(st.floats(-0.075, 0.075), st.floats(-0.055, 0.055), st.floats(-0.045, 0.045)).map(np.array))
@example(np.array([0.048828125, 0.0, 0.021484375]))
def test_around_a_box_it_is_the_distance_from_the_box(box, point):
    beyond = np.abs(point) - [0.06, 0.04, 0.03]
    expected = np.linalg.norm(np.maximum(beyond, 0)) + min(beyond.max(), 0.0)
    assume(expected > -0.01)  # near the middle, from which all sides are far, it bends
    # So it does inside of an edge, within a cell whose middle is nearer to the other side: the difference of
    # the distances from two sides grows by sqrt(2), and to a corner of a cell it is sqrt(3) / 2 of its edge.
    # Cells are of 1 mm near the surface, and of 4 mm farther in.
    slack = 1.23e-3 if expected > -0.0025 else 4.9e-3
    assert box.planes(point[None])[1][0] == pytest.approx(expected, abs=slack)


@given(direction=directions, far=st.floats(0.2, 5.0))
def test_beyond_the_field_the_gradient_still_leads_home(ball, direction, far):
    outwards = direction / np.linalg.norm(direction)
    normals, distances = ball.planes((far * outwards)[None])
    assert normals[0] @ outwards > 0.5 and distances[0] > 0.02


def test_an_open_mesh_has_an_inside_and_an_outside_too():
    square = 0.1 * np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0.0]])
    target = FieldTarget(TriangleMesh(square, np.array([[0, 1, 2], [0, 2, 3]], np.int32)), 0.28)
    points = np.array([[0.01, 0.02, 0.012], [0.01, 0.02, -0.012]])
    np.testing.assert_allclose(target.planes(points)[1], [0.012, -0.012], atol=1e-6)
