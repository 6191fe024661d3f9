"""What is computed of a mesh once: samples, normals, sizes, and which side is outside."""

from __future__ import annotations

import time

import numpy as np
import pytest
import trimesh
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import cKDTree
from scipy.spatial.distance import pdist

from pose_nodes.core.errors import InvalidConfigError, InvalidMeshError
from pose_nodes.demo_data import BUNNY
from pose_nodes.geometry import se3
from pose_nodes.geometry.symmetry import SymmetryGroup
from pose_nodes.objects.extent import diameter
from pose_nodes.objects.mesh import TriangleMesh, load_mesh
from pose_nodes.objects.model import SURFACE_POINTS, build_model
from pose_nodes.objects.winding import signed_volume, turned_outwards

SIZE = np.array([0.1, 0.06, 0.04])
OFFSET = np.array([0.02, -0.03, 0.5])


def mesh_of(shape: trimesh.Trimesh, offset: np.ndarray = OFFSET) -> TriangleMesh:
    return TriangleMesh(np.asarray(shape.vertices) + offset, np.asarray(shape.faces, np.int32))


def inside_out(mesh: TriangleMesh) -> TriangleMesh:
    return TriangleMesh(mesh.vertices, mesh.faces[:, ::-1])


@pytest.fixture(scope="module")
def ball():
    return build_model("ball", mesh_of(trimesh.creation.icosphere(4, 0.05)))


@pytest.fixture(scope="module")
def bunny_mesh() -> TriangleMesh:
    return load_mesh(BUNNY / "models" / "obj_000001.ply", "mm")


def test_a_box_has_its_size_centre_and_diagonal():
    model = build_model("box", mesh_of(trimesh.creation.box(SIZE)), "box")
    np.testing.assert_allclose(model.size, SIZE)
    np.testing.assert_allclose(model.box_centre, OFFSET)
    assert model.diameter == pytest.approx(np.linalg.norm(SIZE))
    assert model.symmetry.notation == "box"
    np.testing.assert_allclose(model.symmetry.centre, OFFSET)


def test_samples_lie_on_the_surface_with_outward_unit_normals(ball):
    radii = ball.points - OFFSET
    np.testing.assert_allclose(np.linalg.norm(radii, axis=1), 0.05, atol=2e-4)
    np.testing.assert_allclose(np.linalg.norm(ball.normals, axis=1), 1.0)
    assert np.einsum("ij,ij->i", radii / 0.05, ball.normals).min() > 0.99
    assert ball.points.shape == ball.normals.shape == (SURFACE_POINTS, 3)


def test_samples_are_even_where_random_ones_would_clump(ball):
    nearest = cKDTree(ball.points).query(ball.points, 2)[0][:, 1]
    assert nearest.min() > 0.7 * np.median(nearest)


def test_samples_are_the_same_for_the_same_seed_and_others_for_another():
    mesh = mesh_of(trimesh.creation.box(SIZE))
    first, again = build_model("box", mesh), build_model("box", mesh)
    other = build_model("box", mesh, rng=np.random.default_rng(7))
    np.testing.assert_array_equal(first.points, again.points)
    assert not np.array_equal(first.points, other.points)


def test_samples_follow_the_area_and_not_the_number_of_triangles():
    fine = trimesh.creation.box([0.04, 0.04, 0.04]).subdivide().subdivide().subdivide()
    coarse = trimesh.creation.box([0.08, 0.08, 0.08])
    fine.apply_translation([0.2, 0, 0])
    model = build_model("two", mesh_of(trimesh.util.concatenate([coarse, fine]), np.zeros(3)))
    assert np.mean(model.points[:, 0] > 0.1) == pytest.approx(0.2, abs=0.03)


@pytest.mark.parametrize("shape", [trimesh.creation.box(SIZE), trimesh.creation.icosphere(2, 0.05)])
def test_a_mesh_that_is_inside_out_is_turned(shape):
    mesh = mesh_of(shape)
    assert signed_volume(mesh) == pytest.approx(shape.volume)
    turned = turned_outwards(inside_out(mesh))
    assert signed_volume(turned) == pytest.approx(shape.volume)
    assert turned_outwards(mesh) is mesh


def test_a_scan_with_holes_that_is_inside_out_is_turned(bunny_mesh):
    assert signed_volume(bunny_mesh) > 0
    assert signed_volume(turned_outwards(inside_out(bunny_mesh))) > 0


def test_triangles_that_do_not_share_vertices_are_turned_as_well():
    soup = trimesh.creation.box(SIZE)
    soup.unmerge_vertices()
    assert signed_volume(turned_outwards(inside_out(mesh_of(soup)))) > 0


def test_an_open_surface_is_left_as_it_is():
    shape = trimesh.creation.icosphere(3, 0.05)
    shape.update_faces(shape.triangles_center[:, 2] > 0)
    half = mesh_of(shape)
    for mesh in (half, inside_out(half)):
        assert turned_outwards(mesh) is mesh


@given(st.integers(0, 2**32 - 1), st.sampled_from([2, 3, 40, 300]), st.sampled_from([1, 2, 3]))
def test_the_diameter_is_that_of_all_pairs_also_in_a_plane_or_on_a_line(seed, count, dimensions):
    rng = np.random.default_rng(seed)
    points = np.zeros((count, 3))
    points[:, :dimensions] = rng.normal(size=(count, dimensions))
    points = se3.transform(se3.from_rotation_vector(rng.normal(size=3), rng.normal(size=3)), points)
    assert diameter(points) == pytest.approx(pdist(points).max(), rel=1e-9)


def test_the_diameter_of_a_shape_with_many_hull_corners_is_exact_and_quick():
    sphere = trimesh.creation.icosphere(5, 0.05)
    started = time.perf_counter()
    assert diameter(np.asarray(sphere.vertices)) == pytest.approx(0.1, abs=1e-9)
    assert time.perf_counter() - started < 5.0


def test_a_flat_card_is_a_model_too():
    vertices = np.array([[0, 0, 0], [0.09, 0, 0], [0.09, 0.05, 0], [0, 0.05, 0]])
    model = build_model("card", TriangleMesh(vertices, np.array([[0, 1, 2], [0, 2, 3]], np.int32)))
    assert model.diameter == pytest.approx(np.hypot(0.09, 0.05))
    assert model.points.shape == (SURFACE_POINTS, 3)
    np.testing.assert_allclose(model.normals, np.tile([0.0, 0.0, 1.0], (SURFACE_POINTS, 1)))


def test_triangles_without_area_are_refused_with_the_name_of_the_object():
    line = TriangleMesh(np.array([[0, 0, 0], [0.1, 0, 0], [0.2, 0, 0.0]]), np.array([[0, 1, 2]], np.int32))
    with pytest.raises(InvalidMeshError, match="object 'wire': mesh: no triangle has an area"):
        build_model("wire", line)


def test_a_group_is_taken_as_it_is_and_auto_is_found_from_the_geometry():
    mesh = mesh_of(trimesh.creation.box(SIZE))
    group = SymmetryGroup.parse("z:2", OFFSET)
    assert build_model("box", mesh, group).symmetry is group
    found = build_model("box", mesh, "auto").symmetry
    assert found.notation == "box"
    np.testing.assert_allclose(found.centre, OFFSET)


def test_auto_refuses_a_ball_in_a_sentence():
    with pytest.raises(InvalidConfigError, match=r"object 'ball': is a ball.* set symmetry: none"):
        build_model("ball", mesh_of(trimesh.creation.icosphere(4, 0.05)), "auto")


def test_a_real_scan_is_ready_in_half_a_second(bunny_mesh):
    build_model("warm-up", bunny_mesh)
    started = time.perf_counter()
    model = build_model("bunny", bunny_mesh)
    assert time.perf_counter() - started < 1.5  # 0.2 s on an idle machine
    assert model.diameter == pytest.approx(0.198339, abs=1e-5)
