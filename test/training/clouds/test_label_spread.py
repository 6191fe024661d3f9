"""Labels that are spread say what they said, with all directions counting."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.spatial import cKDTree

from pose_nodes.core.errors import InvalidDatasetError
from training.clouds.label_spread import FLOOR, LabelSpread

DIMENSION, COUNT = 8, 4000


class Flat:
    """Objects whose descriptors are near one point of the sphere, and differ by less in each direction."""

    folder = Path("store")
    deviations = 0.3 * 0.5 ** np.arange(DIMENSION)

    def __init__(self) -> None:
        rng = np.random.default_rng(0)
        turn = np.linalg.qr(rng.normal(size=(DIMENSION, DIMENSION)))[0]
        wide = 1.0 + rng.normal(size=(COUNT, DIMENSION)) * self.deviations @ turn
        self.all = (wide / np.linalg.norm(wide, axis=1, keepdims=True)).astype(np.float16)

    def __len__(self) -> int:
        return COUNT // 200

    def __getitem__(self, number: int) -> np.ndarray:
        records = np.zeros(200, [("descriptor", np.float16, DIMENSION), ("valid", bool)])
        records["descriptor"] = self.all[200 * number : 200 * (number + 1)]
        records["valid"] = np.arange(200) < 190
        records["descriptor"][190:] = 9.0  # not valid, so that they must not count
        return records


@pytest.fixture(scope="module")
def flat() -> Flat:
    return Flat()


def spectrum(descriptors: np.ndarray) -> np.ndarray:
    variances = np.linalg.eigvalsh(np.cov(descriptors.astype(float).T))[::-1]
    return variances / variances[0]


def test_labels_become_unit_vectors_around_the_origin(flat):
    assert np.linalg.norm(flat.all.astype(float).mean(axis=0)) > 0.8
    for power in (0.5, 1.0):
        spread = LabelSpread.of(flat, power)(flat.all)
        assert spread.dtype == np.float16
        np.testing.assert_allclose(np.linalg.norm(spread.astype(float), axis=1), 1.0, atol=2e-3)
        assert np.linalg.norm(spread.astype(float).mean(axis=0)) < 0.1


def test_the_more_they_are_spread_the_more_alike_are_the_directions(flat):
    before, half, whole = (
        spectrum(flat.all),
        *(spectrum(LabelSpread.of(flat, power)(flat.all)) for power in (0.5, 1.0)),
    )
    # The fifth of them: the last ones have no variance of their own, as unit vectors have one dimension less.
    assert before[4] < 0.02 < half[4] < 0.3 < 0.7 < whole[4]


def test_directions_of_no_variance_are_not_blown_up(flat):
    scaling = LabelSpread.of(flat, 1.0).scaling
    scales = np.linalg.eigvalsh(scaling)
    assert scales[-1] <= FLOOR**-0.5 * scales[0] * (1.0 + 1e-9)


def test_who_was_nearest_mostly_is_so_still(flat):
    rng = np.random.default_rng(1)
    noisy = (flat.all.astype(float) + 1e-3 * rng.normal(size=flat.all.shape)).astype(np.float16)
    found = []
    for lay_out in (lambda x: x.astype(float), LabelSpread.of(flat, 0.5)):
        known, asked = lay_out(flat.all).astype(float), lay_out(noisy).astype(float)
        found.append((cKDTree(known).query(asked)[1] == np.arange(COUNT)).mean())
    assert found[0] > 0.5 and found[1] > found[0] - 0.1


def test_a_teacher_that_says_the_same_of_all_points_is_told():
    same = Flat()
    same.all[:] = same.all[0]
    with pytest.raises(InvalidDatasetError, match="store: the teacher's descriptors of all points are"):
        LabelSpread.of(same, 0.5)
