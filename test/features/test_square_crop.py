"""Crops: the square around a segment, and where its pixels come from."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.features.square_crop import SquareCrop


def box(top, left, height, width, shape=(60, 80)):
    mask = np.zeros(shape, bool)
    mask[top : top + height, left : left + width] = True
    return mask


@given(top=st.integers(0, 40), left=st.integers(0, 60), height=st.integers(1, 20), width=st.integers(1, 20))
def test_the_square_holds_the_segment_in_its_middle(top, left, height, width):
    crop = SquareCrop.around(box(top, left, height, width), 28)
    assert crop.side >= max(height, width)
    assert crop.left <= left and crop.left + crop.side >= left + width
    assert crop.top <= top and crop.top + crop.side >= top + height
    assert abs((crop.left + crop.side / 2) - (left + width / 2)) <= 1.0
    assert abs((crop.top + crop.side / 2) - (top + height / 2)) <= 1.0


@pytest.mark.parametrize("pixels", [20, 40, 10])
def test_pixels_keep_their_place(pixels):
    image = np.zeros((60, 80, 3), np.uint8)
    image[30:32, 50:52] = 255
    crop = SquareCrop(40, 20, 20, pixels)
    cut = crop.cut(image)[..., 0].astype(float)
    rows, columns = np.indices(cut.shape)
    found = np.array([(columns * cut).sum(), (rows * cut).sum()]) / cut.sum()
    place = crop.places(np.array([[50.5, 30.5]]))[0]  # the middle of the four
    np.testing.assert_allclose((found + 0.5) / pixels, place, atol=1e-6)


def test_what_is_beyond_the_image_is_black():
    image = np.full((60, 80, 3), 200, np.uint8)
    cut = SquareCrop(-10, 50, 20, 20).cut(image)
    assert (cut[:10, 10:] == 200).all() and not cut[10:].any() and not cut[:, :10].any()
    assert not SquareCrop(-40, 10, 20, 20).cut(image).any()


def test_what_is_not_of_the_segment_is_black():
    image, mask = np.full((60, 80, 3), 200, np.uint8), box(22, 43, 6, 9)
    cut = SquareCrop(40, 20, 20, 20).cut(image, mask)
    np.testing.assert_array_equal(cut[..., 1] == 200, mask[20:40, 40:60])


def test_an_empty_segment_is_refused():
    with pytest.raises(InvalidInputError, match="the segment has no pixel"):
        SquareCrop.around(np.zeros((4, 4), bool), 28)
