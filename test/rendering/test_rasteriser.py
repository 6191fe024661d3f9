"""The depth buffer against rays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.rendering.depth import DepthRenderer, Region
from pose_nodes.rendering.rasteriser import DepthRasteriser

CAMERA = PinholeCamera(150.0, 160.0, 79.5, 60.5, 160, 120)
REGIONS = [Region.full(CAMERA), Region(-20, -10, 60, 50, 3), Region(70, 50, 11, 13)]


@pytest.fixture(scope="module")
def both(bunny_model) -> tuple[DepthRenderer, DepthRasteriser]:
    return DepthRenderer(bunny_model.mesh), DepthRasteriser(bunny_model.mesh)


@settings(max_examples=15, deadline=None)
@given(
    turn=st.tuples(*[st.floats(-3.0, 3.0)] * 3),
    place=st.tuples(st.floats(-0.2, 0.2), st.floats(-0.2, 0.2), st.floats(0.3, 1.0)),
    region=st.sampled_from(REGIONS),
)
def test_it_draws_what_rays_hit(both, turn, place, region):
    T = se3.from_rotation_vector(turn, place)
    cast, drawn = (renderer.render(T, CAMERA, region) for renderer in both)
    assert drawn.shape == cast.shape and drawn.dtype == np.float32
    differ = np.isfinite(cast) != np.isfinite(drawn)
    # A ray through the very edge of two triangles may slip between them.
    assert np.count_nonzero(differ) <= 2
    seen = np.isfinite(cast) & np.isfinite(drawn)
    wrong = np.abs(cast - drawn)[seen] > 1e-5
    assert np.count_nonzero(wrong) <= 2


@pytest.mark.parametrize(
    "place", [[0, 0, -0.5], [0, 0, 0.0], [5.0, 0, 0.5]], ids=["behind", "around", "beside"]
)
def test_what_is_not_before_the_camera_leaves_the_picture_empty(both, place):
    rasteriser = both[1]
    drawn = rasteriser.render(se3.from_rotation_translation(np.eye(3), place), CAMERA)
    if place != [0, 0, 0.0]:
        assert np.isnan(drawn).all()
    assert not (drawn <= 0).any()
