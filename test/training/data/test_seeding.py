"""Samples have random numbers of their own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_nodes.core.errors import InvalidConfigError
from training.data.seeding import SPLITS, sample_generator

keys = st.tuples(st.integers(0, 2**40), st.sampled_from(SPLITS), st.integers(0, 2**40))


@given(first=keys, second=keys)
def test_two_samples_share_numbers_only_if_they_are_the_same(first, second):
    drawn = [sample_generator(*key).integers(2**63, size=4) for key in (first, second)]
    assert np.array_equal(*drawn) == (first == second)


def test_neighbouring_seeds_splits_and_indices_share_none():
    keys = [(seed, split, index) for seed in range(4) for split in SPLITS for index in range(50)]
    assert len({sample_generator(*key).integers(2**63) for key in keys}) == len(keys)


@pytest.mark.parametrize(
    ("seed", "split", "index", "message"),
    [
        (0, "training", 0, "split 'training' is unknown; use one of train, val, test"),
        (0, "train", -1, "seed 0 and index -1 must be whole numbers from 0 on"),
        (-1, "train", 0, "seed -1"),
    ],
)
def test_what_is_no_sample_is_refused(seed, split, index, message):
    with pytest.raises(InvalidConfigError, match=message):
        sample_generator(seed, split, index)
