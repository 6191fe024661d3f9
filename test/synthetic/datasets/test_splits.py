"""Arrangements are shared out among training, validation and tests."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pose_nodes.synthetic.datasets.splits import SplitsConfig, assigned

SHARES = st.floats(0.0, 0.5)


@given(validation=SHARES, test=SHARES, count=st.integers(0, 60), more=st.integers(0, 20))
def test_more_arrangements_never_change_those_before(validation, test, count, more):
    config = SplitsConfig(validation, test)
    assert assigned(config, count + more)[:count] == assigned(config, count)


@given(validation=SHARES, test=SHARES, count=st.integers(1, 100))
def test_the_shares_are_right_to_one_arrangement_and_numbers_have_no_gap(validation, test, count):
    result = assigned(SplitsConfig(validation, test), count)
    shares = {"train": 1 - validation - test, "val": validation, "test": test}
    for split, share in shares.items():
        numbers = [number for name, number in result if name == split]
        assert numbers == list(range(len(numbers)))
        assert abs(len(numbers) - share * count) <= 1 + 1e-9


def test_a_split_without_a_share_has_no_arrangement():
    assert {split for split, _ in assigned(SplitsConfig(0.0, 0.0), 20)} == {"train"}
    assert SplitsConfig(0.0, 0.3).used() == ("train", "test")
    assert SplitsConfig(0.5, 0.5).used() == ("val", "test")
