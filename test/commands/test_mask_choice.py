"""Which of the recorded masks a tracker is given."""

from __future__ import annotations

from argparse import ArgumentTypeError

import numpy as np
import pytest

from pose_nodes.commands.mask_choice import MaskChoice
from pose_nodes.core.segment import Segment
from pose_nodes.sequences.recording import RecordedFrame

NAMES = [["mug"], ["mug"], ["mug", "bowl"], ["bowl"], []]


def chosen(text: str) -> list[list[str]]:
    """The class names given for each of the frames above."""
    choice = MaskChoice.parse(text)
    mask = np.ones((2, 2), bool)
    frames = [
        RecordedFrame(i, 10 + i, None, [Segment(mask, name) for name in names], [])
        for i, names in enumerate(NAMES)
    ]
    return [[segment.class_name for segment in choice.choose(frame)] for frame in frames]


def test_all_gives_every_mask():
    assert chosen("all") == NAMES


def test_first_gives_the_first_mask_of_each_object():
    assert chosen("first") == [["mug"], [], ["bowl"], [], []]


def test_every_gives_the_masks_of_every_nth_image_from_the_first_on():
    assert chosen("every:2") == [["mug"], [], ["mug", "bowl"], [], []]


@pytest.mark.parametrize("text", ["", "none", "every", "every:", "every:0", "every:x", "first:2"])
def test_anything_else_is_refused(text):
    with pytest.raises(ArgumentTypeError, match="every:N"):
        MaskChoice.parse(text)
