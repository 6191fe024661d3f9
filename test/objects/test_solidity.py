"""Meshes that bound a body, and every way in which one does not."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from pose_nodes.core.errors import InvalidMeshError
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.objects.solidity import check_closed, check_volume


@pytest.fixture
def box() -> TriangleMesh:
    shape = trimesh.creation.box((0.1, 0.06, 0.04))
    return TriangleMesh(np.asarray(shape.vertices, np.float64), np.asarray(shape.faces, np.int32))


def test_a_box_is_closed_whichever_way_its_triangles_face(box) -> None:
    check_closed(box, "box")
    check_closed(TriangleMesh(box.vertices, box.faces[:, ::-1].copy()), "box")


def test_vertices_that_are_repeated_for_each_triangle_are_no_holes(box) -> None:
    soup = TriangleMesh(box.vertices[box.faces].reshape(-1, 3), np.arange(36, dtype=np.int32).reshape(-1, 3))
    check_closed(soup, "soup")


def test_a_ring_is_closed() -> None:
    ring = trimesh.creation.torus(0.05, 0.01)
    check_closed(
        TriangleMesh(np.asarray(ring.vertices, np.float64), np.asarray(ring.faces, np.int32)), "ring"
    )


def test_a_hole_is_told_with_its_edges(box) -> None:
    with pytest.raises(InvalidMeshError, match=r"object 'box': its mesh is not watertight \(3 of 18 edges"):
        check_closed(TriangleMesh(box.vertices, box.faces[1:]), "object 'box'")


def test_a_third_triangle_on_an_edge_is_told(box) -> None:
    fin = np.concatenate([box.faces, [[box.faces[0, 0], box.faces[0, 1], 8]]]).astype(np.int32)
    with pytest.raises(InvalidMeshError, match="not watertight"):
        check_closed(TriangleMesh(np.concatenate([box.vertices, [[0.2, 0.2, 0.2]]]), fin), "box")


def test_triangles_that_face_different_ways_are_told(box) -> None:
    faces = box.faces.copy()
    faces[:4] = faces[:4, ::-1]
    with pytest.raises(InvalidMeshError, match="box: its triangles do not agree on which side is outside"):
        check_closed(TriangleMesh(box.vertices, faces), "box")


def test_a_body_without_volume_is_told(box) -> None:
    flat = TriangleMesh(box.vertices * [1.0, 1.0, 1e-6], box.faces)
    with pytest.raises(InvalidMeshError, match="box: its mesh encloses no volume"):
        check_volume(flat, "box")
    check_volume(
        TriangleMesh(box.vertices * [1.0, 1.0, 2.5e-3], box.faces), "sheet of a tenth of a millimetre"
    )
