"""Masks as run lengths."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from pose_nodes.sequences.rle import decode_mask, encode_mask

masks = arrays.arrays(bool, st.tuples(st.integers(1, 12), st.integers(1, 12)))


def test_runs_go_down_the_columns_and_begin_with_what_is_not_set():
    mask = np.array([[1, 0, 0], [1, 1, 0]], bool)
    assert encode_mask(mask) == {"size": [2, 3], "counts": [0, 2, 1, 1, 2]}
    assert encode_mask(np.zeros((2, 2), bool)) == {"size": [2, 2], "counts": [4]}
    assert encode_mask(np.ones((1, 3), bool)) == {"size": [1, 3], "counts": [0, 3]}


@given(masks)
def test_every_mask_survives(mask):
    np.testing.assert_array_equal(decode_mask(encode_mask(mask)), mask)


@pytest.mark.parametrize(
    "entry",
    [
        {"size": [2, 2], "counts": [3]},
        {"size": [2, 2], "counts": [5, -1]},
        {"size": [2, 2], "counts": "PYc0"},
        {"size": [2], "counts": [2]},
        {"size": None, "counts": [4]},
        {"size": [2, 2]},
    ],
)
def test_runs_that_make_no_mask_are_refused(entry):
    with pytest.raises((ValueError, TypeError, KeyError)):
        decode_mask(entry)
