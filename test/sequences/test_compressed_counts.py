"""Run lengths as pycocotools writes them; the strings of the first test are its own (version 2.0.11)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_nodes.sequences.compressed_counts import read_counts
from pose_nodes.sequences.rle import decode_mask

RING = (
    "od1;^16L2M4M2N2N2O0O2N2O000O2O0000000000A\\OFd09^OFb09@F`0:@F`0:@Fa09_OFb0:^OFb0;\\OFe0:YOFi0e0101N2N2N3L3N"
    "4J`o0"
)


def test_masks_of_pycocotools_are_read():
    v, u = np.mgrid[:60, :80]
    ring = ((u - 45) ** 2 + (v - 20) ** 2 < 18**2) & ~((u - 50) ** 2 + (v - 25) ** 2 < 5**2)
    assert np.array_equal(decode_mask({"size": [60, 80], "counts": RING}), ring)
    assert read_counts("9220003") == [9, 2, 2, 2, 2, 2, 5]
    assert read_counts("06") == [0, 6]
    assert read_counts("PVe3") == [120000]
    assert read_counts("") == []


@given(st.lists(st.integers(0, 2**31), max_size=9))
def test_all_counts_survive(counts):
    assert read_counts(compressed(counts)) == counts


def compressed(counts: list[int]) -> str:
    """The string of some counts."""
    text = ""
    for place, count in enumerate(counts):
        number, is_last = count - (counts[place - 2] if place > 2 else 0), False
        while not is_last:
            group, number = number & 31, number >> 5
            is_last = number == (-1 if group & 16 else 0)
            text += chr(48 + group + (0 if is_last else 32))
    return text


@pytest.mark.parametrize(
    ("text", "said"),
    [("92/", "'/' at place 2"), ("92p", "'p' at place 2"), ("9 2", "' ' at place 1"), ("9P", "end within")],
)
def test_a_damaged_string_is_refused(text, said):
    with pytest.raises(ValueError, match=said):
        read_counts(text)
