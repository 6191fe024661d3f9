"""Symmetries found from the geometry of a mesh."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from pose_nodes.demo_data import BUNNY
from pose_nodes.geometry import se3
from pose_nodes.objects.extent import diameter
from pose_nodes.objects.mesh import TriangleMesh, load_mesh
from pose_nodes.objects.symmetry_detection import (
    CONTINUOUS,
    DIFFERENCE_SHARE,
    SymmetryReport,
    detect_symmetry,
)

creation = trimesh.creation
TO_Y = trimesh.transformations.rotation_matrix(-np.pi / 2, [1, 0, 0])
OBLIQUE = trimesh.transformations.rotation_matrix(0.6, [1, 2, 3])
BOTTLE = [[0, 0], [0.035, 0], [0.035, 0.12], [0.012, 0.16], [0.012, 0.2], [0, 0.2]]


def prism(sides: int) -> trimesh.Trimesh:
    return creation.cylinder(0.05, 0.14, sections=sides)


def mug() -> trimesh.Trimesh:
    cup = creation.cylinder(0.04, 0.09, sections=48)
    handle = creation.torus(0.025, 0.006, transform=TO_Y)
    handle.apply_translation([0.045, 0, 0])
    return trimesh.util.concatenate([cup, handle])


def detect(shape: trimesh.Trimesh, seed: int = 0) -> SymmetryReport:
    mesh = TriangleMesh(np.asarray(shape.vertices), np.asarray(shape.faces, np.int32))
    return detect_symmetry(mesh, diameter(mesh.vertices), np.random.default_rng(seed))


def moved(shape: trimesh.Trimesh, T: np.ndarray) -> trimesh.Trimesh:
    return shape.copy().apply_transform(T)


@pytest.mark.parametrize(
    ("shape", "notation", "elements"),
    [
        (creation.box([0.1, 0.06, 0.04]), "box", 4),
        (creation.box([0.08, 0.08, 0.08]), "cube", 24),
        (creation.box([0.05, 0.05, 0.12]), "x:2,y:2,z:4", 8),
        (creation.box([0.12, 0.05, 0.05]), "x:4,y:2,z:2", 8),
        (creation.cylinder(0.04, 0.12), "x:2,z:inf", 2),
        (moved(creation.cylinder(0.04, 0.12), TO_Y), "x:2,y:inf", 2),
        (creation.revolve(BOTTLE, sections=32), "z:inf", 1),
        (moved(creation.revolve(BOTTLE, sections=32), TO_Y), "y:inf", 1),
        (creation.cone(0.04, 0.1, sections=24), "z:inf", 1),
        (prism(6), "x:2,y:2,z:6", 12),
        (prism(8), "x:2,y:2,z:8", 16),
        (mug(), "x:2", 2),
    ],
    ids=[
        "box", "cube", "square prism", "square prism along x", "cylinder", "cylinder along y", "bottle",
        "bottle along y", "cone", "hexagonal prism", "octagonal prism", "mug that is the same upside down",
    ],
)  # fmt: skip
def test_the_group_of_a_shape_is_found_wherever_it_stands(shape, notation, elements):
    report = detect(moved(shape, trimesh.transformations.translation_matrix([0.3, -0.2, 0.1])))
    assert report.notation == notation == report.group.notation
    assert len(report.group.discrete) == elements


def test_a_mug_with_a_bottom_has_no_symmetry():
    cup = creation.annulus(0.036, 0.04, 0.09, sections=48)
    bottom = creation.cylinder(0.04, 0.004, sections=48)
    bottom.apply_translation([0, 0, -0.043])
    handle = creation.torus(0.025, 0.006, transform=TO_Y)
    handle.apply_translation([0.045, 0, 0.005])
    report = detect(trimesh.util.concatenate([cup, bottom, handle]))
    assert report.notation == "none" and report.group.is_trivial


def test_a_scanned_bunny_has_no_symmetry():
    mesh = load_mesh(BUNNY / "models" / "obj_000001.ply", "mm")
    report = detect_symmetry(mesh, diameter(mesh.vertices), np.random.default_rng(0))
    assert report.notation == "none" and report.group.is_trivial
    assert min(trial.residual for trial in report.trials) > 3 * report.threshold


def test_a_ball_is_told_as_such_and_has_no_orientation():
    report = detect(creation.icosphere(4, 0.05))
    assert report.notation == "sphere" and report.group.is_trivial


def test_an_axis_beside_the_middle_of_the_box_is_found_through_the_centroid():
    report = detect(prism(3))
    assert report.notation == "matrices"
    assert len(report.group.discrete) == 6
    np.testing.assert_allclose(report.group.centre, 0.0, atol=1e-4)


@pytest.mark.parametrize(
    ("shape", "elements", "axis"),
    [
        (creation.box([0.1, 0.06, 0.04]), 4, None),
        (creation.revolve(BOTTLE, sections=32), 1, [0, 0, 1]),
        (creation.cylinder(0.02, 0.12), 2, [0, 0, 1]),
    ],
    ids=["box", "bottle", "cylinder"],
)
def test_an_oblique_shape_is_found_by_its_principal_axes(shape, elements, axis):
    report = detect(moved(shape, OBLIQUE))
    assert report.notation == "matrices"
    assert len(report.group.discrete) == elements
    if axis is None:
        assert report.group.axis is None
    else:
        assert abs(report.group.axis @ OBLIQUE[:3, :3] @ axis) == pytest.approx(1.0, abs=1e-5)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=10)
def test_what_was_found_maps_the_surface_onto_itself(seed):
    rng = np.random.default_rng(seed)
    oblique = se3.from_rotation_vector(rng.normal(size=3), 0.2 * rng.normal(size=3))
    shape = moved(creation.box([0.1, 0.06, 0.04]), oblique)
    report = detect(shape, seed)
    assert len(report.group.discrete) == 4
    surface = cKDTree(shape.vertices)
    for motion in report.group.elements():
        assert surface.query(se3.transform(motion, np.asarray(shape.vertices)))[0].max() < 1e-6


def test_the_residual_says_how_far_a_turned_surface_lies_from_itself():
    report = detect(creation.box([0.10, 0.08, 0.04]))
    quarter = next(t for t in report.trials if t.order == 4 and t.axis[2] == 1.0)
    assert 0.009 < quarter.residual <= 0.0101  # the ends of the turned box stand out by 10 mm
    half = next(t for t in report.trials if t.order == 2 and t.axis[2] == 1.0)
    assert half.residual < 1e-6
    assert report.threshold == pytest.approx(DIFFERENCE_SHARE * np.linalg.norm([0.10, 0.08, 0.04]))


def test_a_continuous_axis_makes_its_other_turns_needless():
    report = detect(creation.cylinder(0.04, 0.12))
    assert {trial.order for trial in report.trials if trial.axis[2] == 1.0} == {CONTINUOUS}
    assert {trial.order for trial in report.trials if trial.axis[0] == 1.0} == {CONTINUOUS, *range(2, 13)}


@pytest.mark.parametrize("seed", range(3))
def test_another_choice_of_points_finds_the_same(seed):
    assert detect(mug(), seed).notation == "x:2"
    assert detect(creation.box([0.1, 0.06, 0.04]), seed).notation == "box"
