"""Motions that lay a surface onto itself."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from pose_nodes.geometry import se3
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.objects.model import build_model
from pose_nodes.registration.field_registration import FieldTarget
from pose_nodes.registration.self_alignments import self_alignments

OBLIQUE = se3.from_rotation_vector([0.3, 0.5, 0.2], [0.1, 0.0, 0.0])
TETRAHEDRON = trimesh.Trimesh(
    0.05 * np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]),
    [[0, 1, 2], [0, 3, 1], [0, 2, 3], [1, 3, 2]],
)
CONE = trimesh.creation.cone(0.04, 0.1)


def of(shape, chamfer=0.01, rotations=400):
    shape = shape.copy()
    shape.apply_transform(OBLIQUE)
    model = build_model("shape", TriangleMesh(np.asarray(shape.vertices), np.asarray(shape.faces, np.int32)))
    return self_alignments(model, FieldTarget(model.mesh, model.diameter), rotations, chamfer)


@pytest.mark.parametrize(
    ("shape", "count"),
    [(trimesh.creation.box([0.1, 0.06, 0.04]), 4), (trimesh.creation.box([0.08, 0.08, 0.03]), 8),
     (trimesh.creation.box([0.08] * 3), 24), (TETRAHEDRON, 12)],
)  # fmt: skip
def test_all_turns_of_a_shape_that_stands_oblique_are_found(shape, count):
    found = of(shape)
    assert len(found) == count
    np.testing.assert_array_equal(found[0], np.eye(4))
    own = se3.inverse(OBLIQUE) @ found @ OBLIQUE  # in the frame in which it stood straight
    corners = np.asarray(shape.vertices)
    for motion in own:
        moved = se3.transform(motion, corners)
        farthest = np.linalg.norm(moved[:, None] - corners, axis=2).min(axis=1).max()
        assert farthest < 0.002


def test_turns_of_a_cone_go_about_its_axis_alone():
    found = of(CONE)
    assert len(found) > 10
    axes = (se3.inverse(OBLIQUE) @ found @ OBLIQUE)[:, :3, 2]
    assert axes[:, 2].min() > np.cos(np.deg2rad(3.0))


def test_what_is_nearly_alike_is_found_where_more_is_allowed():
    nearly_square = trimesh.creation.box([0.08, 0.075, 0.03])
    assert len(of(nearly_square, chamfer=0.002)) == 4
    assert len(of(nearly_square, chamfer=0.03)) >= 8


def test_an_object_without_symmetry_has_none(bunny_model):
    field = FieldTarget(bunny_model.mesh, bunny_model.diameter)
    np.testing.assert_array_equal(self_alignments(bunny_model, field, 200, 0.01), np.eye(4)[None])


def test_a_ball_has_no_more_than_an_icosahedron():
    assert len(of(trimesh.creation.icosphere(subdivisions=3, radius=0.05), rotations=150)) == 60
