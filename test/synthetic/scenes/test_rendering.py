"""Pictures of scenes are exact: every pixel lies on its mesh, and no slightly wrong pose would do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import open3d as o3d
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pose_nodes.geometry import se3
from pose_nodes.rendering.depth import DepthRenderer
from pose_nodes.synthetic.scenes.canonical import CanonicalFrame, nocs_map
from pose_nodes.synthetic.scenes.rendering import SceneRenderer
from pose_nodes.synthetic.scenes.scene import Scene, SceneObject

TOLERANCE = 1e-4
"""Metres, within which re-projected depth must lie on the mesh."""
angles = st.floats(-3.0, 3.0)
directions = st.integers(0, 5)


@pytest.fixture(scope="module")
def renderer():
    return SceneRenderer()


@pytest.fixture(scope="module")
def picture(renderer, crowd, T_world_camera, camera):
    return renderer.render(crowd, T_world_camera, camera)


def farthest_from_mesh(rendering, label, mesh, T_camera_object) -> float:
    """Largest distance of the points that a picture shows of an object to the posed mesh, metres."""
    v, u = np.nonzero(rendering.instance == label)
    points = se3.transform(se3.inverse(T_camera_object), rendering.camera.unproject(rendering.depth, v, u))
    scene = o3d.t.geometry.RaycastingScene()
    scene.add_triangles(mesh.vertices.astype(np.float32), mesh.faces.astype(np.uint32))
    return float(scene.compute_distance(points.astype(np.float32)).numpy().max())


def along(direction: int, length: float) -> np.ndarray:
    return length * np.concatenate([np.eye(3), -np.eye(3)])[direction]


@settings(max_examples=25)
@given(rotation=st.tuples(angles, angles, angles), direction=directions)
def test_depth_lies_on_the_mesh_at_the_true_pose_and_at_no_pose_wrong_by_1_mm_or_1_degree(
    renderer, lump, camera, rotation, direction
):
    T = se3.from_rotation_vector(rotation, [0.02, -0.01, 0.4])
    rendering = renderer.render(Scene((SceneObject(lump, T),)), np.eye(4), camera)
    assert farthest_from_mesh(rendering, 1, lump, T) < TOLERANCE
    shifted, turned = T.copy(), T.copy()
    shifted[:3, 3] += along(direction, 1e-3)
    turned[:3, :3] = T[:3, :3] @ se3.from_rotation_vector(along(direction, np.deg2rad(1.0)))[:3, :3]
    assert farthest_from_mesh(rendering, 1, lump, shifted) > TOLERANCE
    assert farthest_from_mesh(rendering, 1, lump, turned) > TOLERANCE


def test_in_a_crowd_every_object_is_exact(picture, crowd, T_world_camera):
    for label, one in enumerate(crowd.objects, 1):
        T_camera_object = se3.inverse(T_world_camera) @ one.T_world_object
        assert np.count_nonzero(picture.instance == label) > 200
        assert farthest_from_mesh(picture, label, one.mesh, T_camera_object) < TOLERANCE


def test_the_nearest_of_all_surfaces_is_seen(picture, crowd, T_world_camera, camera):
    T_camera_world = se3.inverse(T_world_camera)
    alone = [
        DepthRenderer(one.mesh).render(T_camera_world @ one.T_world_object, camera)
        for one in (crowd.support, *crowd.objects)
    ]
    layers = np.nan_to_num(np.stack(alone), nan=np.inf)
    nearest = layers.min(axis=0)
    np.testing.assert_allclose(picture.depth, np.where(np.isinf(nearest), np.nan, nearest), atol=1e-6)
    others = np.sort(layers, axis=0)[1]
    clear = np.isfinite(nearest) & (others > nearest + 1e-5)  # where two surfaces do not meet
    assert np.array_equal(picture.instance[clear], layers.argmin(axis=0)[clear])


def test_normals_of_a_ball_point_away_from_its_middle_and_to_the_camera(renderer, ball, camera):
    T = se3.from_rotation_vector([0.4, 0.1, 0.0], [0.03, 0.02, 0.3])
    rendering = renderer.render(Scene((SceneObject(ball, T),)), np.eye(4), camera)
    v, u = np.nonzero(rendering.instance)
    points, normals = camera.unproject(rendering.depth, v, u), rendering.normals[v, u]
    assert np.all(np.einsum("ij,ij->i", points, normals) < 0)
    outwards = (points - T[:3, 3]) / np.linalg.norm(points - T[:3, 3], axis=1, keepdims=True)
    assert np.einsum("ij,ij->i", outwards, normals).min() > np.cos(np.deg2rad(4))  # it is made of triangles
    np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1.0, atol=1e-5)
    assert np.isnan(rendering.normals[rendering.instance == 0]).all()


def test_normals_face_the_camera_on_the_inner_side_of_an_open_mesh(renderer, block, camera):
    for faces in (block.faces[:2], block.faces[:2, ::-1]):
        mesh = replace(block, faces=np.ascontiguousarray(faces))
        T = se3.from_rotation_vector([0.1, 1.2, 0.0], [0.0, 0.0, 0.4])
        rendering = renderer.render(Scene((SceneObject(mesh, T),)), np.eye(4), camera)
        v, u = np.nonzero(rendering.instance)
        assert len(v) > 100
        facing = np.einsum("ij,ij->i", camera.unproject(rendering.depth, v, u), rendering.normals[v, u])
        assert facing.max() < 0


def test_amodal_masks_are_those_of_each_object_alone(picture, renderer, crowd, T_world_camera, camera):
    for label, one in enumerate(crowd.objects, 1):
        alone = renderer.render(Scene((one,)), T_world_camera, camera)
        assert np.array_equal(picture.amodal_mask(label), alone.visible_mask(1))
        assert not np.any(picture.visible_mask(label) & ~picture.amodal_mask(label))
        share = np.count_nonzero(picture.visible_mask(label)) / np.count_nonzero(alone.visible_mask(1))
        assert picture.visible_fraction(label) == pytest.approx(share)
    assert picture.visible_fraction(1) < 0.9 and picture.visible_fraction(3) == 1.0


def test_what_lies_outside_the_image_is_not_visible(renderer, ball, camera):
    cut = se3.from_rotation_vector([0, 0, 0], [camera.rays(np.zeros(1), np.zeros(1))[0, 0] * 0.5, 0, 0.5])
    rendering = renderer.render(Scene((SceneObject(ball, cut),)), np.eye(4), camera)
    assert rendering.visible_fraction(1) == pytest.approx(0.5, abs=0.03)
    assert rendering.amodal_mask(1).sum() == rendering.visible_mask(1).sum()


@pytest.mark.parametrize("place", [[0.0, 0.0, -0.5], [3.0, 0.0, 0.5], [0.0, -9.0, 0.5]])
def test_an_object_out_of_view_leaves_no_trace(renderer, ball, camera, place):
    rendering = renderer.render(
        Scene((SceneObject(ball, se3.from_rotation_vector([0, 0, 0], place)),)), np.eye(4), camera
    )
    assert np.isnan(rendering.depth).all() and not rendering.instance.any()
    assert rendering.visible_fraction(1) == 0.0 and not rendering.amodal_mask(1).any()


def test_an_object_that_reaches_behind_the_camera_is_drawn_as_far_as_it_is_seen(renderer, block, camera):
    T = se3.from_rotation_vector([0, 0.2, 0], [0.04, 0.0, 0.0])
    rendering = renderer.render(Scene((SceneObject(block, T),)), np.eye(4), camera)
    expected = DepthRenderer(block).render(T, camera)
    assert np.isfinite(expected).any()
    np.testing.assert_allclose(rendering.depth, expected, atol=1e-6)


def test_moving_an_object_keeps_its_prepared_mesh_and_draws_the_same_as_a_fresh_renderer(
    renderer, crowd, T_world_camera, camera
):
    before = renderer.caster(crowd.objects[0].mesh)
    moved = crowd.moved({"one0": se3.from_rotation_vector([0.2, 0.1, 0.9], [-0.02, 0.05, 0.05])})
    rendering = renderer.render(moved, T_world_camera, camera)
    assert renderer.caster(moved.objects[0].mesh) is before
    fresh = SceneRenderer().render(moved, T_world_camera, camera)
    np.testing.assert_array_equal(rendering.depth, fresh.depth)
    np.testing.assert_array_equal(rendering.instance, fresh.instance)


def test_canonical_coordinates_lead_back_to_the_pixels(picture, crowd, T_world_camera, camera):
    coordinates = nocs_map(picture, crowd, T_world_camera)
    assert np.isnan(coordinates[picture.instance == 0]).all()
    for label, one in enumerate(crowd.objects, 1):
        v, u = np.nonzero(picture.instance == label)
        own = coordinates[v, u].astype(np.float64)
        assert own.min() >= 0 and own.max() <= 1
        T_camera_object = se3.inverse(T_world_camera) @ one.T_world_object
        points = se3.transform(T_camera_object, CanonicalFrame.of(one.mesh).points(own))
        np.testing.assert_allclose(camera.project(points), np.stack([u, v], axis=1), atol=0.01)


def test_the_canonical_box_has_its_middle_at_one_half_and_a_diagonal_of_one(block):
    corners = CanonicalFrame.of(block).coordinates(block.vertices)
    np.testing.assert_allclose(corners.min(axis=0) + corners.max(axis=0), 1.0)
    assert np.linalg.norm(np.ptp(corners, axis=0)) == pytest.approx(1.0)


@pytest.mark.parametrize("whole", [None, (), (3,)])
def test_a_crop_is_a_window_of_the_picture_bit_by_bit(
    picture, renderer, crowd, T_world_camera, camera, whole
):
    top, left, height, width = 70, 110, 90, 120
    crop = replace(camera, cx=camera.cx - left, cy=camera.cy - top, width=width, height=height)
    part = renderer.render(crowd, T_world_camera, crop, whole)
    window = np.s_[top : top + height, left : left + width]
    for name in ("depth", "normals", "instance", "triangle"):
        np.testing.assert_array_equal(getattr(part, name), getattr(picture, name)[window])
    for label in (1, 2, 3):
        counted = part.silhouettes[label - 1].pixels
        inside = int(picture.amodal_mask(label)[window].sum())
        beyond = whole is None or label in whole
        assert counted == (picture.silhouettes[label - 1].pixels if beyond else inside)
    assert any(
        picture.amodal_mask(label)[window].sum() < picture.silhouettes[label - 1].pixels for label in (1, 2)
    )
