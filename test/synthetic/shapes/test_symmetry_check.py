"""Claims of symmetry: true ones pass, and any that says too much or too little is told."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from pose_nodes.geometry.symmetry import SymmetryGroup
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.synthetic.shapes.library import generate
from pose_nodes.synthetic.shapes.symmetry_check import check_symmetry


@pytest.fixture(scope="module")
def brick() -> TriangleMesh:
    box = trimesh.creation.box((0.1, 0.06, 0.04)).subdivide().subdivide()
    return TriangleMesh(np.asarray(box.vertices, np.float64), np.asarray(box.faces, np.int32))


def check(mesh: TriangleMesh, notation: str):
    return check_symmetry(mesh, SymmetryGroup.parse(notation), np.random.default_rng(0))


def test_the_true_group_of_a_brick_fits_and_nothing_else_does(brick) -> None:
    told = check(brick, "box")
    assert told.chamfer < 1e-6 and told.claimed_residual < 1e-6
    assert told.other_residual > 0.03 * told.diameter
    assert told.agreed and told.detected == "box"


def test_a_claim_of_too_much_shows_in_the_chamfer_distance(brick) -> None:
    told = check(brick, "z:4")
    assert told.chamfer > 1e-3 and told.claimed_residual > 5e-3
    assert not told.agreed


def test_a_claim_of_too_little_is_told_with_the_turn_that_is_missing(brick) -> None:
    told = check(brick, "z:2")
    assert told.chamfer < 1e-6
    assert told.other_residual < 1e-6 and told.other_turn in ("x:2", "y:2")
    assert not told.agreed


def test_a_turn_about_another_point_than_the_claimed_one_is_not_missed(brick) -> None:
    shifted = TriangleMesh(brick.vertices + np.array([0.01, 0.0, 0.0]), brick.faces)
    told = check(shifted, "x:2,y:2")
    assert told.claimed_residual > 5e-3
    assert told.other_residual < 1e-6


def test_the_chamfer_distance_is_that_of_a_known_shift() -> None:
    """A ball about the origin, turned about an axis beside it, comes to lie twice as far off."""
    ball = trimesh.creation.icosphere(subdivisions=4, radius=0.05)
    mesh = TriangleMesh(np.asarray(ball.vertices, np.float64), np.asarray(ball.faces, np.int32))
    beside = SymmetryGroup.parse("z:2", (0.001, 0.0, 0.0))
    told = check_symmetry(mesh, beside, np.random.default_rng(0))
    # Mean of |2 mm * cos| over the directions of a ball: half of 2 mm.
    assert told.chamfer == pytest.approx(1e-3, rel=0.05)


@pytest.mark.parametrize(
    ("family", "seed"), [("generic_gear", 2), ("generic_box", 2), ("bottle", 0), ("mug", 1)]
)
def test_objects_have_their_groups_within_the_error_of_their_meshes(family: str, seed: int) -> None:
    item = generate(family, seed)
    told = check_symmetry(item.mesh, item.symmetry, np.random.default_rng(0))
    assert told.claimed_residual <= 2 * item.quality.error
    assert told.chamfer <= item.quality.error
    assert told.other_residual > 0.01 * told.diameter
    assert told.agreed
