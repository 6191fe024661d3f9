"""The recordings that the project is judged by: their truths fit their images."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pose_nodes.demo_data import BUNNY_SCENE
from pose_nodes.rendering.depth import DepthRenderer
from pose_nodes.sequences.bop_scene import BopScene

SHARED_DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
DESK_VIDEO = SHARED_DATA / "desk_video"


def depth_residuals(scene: BopScene, index: int) -> dict[str, float]:
    """Median distance along z of measured and rendered depth in each object's mask, metres."""
    recorded, library = scene[index], scene.library()
    masks = {segment.class_name: segment.mask for segment in recorded.segments}
    residuals = {}
    for truth in recorded.truths:
        rendered = DepthRenderer(library[truth.class_name].mesh).render(
            truth.T_camera_object, recorded.frame.camera
        )
        distances = np.abs(rendered - recorded.frame.depth)[masks[truth.class_name]]
        residuals[truth.class_name] = float(np.nanmedian(distances))
    return residuals


def test_the_bundled_sample_is_complete():
    scene = BopScene(BUNNY_SCENE)
    assert (len(scene), scene.name, scene.names) == (36, "bunny/000001", {1: "bunny"})
    for recorded in scene:
        assert recorded.frame.camera.shape == (480, 640) and recorded.frame.color is not None
        assert [segment.class_name for segment in recorded.segments] == ["bunny"]
        assert [truth.class_name for truth in recorded.truths] == ["bunny"]
        assert 0.3 < np.nanmedian(recorded.frame.depth[recorded.segments[0].mask]) < 2.0


@pytest.mark.parametrize("index", [0, 17, 35])
def test_the_bundled_truth_fits_the_depth(index):
    assert depth_residuals(BopScene(BUNNY_SCENE), index)["bunny"] < 0.002


@pytest.mark.skipif(not DESK_VIDEO.is_dir(), reason="needs ../shared/data/desk_video, which is not bundled")
@pytest.mark.parametrize("index", [0, 60, 98])
def test_the_reference_poses_of_the_video_fit_the_depth(index):
    scene = BopScene(DESK_VIDEO, names={1: "dragon", 2: "cube"})
    assert len(scene) == 99
    residuals = depth_residuals(scene, index)
    assert set(residuals) == {"dragon", "cube"} and max(residuals.values()) < 0.004
