"""Tokens of patches as a field over the image."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_nodes.features.token_grid import covered, sampled, unit

RAMP = np.stack(np.meshgrid(np.arange(5.0), np.arange(4.0)), axis=-1).astype(np.float32)
"""(4, 5, 2): each token is its own column and row."""


@given(x=st.floats(0.1, 0.9), y=st.floats(0.125, 0.875))
def test_between_the_middles_of_patches_tokens_are_interpolated(x, y):
    found = sampled(RAMP, np.array([[x, y]]))[0]
    np.testing.assert_allclose(found, [5 * x - 0.5, 4 * y - 0.5], atol=1e-5)


@pytest.mark.parametrize(
    ("place", "expected"), [((0.0, 0.0), (0, 0)), ((1.0, 0.5), (4, 1.5)), ((2, -1), (4, 0))]
)
def test_beyond_the_outermost_patches_their_tokens_hold(place, expected):
    np.testing.assert_allclose(sampled(RAMP, np.array([place], float))[0], expected)


def test_vectors_become_as_long_as_one_and_nothing_stays_nothing():
    made = unit(np.array([[3.0, 4.0], [0.0, 0.0]], np.float32))
    np.testing.assert_allclose(made, [[0.6, 0.8], [0.0, 0.0]])


def test_the_share_of_each_patch_that_is_covered_is_told():
    mask = np.zeros((28, 28), bool)
    mask[:14, :21] = True
    np.testing.assert_allclose(covered(mask, 2), [[1.0, 0.5], [0.0, 0.0]])
