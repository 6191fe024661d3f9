"""Streams: every index once, the same with any number of workers, resumable, and ended cleanly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_nodes.core.errors import InvalidConfigError, InvalidInputError
from training.data.object_clouds import CloudOptions, ObjectClouds
from training.data.stream import SampleStream, index_at
from training.data.viewing import ViewOptions

OPTIONS = CloudOptions(points=100, sensor="exact")


@pytest.fixture(scope="module")
def source(pool):
    return ObjectClouds(pool, OPTIONS)


def taken(stream, count):
    with stream:
        return [next(stream) for _ in range(count)]


def test_batches_have_the_same_bits_with_no_and_two_workers(source):
    alone, shared = (taken(SampleStream(source, 3, workers), 5) for workers in (0, 2))
    for one, other in zip(alone, shared, strict=True):
        assert (one.first, one.next) == (other.first, other.next)
        np.testing.assert_array_equal(one.indices, other.indices)
        assert set(one.arrays) == set(other.arrays)
        for name, array in one.arrays.items():
            for a, b in zip(array, other.arrays[name], strict=True):
                np.testing.assert_array_equal(a, b)


def test_no_index_comes_twice_and_none_is_left_out(source):
    indices = np.concatenate([batch.indices for batch in taken(SampleStream(source, 4), 5)])
    np.testing.assert_array_equal(indices, np.arange(20))


def test_a_stream_goes_on_where_another_ended(source):
    whole = taken(SampleStream(source, 4), 3)
    (resumed,) = taken(SampleStream(source, 4, first=whole[1].next), 1)
    np.testing.assert_array_equal(resumed.indices, whole[2].indices)
    np.testing.assert_array_equal(resumed.arrays["target_points"], whole[2].arrays["target_points"])


def test_fields_are_stacked_and_ragged_ones_listed(source):
    (batch,) = taken(SampleStream(source, 3), 1)
    assert batch.arrays["target_points"].shape == (3, 100, 3)
    assert batch.arrays["diameter"].shape == (3,)
    pairs = batch.arrays["correspondences"]
    assert isinstance(pairs, list) and [part.shape[1] for part in pairs] == [2, 2, 2]


@given(length=st.integers(1, 40), seed=st.integers(0, 5), turn=st.integers(0, 3))
def test_each_turn_through_a_source_with_an_end_has_each_sample_once(length, seed, turn):
    places = range(turn * length, (turn + 1) * length)
    assert sorted(index_at(place, length, seed) for place in places) == list(range(length))


def test_turns_and_seeds_have_orders_of_their_own():
    orders = {
        tuple(index_at(place, 30, seed) for place in range(30 * t, 30 * t + 30))
        for seed in (0, 1)
        for t in (0, 1)
    }
    assert len(orders) == 4


@pytest.mark.parametrize("workers", [0, 1])
def test_a_sample_that_cannot_be_made_is_the_error_of_the_stream(pool, workers):
    source = ObjectClouds(pool, CloudOptions(points=100, views=ViewOptions(pixels=100_000)))
    with (
        SampleStream(source, 2, workers) as stream,
        pytest.raises(InvalidInputError, match="none of 400 views"),
    ):
        next(stream)


def test_a_stream_counts_its_samples_and_its_waiting(source):
    stream = SampleStream(source, 4)
    taken(stream, 3)
    assert stream.meter.samples == 12
    assert 0 < stream.meter.waited <= stream.meter.seconds


@pytest.mark.parametrize(("batch_size", "workers", "first"), [(0, 0, 0), (1, -1, 0), (1, 0, -1)])
def test_numbers_out_of_range_are_refused(source, batch_size, workers, first):
    with pytest.raises(InvalidConfigError, match="stream: batch_size"):
        SampleStream(source, batch_size, workers, first)
