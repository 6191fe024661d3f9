"""Points are alike where they are near on one side of the object, whatever its symmetry."""

from __future__ import annotations

import numpy as np
import pytest

from pose_nodes.geometry.symmetry import SymmetryGroup
from training.clouds.relations import ALIKE, APART, NEITHER, Placed, Reach, choose_anchors, relations

REACH = Reach(alike=0.1, apart=0.2)
NONE = SymmetryGroup.none()


def placed(points, normals=None, on_object=None) -> Placed:
    points = np.asarray(points, float)
    normals = np.tile([0.0, 0.0, 1.0], (len(points), 1)) if normals is None else np.asarray(normals, float)
    on_object = np.ones(len(points), bool) if on_object is None else np.asarray(on_object)
    return Placed(points, normals, on_object)


def test_by_distance():
    first, second = placed([[0, 0, 0]]), placed([[0.09, 0, 0], [0.15, 0, 0], [0.21, 0, 0]])
    assert relations(np.array([0]), first, second, NONE, REACH).tolist() == [[ALIKE, NEITHER, APART]]


def test_the_other_side_of_a_thin_wall_is_not_alike_and_not_apart():
    second = placed([[0, 0, -0.02], [0, 0, 0.5]], [[0, 0, -1], [0, 0, -1]])
    assert relations(np.array([0]), placed([[0, 0, 0]]), second, NONE, REACH).tolist() == [[NEITHER, APART]]


def test_what_is_not_on_the_object_is_alike_with_nothing():
    second = placed([[0.0, 0, 0], [0.01, 0, 0]], on_object=[False, True])
    assert relations(np.array([0]), placed([[0, 0, 0]]), second, NONE, REACH).tolist() == [[APART, ALIKE]]


@pytest.mark.parametrize(
    ("notation", "wanted"), [("none", APART), ("z:2", ALIKE), ("z:inf", ALIKE), ("x:2", APART)]
)
def test_equivalent_points_are_alike(notation, wanted):
    first, second = placed([[1.0, 0.5, 0.3]]), placed([[-1.0, -0.5, 0.3]])
    assert relations(np.array([0]), first, second, SymmetryGroup.parse(notation), REACH).item() == wanted


def test_normals_turn_with_the_symmetry():
    first = placed([[1.0, 0.0, 0.0]], [[1.0, 0.0, 0.0]])
    second = placed([[-1.0, 0.0, 0.0], [-1.0, 0.0, 0.0]], [[-1.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
    for notation in ("z:2", "z:inf", "y:2"):
        found = relations(np.array([0]), first, second, SymmetryGroup.parse(notation), REACH)
        assert found.tolist() == [[ALIKE, NEITHER]], notation


def test_relations_are_those_of_a_plain_loop_over_the_group():
    rng = np.random.default_rng(0)
    symmetry = SymmetryGroup.parse("x:2,y:2,z:2")
    clouds = [rng.uniform(-0.3, 0.3, (30, 3)) for _ in range(2)]
    normals = [rng.normal(size=(30, 3)) for _ in range(2)]
    normals = [normal / np.linalg.norm(normal, axis=1, keepdims=True) for normal in normals]
    first, second = (placed(*each) for each in zip(clouds, normals, strict=True))
    anchors = np.arange(5, 25)
    found = relations(anchors, first, second, symmetry, REACH)
    for row, anchor in enumerate(anchors):
        for column in range(30):
            each = []
            for T in symmetry.discrete:
                gap = np.linalg.norm(T[:3, :3] @ clouds[0][anchor] - clouds[1][column])
                each.append((gap, T[:3, :3] @ normals[0][anchor] @ normals[1][column] > 0.5))
            gap, same = min(each)
            wanted = ALIKE if gap < 0.1 and same else APART if gap > 0.2 else NEITHER
            assert found[row, column] == wanted


def test_anchors_have_a_counterpart_and_are_on_the_object():
    first = placed([[0, 0, 0], [1, 0, 0], [0, 0.05, 0], [0, 0.02, 0]], on_object=[True, True, True, False])
    second = placed([[0, 0.04, 0], [1, 0, 0]], on_object=[True, False])
    found = choose_anchors(first, second, NONE, 0.1, 10, np.random.default_rng(0))
    assert sorted(found.tolist()) == [0, 2]
    assert len(choose_anchors(first, second, NONE, 0.1, 1, np.random.default_rng(0))) == 1


def test_without_a_point_on_the_object_there_is_no_anchor():
    second = placed([[0, 0, 0]], on_object=[False])
    assert len(choose_anchors(placed([[0, 0, 0]]), second, NONE, 0.1, 5, np.random.default_rng(0))) == 0
