"""Colour and depth are of two moments, which shows where the motion changed."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pose_nodes.estimators.image_lag import STILL, lag_covariance

MOTIONS = st.lists(st.floats(-0.1, 0.1), min_size=6, max_size=6).map(np.array)


@given(MOTIONS)
def test_an_object_that_moves_as_it_did_is_off_by_nothing(motion):
    assert not lag_covariance(motion, motion, 0.5).any()


@given(MOTIONS, st.floats(0.0, 2.0))
def test_along_the_motion_the_deviation_is_the_way_of_the_lag(motion, lag):
    covariance = lag_covariance(motion, STILL, lag)
    length = np.linalg.norm(motion)
    along = motion / length if length > 0.0 else motion
    np.testing.assert_allclose(along @ covariance @ along, (lag * length) ** 2, atol=1e-12)


@given(MOTIONS, MOTIONS)
def test_across_the_change_of_the_motion_nothing_is_unsure(motion, other):
    covariance = lag_covariance(motion, other, 0.5)
    assert np.linalg.matrix_rank(covariance, tol=1e-12) <= 1
    np.testing.assert_allclose(covariance, covariance.T)
