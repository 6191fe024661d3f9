"""Random fields have the variance and the correlation that is asked for."""

from __future__ import annotations

import numpy as np
import pytest

from pose_nodes.synthetic.sensor.noise import holes, normal_field

SHAPE = (480, 640)


@pytest.mark.parametrize("length", [0.0, 1.0, 2.5, 4.0, 10.0])
def test_a_field_has_mean_0_and_variance_1(length, rng):
    field = normal_field(SHAPE, length, rng)
    assert field.shape == SHAPE and field.dtype == np.float32
    assert abs(field.mean()) < 0.2 and field.std() == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("length", [1.0, 2.5, 4.0, 10.0])
def test_a_field_is_correlated_as_said(length, rng):
    field = normal_field(SHAPE, length, rng)
    lag = round(length)
    expected = np.exp(-(lag**2) / (4 * length**2))
    for ahead, behind in ((field[:, lag:], field[:, :-lag]), (field[lag:], field[:-lag])):
        assert np.corrcoef(ahead.ravel(), behind.ravel())[0, 1] == pytest.approx(expected, abs=0.08)


def test_holes_have_their_share_where_it_is_asked_for(rng):
    share = np.zeros(SHAPE, np.float32)
    share[:, :320], share[0, :] = 0.3, np.nan
    drawn = holes(share, SHAPE, 1.0, rng)
    assert drawn[1:, :320].mean() == pytest.approx(0.3, abs=0.03)
    assert not drawn[:, 320:].any() and not drawn[0].any()


def test_one_share_for_all_pixels_is_drawn_likewise(rng):
    assert holes(0.1, SHAPE, 2.0, rng).mean() == pytest.approx(0.1, abs=0.02)
    assert not holes(0.0, SHAPE, 2.0, rng).any()
    assert holes(1.0, SHAPE, 2.0, rng).all()
