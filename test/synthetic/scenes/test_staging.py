"""Cluttered scenes: named instances, views from above, and as much occlusion as was asked for."""

from __future__ import annotations

import numpy as np
import pytest

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.objects.model import build_model
from pose_nodes.synthetic.scenes.rendering import SceneRenderer
from pose_nodes.synthetic.scenes.resting import DropConfig
from pose_nodes.synthetic.scenes.scene import Scene
from pose_nodes.synthetic.scenes.staging import cluttered, viewpoint, viewpoint_that_sees
from pose_nodes.synthetic.scenes.supports import bin_of, table

pytest.importorskip("mujoco", reason="dropping objects needs MuJoCo: pip install pose_nodes[synthetic]")


@pytest.fixture(scope="module")
def pile(lump, block) -> Scene:
    models = [build_model("lump", lump), build_model("block", block)] * 4
    return cluttered(models, bin_of(0.25, 0.2), np.random.default_rng(0), DropConfig(spread=1.0))


def test_instances_of_a_class_are_counted(pile):
    assert [one.instance_id for one in pile.objects] == [
        f"{name}_{k}" for k in range(4) for name in ("lump", "block")
    ]


def test_cameras_stand_above_and_at_their_distance(pile):
    for seed in range(20):
        T_world_camera = viewpoint(pile, np.random.default_rng(seed))
        assert T_world_camera[2, 3] > 0.1 and T_world_camera[2, 2] < 0  # it looks down
        assert 0.2 < np.linalg.norm(T_world_camera[:3, 3]) < 1.6


@pytest.mark.parametrize("visible", [(0.2, 0.4), (0.9, 1.0)])
def test_a_view_shows_as_much_of_an_object_as_was_asked_for(pile, camera, visible):
    renderer, rng = SceneRenderer(), np.random.default_rng(0)
    views = [viewpoint_that_sees(pile, label, camera, renderer, rng, visible) for label in range(1, 9)]
    found = [(label, T) for label, T in enumerate(views, 1) if T is not None]
    assert len(found) >= 3
    for label, T_world_camera in found:
        seen = renderer.render(pile, T_world_camera, camera).visible_fraction(label)
        assert visible[0] <= seen <= visible[1]


def test_the_same_seed_gives_the_same_scene_and_view(lump):
    models = [build_model("lump", lump)] * 2
    first, again = (cluttered(models, table(), np.random.default_rng(1)) for _ in range(2))
    for one, other in zip(first.objects, again.objects, strict=True):
        np.testing.assert_array_equal(one.T_world_object, other.T_world_object)
        assert one.material == other.material
    np.testing.assert_array_equal(*(viewpoint(scene, np.random.default_rng(2)) for scene in (first, again)))


def test_an_empty_scene_cannot_be_looked_at():
    with pytest.raises(InvalidInputError, match="has no object to look at"):
        viewpoint(Scene(()), np.random.default_rng(0))
