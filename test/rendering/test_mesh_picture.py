"""Pictures of a mesh from several sides."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh
from hypothesis import assume, given
from hypothesis import strategies as st

from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.objects.model import build_model
from pose_nodes.rendering.depth import DepthRenderer
from pose_nodes.rendering.mesh_picture import look_from, mesh_picture, shaded

coordinates = st.floats(-1.0, 1.0)
vectors = st.tuples(coordinates, coordinates, coordinates).map(np.array)
CAMERA = PinholeCamera(200.0, 200.0, 49.5, 49.5, 100, 100)


@pytest.fixture(scope="module")
def box() -> TriangleMesh:
    mesh = trimesh.creation.box((0.06, 0.04, 0.02))
    return TriangleMesh(np.asarray(mesh.vertices), np.asarray(mesh.faces, np.int32))


@given(vectors, vectors, st.floats(0.1, 5.0))
def test_the_camera_looks_at_the_target_from_the_direction(direction, target, distance):
    assume(np.linalg.norm(direction) > 1e-3)
    T_camera_object = look_from(direction, target, distance)
    eye = se3.inverse(T_camera_object)[:3, 3]
    assert se3.is_rigid(T_camera_object)
    np.testing.assert_allclose(se3.transform(T_camera_object, target[None])[0], [0, 0, distance], atol=1e-9)
    np.testing.assert_allclose(eye - target, distance * direction / np.linalg.norm(direction), atol=1e-9)


def test_a_face_towards_the_camera_is_brighter_than_an_oblique_one(box):
    renderer = DepthRenderer(box)

    def middle(direction: tuple[float, float, float]) -> int:
        depth = renderer.render(look_from(np.array(direction), np.zeros(3), 0.2), CAMERA)
        return int(shaded(depth, CAMERA)[50, 50, 0])

    assert middle((0.0, 0.0, 1.0)) > middle((0.9, 0.0, 1.0)) + 10


def test_the_sheet_has_two_rows_of_three_views(box):
    picture = mesh_picture(build_model("box", box))
    assert picture.dtype == np.uint8
    assert picture.shape[1] / picture.shape[0] == pytest.approx(1.5, abs=0.02)
