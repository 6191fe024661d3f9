"""Fewer triangles for the same surface, still closed."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.objects.winding import signed_volume
from pose_nodes.synthetic.shapes import simplification
from pose_nodes.synthetic.shapes.quality import is_closed


@pytest.mark.parametrize("simplified", [simplification.by_threshold, simplification.by_queue])
def test_a_ball_keeps_its_volume_with_a_tenth_of_the_triangles(simplified) -> None:
    ball = trimesh.creation.icosphere(subdivisions=5, radius=0.05)
    vertices, faces = np.asarray(ball.vertices, np.float64), np.asarray(ball.faces, np.int32)
    mesh = TriangleMesh(*simplified(vertices, faces, 2048))
    assert 0.95 * 2048 <= len(mesh.faces) <= 2048
    assert is_closed(mesh)
    assert signed_volume(mesh) == pytest.approx(ball.volume, rel=5e-3)
    assert (mesh.vertices.dtype, mesh.faces.dtype) == (np.float64, np.int32)


def test_triangles_back_to_back_are_left_out() -> None:
    box = trimesh.creation.box((0.1, 0.1, 0.1))
    first, second = box.faces[0, :2]
    flap = [[first, second, 8], [second, first, 8]]
    vertices = np.concatenate([box.vertices, [[0.2, 0.2, 0.2]]])
    faces = np.concatenate([box.faces, flap]).astype(np.int32)
    assert not is_closed(TriangleMesh(vertices, faces))
    kept, triangles = simplification._without_flaps(vertices, faces)
    np.testing.assert_array_equal(kept, box.vertices)
    np.testing.assert_array_equal(triangles, box.faces)
