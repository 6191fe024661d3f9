"""Frames and observations refuse images that do not fit together."""

from __future__ import annotations

import numpy as np
import pytest

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.core.frame import Frame
from pose_nodes.core.observation import Observation
from pose_nodes.core.segment import Segment
from pose_nodes.geometry.camera import PinholeCamera

CAMERA = PinholeCamera(500.0, 500.0, 4.0, 3.0, 8, 6)
DEPTH = np.ones((6, 8), np.float32)


def frame(depth=DEPTH, color=None) -> Frame:
    return Frame(0, "camera", CAMERA, depth, color)


def test_images_of_the_cameras_size_are_taken():
    assert frame(DEPTH, np.zeros((6, 8, 3), np.uint8)).camera is CAMERA


@pytest.mark.parametrize("shape", [(8, 6), (12, 16), (6,), (6, 8, 1)])
def test_depth_of_another_size_is_told_both_sizes(shape):
    with pytest.raises(InvalidInputError, match=r"depth image: size is .* but the camera info says 8x6"):
        frame(np.ones(shape, np.float32))


@pytest.mark.parametrize("dtype", [np.uint16, np.float64])
def test_depth_that_is_not_in_float_metres_is_refused(dtype):
    with pytest.raises(InvalidInputError, match=r"depth image: type is .*; it must be float32 metres"):
        frame(DEPTH.astype(dtype))


@pytest.mark.parametrize("shape", [(6, 8), (6, 8, 4), (12, 16, 3)])
def test_colour_of_another_size_is_refused(shape):
    with pytest.raises(InvalidInputError, match="colour image: size is"):
        frame(DEPTH, np.zeros(shape, np.uint8))


def test_a_mask_of_another_size_is_told_both_sizes():
    with pytest.raises(InvalidInputError, match=r"mask of 'mug': size is 16x12 but the depth image is 8x6"):
        Observation(frame(), Segment(np.ones((12, 16), bool), "mug"))


def test_the_mask_of_an_observation_is_that_of_its_segment():
    segment = Segment(np.ones((6, 8), bool), "mug")
    assert Observation(frame(), segment).mask is segment.mask


def test_an_observation_without_a_segment_has_no_mask():
    with pytest.raises(InvalidInputError, match="a cold start needs the segment of the object"):
        _ = Observation(frame()).mask
