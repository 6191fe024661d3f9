"""Dropped objects lie still, in nothing, on what they fell on, and the same way each time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import trimesh

from pose_nodes.core.errors import InvalidInputError, InvalidMeshError
from pose_nodes.geometry import se3
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.synthetic.scenes.contact import deepest_penetration
from pose_nodes.synthetic.scenes.resting import DropConfig, drop
from pose_nodes.synthetic.scenes.supports import bin_of, table
from pose_nodes.synthetic.shapes.library import generate

pytest.importorskip("mujoco", reason="dropping objects needs MuJoCo: pip install pose_nodes[synthetic]")


@pytest.fixture(scope="module")
def things(ball, block, lump) -> list[TriangleMesh]:
    """Nine things; the boxes with so many vertices that penetration of edges is seen."""
    fine = trimesh.Trimesh(block.vertices, block.faces).subdivide().subdivide().subdivide()
    box = TriangleMesh(np.asarray(fine.vertices), np.asarray(fine.faces, np.int32))
    return [ball, box, lump] * 3


@pytest.mark.parametrize("support", [table(0.5, 0.5), bin_of(0.3, 0.25)], ids=["table", "bin"])
@pytest.mark.parametrize("seed", [0, 1])
def test_rests_are_free_of_collisions_and_on_the_support(things, support, seed):
    poses = drop(things, support, np.random.default_rng(seed))
    posed = list(zip(things, poses, strict=True))
    assert deepest_penetration(posed, support) <= 0.0
    for mesh, T in posed:
        x, y, z = se3.transform(T, mesh.vertices).T
        assert z.min() > 0 and abs(x).max() < support.area[0] and abs(y).max() < support.area[1]


def test_everything_at_rest_touches_something(ball, things):
    convex = [things[1], ball] * 3  # between hulls of other things there are gaps
    support = bin_of(0.2, 0.2)
    posed = list(zip(convex, drop(convex, support, np.random.default_rng(5)), strict=True))
    for index, one in enumerate(posed):
        others = [other for place, other in enumerate(posed) if place != index]
        gap = -max(deepest_penetration([one], support), *(deepest_penetration([one, b]) for b in others))
        assert gap < 1e-3


def test_the_same_seed_gives_the_same_rests_bit_by_bit_and_another_gives_others(things):
    first, again, other = (drop(things[:4], table(), np.random.default_rng(seed)) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert np.abs(np.array(first) - other).max() > 0.01


def test_a_box_rests_on_a_face(block):
    (T,) = drop([block], table(), np.random.default_rng(2))
    up = np.abs(T[2, :3])
    assert up.max() == pytest.approx(1.0, abs=1e-3)
    assert se3.transform(T, block.vertices)[:, 2].min() == pytest.approx(0.0, abs=1e-3)


def test_objects_that_are_put_down_stand_upright_apart_from_each_other(block):
    things, config = [block] * 4, DropConfig(standing=1.0)
    poses = drop(things, table(), np.random.default_rng(1), config)
    assert deepest_penetration(list(zip(things, poses, strict=True)), table()) <= 0.0
    for T in poses:
        assert T[2, 1] == pytest.approx(1.0, abs=1e-3)  # y is up
        assert se3.transform(T, block.vertices)[:, 2].min() == pytest.approx(0.0, abs=1e-3)
    turns = [np.arctan2(T[1, 0], T[0, 0]) for T in poses]
    assert np.ptp(turns) > 0.1


def test_some_stand_and_the_others_fall_among_them(block, lump):
    things = [block, lump] * 4
    poses = drop(things, table(), np.random.default_rng(4), DropConfig(standing=0.5))
    assert deepest_penetration(list(zip(things, poses, strict=True)), table()) <= 0.0
    standing = [T[2, 1] > 0.99 for T in poses]
    assert 1 <= sum(standing) < len(things)


def test_what_has_no_room_to_stand_is_dropped(block):
    support = bin_of(0.2, 0.2)
    poses = drop([block] * 5, support, np.random.default_rng(0), DropConfig(standing=1.0))
    assert deepest_penetration([(block, T) for T in poses], support) <= 0.0


def test_what_falls_off_a_small_table_is_dropped_again(ball, block):
    support = table(0.25, 0.25)
    poses = drop([block, ball, block, ball], support, np.random.default_rng(0), DropConfig(spread=1.0))
    assert all(T[2, 3] > -0.05 for T in poses)


def test_objects_that_cannot_rest_are_an_error_that_says_what_to_do(block):
    with pytest.raises(InvalidInputError, match=r"dropping 1 objects: .* use a larger support"):
        drop([block], table(0.01, 0.01), np.random.default_rng(0), DropConfig(longest=2.0))


def test_a_flat_mesh_is_refused(block):
    flat = replace(block, vertices=block.vertices * [1.0, 1.0, 0.0])
    with pytest.raises(InvalidMeshError, match="object 1 of those to drop: its mesh is flat"):
        drop([block, flat], table(), np.random.default_rng(0))


def test_penetration_is_measured_in_metres(ball):
    apart = [(ball, np.eye(4)), (ball, se3.from_rotation_vector([0, 0, 0], [0.085, 0, 0]))]
    assert deepest_penetration(apart) == pytest.approx(-0.005, abs=2e-4)
    apart[1] = (ball, se3.from_rotation_vector([0, 0, 0], [0.07, 0, 0]))
    assert deepest_penetration(apart) == pytest.approx(0.01, abs=5e-4)
    sunk = [(ball, se3.from_rotation_vector([0, 0, 0], [0, 0, 0.035]))]
    assert deepest_penetration(sunk, table()) == pytest.approx(0.005, abs=1e-4)


def test_nothing_is_inside_a_mesh_with_holes(ball):
    with pytest.raises(InvalidMeshError, match="object 0: its mesh has holes"):
        deepest_penetration([(replace(ball, faces=ball.faces[1:]), np.eye(4))])


def test_a_thin_plate_that_rattles_in_its_contacts_counts_as_still():
    """Its corners never come to rest to a hundredth of a millimetre, but it goes nowhere."""
    plate = generate("generic_plate", 4).mesh
    for seed in range(3):
        (T,) = drop([plate], table(2.0, 2.0), np.random.default_rng(seed))
        assert T[2, 3] < 0.6 * plate.diagonal


def test_a_simulation_that_becomes_unstable_is_one_sentence_and_leaves_no_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    box = trimesh.creation.box((1.0, 0.01, 1e-5))
    sheet = TriangleMesh(np.asarray(box.vertices), np.asarray(box.faces, np.int32))
    with pytest.raises(InvalidInputError, match="dropping 6 objects: the simulation became unstable"):
        drop([sheet] * 6, bin_of(0.12, 0.12), np.random.default_rng(0))
    assert list(tmp_path.iterdir()) == []
