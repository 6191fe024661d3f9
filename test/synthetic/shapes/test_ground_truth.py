"""Pictures of procedural objects against their poses: right ones pass, slightly wrong ones do not."""

from __future__ import annotations

import functools

import numpy as np
import open3d as o3d
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.synthetic.scenes.rendering import Rendering, SceneRenderer
from pose_nodes.synthetic.scenes.scene import Scene, SceneObject
from pose_nodes.synthetic.shapes.library import generate
from pose_nodes.synthetic.shapes.procedural import ProceduralObject

TOLERANCE = 1e-4
"""Metres, within which re-projected depth must lie on the mesh."""
CAMERA = PinholeCamera(290.0, 288.0, 161.0, 118.0, 320, 240)
OBJECTS = (("mug", 3), ("generic_box", 2), ("generic_gear", 2), ("bottle", 4), ("shoe", 0))
RENDERER = SceneRenderer()

turns = st.tuples(*[st.floats(-3.0, 3.0)] * 3)
places = st.tuples(st.floats(-0.05, 0.05), st.floats(-0.05, 0.05), st.floats(0.5, 0.9))
directions = st.tuples(*[st.floats(-1.0, 1.0)] * 3).filter(lambda d: np.linalg.norm(d) > 0.1)


@functools.cache
def made(family: str, seed: int) -> ProceduralObject:
    return generate(family, seed, 6000)


@functools.cache
def surface(family: str, seed: int) -> o3d.t.geometry.RaycastingScene:
    mesh, scene = made(family, seed).mesh, o3d.t.geometry.RaycastingScene()
    scene.add_triangles(mesh.vertices.astype(np.float32), mesh.faces.astype(np.uint32))
    return scene


def picture(item: ProceduralObject, T_camera_object: np.ndarray) -> Rendering:
    return RENDERER.render(Scene((SceneObject(item.mesh, T_camera_object),)), np.eye(4), CAMERA)


def farthest(key: tuple[str, int], rendering: Rendering, T_camera_object: np.ndarray) -> float:
    """Metres between the points that a picture shows and the mesh at a pose."""
    v, u = np.nonzero(rendering.instance)
    assert len(v) > 100
    points = se3.transform(se3.inverse(T_camera_object), CAMERA.unproject(rendering.depth, v, u))
    return float(surface(*key).compute_distance(points.astype(np.float32)).numpy().max())


def shifted(T: np.ndarray, direction: np.ndarray, metres: float) -> np.ndarray:
    wrong = T.copy()
    wrong[:3, 3] += metres * direction / np.linalg.norm(direction)
    return wrong


def turned(item: ProceduralObject, T: np.ndarray, direction: np.ndarray, degrees: float) -> np.ndarray:
    """Turned about the object's origin, across a continuous axis: about that nothing changes."""
    if item.symmetry.axis is not None:
        direction = np.cross(item.symmetry.axis, direction)
        assume(np.linalg.norm(direction) > 0.05)
    vector = np.deg2rad(degrees) * direction / np.linalg.norm(direction)
    return T @ se3.from_rotation_vector(vector, [0, 0, 0])


@pytest.mark.parametrize("key", OBJECTS, ids=lambda key: key[0])
@settings(max_examples=6, deadline=None)
@given(rotation=turns, place=places, direction=directions)
def test_depth_lies_on_the_mesh_at_the_true_pose_and_at_none_wrong_by_1_mm_or_1_degree(
    key, rotation, place, direction
) -> None:
    item, T = made(*key), se3.from_rotation_vector(rotation, place)
    rendering, direction = picture(item, T), np.array(direction)
    assert farthest(key, rendering, T) < TOLERANCE
    assert farthest(key, rendering, shifted(T, direction, 1e-3)) > TOLERANCE
    assert farthest(key, rendering, turned(item, T, direction, 1.0)) > TOLERANCE


@settings(max_examples=6, deadline=None)
@given(rotation=turns, place=places, data=st.data())
def test_symmetric_poses_pass_within_the_error_of_the_mesh_and_three_degrees_beside_them_none_does(
    rotation, place, data
) -> None:
    key = data.draw(st.sampled_from([("generic_box", 2), ("generic_gear", 2), ("generic_plate", 2)]))
    item, T = made(*key), se3.from_rotation_vector(rotation, place)
    elements = item.symmetry.elements()
    same = T @ elements[data.draw(st.integers(0, len(elements) - 1))]
    rendering = picture(item, T)
    # The meshed body is as symmetric as its mesh is near to it.
    bound = max(TOLERANCE, 2.0 * item.quality.worst)
    assert farthest(key, rendering, same) < bound
    beside = farthest(key, rendering, turned(item, same, np.array([1.0, 0.0, 0.0]), 3.0))
    assert beside > bound


@pytest.mark.parametrize("key", [("bottle", 4), ("generic_gear", 2)], ids=lambda key: key[0])
def test_the_symmetric_pose_nearest_to_the_true_one_is_the_true_one(key) -> None:
    """What evaluation rests on: a symmetric answer counts as right, and one off by a degree as a degree."""
    item = made(*key)
    T = se3.from_rotation_vector([0.4, -0.3, 1.0], [0.0, 0.02, 0.6])
    for element in item.symmetry.elements(np.deg2rad(50.0)):
        answer = item.symmetry.nearest(T @ element, T)
        np.testing.assert_allclose(answer, T, atol=1e-9)
        tilted = T @ element @ se3.from_rotation_vector(np.deg2rad([1.0, 0.0, 0.0]), [0, 0, 0])
        left = item.symmetry.nearest(tilted, T)[:3, :3].T @ T[:3, :3]
        assert np.rad2deg(se3.rotation_angle(left)) == pytest.approx(1.0, abs=1e-3)
