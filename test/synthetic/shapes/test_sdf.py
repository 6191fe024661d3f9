"""Signed distance fields: signs, distances, slopes and boxes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pose_nodes.synthetic.shapes.sdf import operators, primitives, profiles, sweeps
from pose_nodes.synthetic.shapes.sdf.solid import Solid

BLOCK = primitives.block((0.1, 0.2, 0.06), 0.01)
ROD = primitives.capsule((-0.05, 0, 0), (0.1, 0.05, 0), 0.02, 0.04)
STAR = profiles.extruded(profiles.wavy(90, lambda a: 0.05 + 0.01 * np.cos(5 * a)), 0.2, 0.003)
VASE = profiles.lathe(profiles.filled(profiles.smooth_profile([0, 0.1, 0.2], [0.05, 0.03, 0.06])))
SOLIDS = {
    "ball": primitives.ball(0.07),
    "ellipsoid": primitives.ellipsoid((0.1, 0.05, 0.03)),
    "block": BLOCK,
    "bevelled block": primitives.bevelled_block((0.1, 0.2, 0.06), 0.01),
    "cylinder": primitives.cylinder(0.05, 0.2, 0.01),
    "torus": primitives.torus(0.06, 0.02),
    "capsule": ROD,
    "extruded": STAR,
    "lathe": VASE,
    "tube": sweeps.tube(sweeps.smooth_path([[0, 0, 0], [0.1, 0, 0], [0.1, 0.1, 0.1]]), 0.01, 0.7),
    "union": operators.union(BLOCK, ROD),
    "smooth union": operators.smooth_union(0.01, BLOCK, ROD),
    "intersection": operators.intersection(BLOCK, ROD),
    "smooth intersection": operators.smooth_intersection(0.01, BLOCK, ROD),
    "difference": operators.difference(BLOCK, ROD),
    "shell": operators.shell(VASE, 0.004),
    "rounded": operators.rounded(BLOCK, 0.01),
    "turned": operators.turned(BLOCK, "z", 30),
    "repeated around": operators.repeated_around(operators.moved(primitives.ball(0.02), (0.06, 0, 0)), 5),
    "repeated along": operators.repeated_along(primitives.ball(0.02), 1, 0.05, 4),
    "twisted": operators.twisted(STAR, 10.0),
    "bent": operators.bent(primitives.block((0.02, 0.2, 0.05), 0.004), 0.1),
    "displaced": operators.displaced(VASE, lambda p: 0.002 * np.sin(300 * p[:, 1]), 0.002, 0.6),
}


def points_about(body: Solid, count: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).uniform(body.lower - 0.03, body.upper + 0.03, (count, 3))


@pytest.mark.parametrize("name", SOLIDS)
def test_no_field_is_steeper_than_one_so_that_blocks_far_from_the_surface_can_be_skipped(name: str) -> None:
    p = points_about(SOLIDS[name], 4000, 0)
    q = p + np.random.default_rng(1).normal(scale=0.004, size=p.shape)
    rise = np.abs(SOLIDS[name].distance(p) - SOLIDS[name].distance(q))
    # Tables of outlines interpolate between grid points, which adds a little at their creases.
    assert np.max(rise / np.linalg.norm(p - q, axis=1)) < 1.06


@pytest.mark.parametrize("name", SOLIDS)
def test_the_box_holds_the_body(name: str) -> None:
    p = points_about(SOLIDS[name], 20_000, 2)
    outside = ((p < SOLIDS[name].lower - 1e-3) | (p > SOLIDS[name].upper + 1e-3)).any(axis=1)
    inside = SOLIDS[name].distance(p) < 0
    assert inside.any()
    assert not (inside & outside).any()


def test_distances_of_a_block_are_exact() -> None:
    block = primitives.block((0.2, 0.2, 0.2))
    points = np.array([[0.15, 0, 0], [0.13, 0.14, 0.1], [0, 0, 0.02], [0, 0, 0]])
    np.testing.assert_allclose(block.distance(points), [0.05, 0.05, -0.08, -0.1], atol=1e-12)


@settings(max_examples=30, deadline=None)
@given(st.integers(3, 12), st.floats(0.02, 0.1), st.integers(0, 1000))
def test_the_table_of_an_outline_agrees_with_the_exact_distance(count: int, radius: float, seed: int) -> None:
    corners = profiles.regular(count, radius, 0.3)
    points = np.random.default_rng(seed).uniform(-1.2 * radius, 1.2 * radius, (200, 2))
    exact = profiles.polygon_distance(points, corners)
    near = np.abs(exact) < 0.15 * radius
    np.testing.assert_allclose(
        profiles.outline_field(corners)(points)[near], exact[near], atol=0.006 * radius
    )


@settings(max_examples=20, deadline=None)
@given(st.integers(2, 9), st.integers(0, 1000))
def test_a_body_repeated_around_is_the_union_of_its_copies(count: int, seed: int) -> None:
    arm = operators.moved(primitives.block((0.06, 0.02, 0.016), 0.004), (0.05, 0.01, 0))
    points = np.random.default_rng(seed).uniform(-0.1, 0.1, (300, 3))
    expected = operators.union(*operators.around(arm, count)).distance(points)
    np.testing.assert_allclose(operators.repeated_around(arm, count).distance(points), expected, atol=1e-9)
