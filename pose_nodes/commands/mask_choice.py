"""Which of the recorded masks a tracker is given, as if the segmenter were slow or ran only once."""

from __future__ import annotations

from argparse import ArgumentTypeError

from pose_nodes.core.segment import Segment
from pose_nodes.sequences.recording import RecordedFrame


class MaskChoice:
    """`all`: every mask; `every:N`: those of every n-th image; `first`: the first mask of each object."""

    def __init__(self, every: int | None) -> None:
        """`every` is None for the first mask of each object alone."""
        self._every = every
        self._shown: set[str] = set()

    @classmethod
    def parse(cls, text: str) -> MaskChoice:
        """Read the notation of the command line.

        Raises:
            ArgumentTypeError: it is none of the three.
        """
        word, _, number = text.partition(":")
        if text in ("first", "all"):
            return cls(1 if text == "all" else None)
        if word == "every" and number.isdecimal() and int(number) > 0:
            return cls(int(number))
        raise ArgumentTypeError(f"'{text}' is none of first, all, every:N (such as every:10)")

    def choose(self, recorded: RecordedFrame) -> list[Segment]:
        """The masks of one image to give; images are asked for in their order."""
        if self._every is not None:
            return list(recorded.segments) if recorded.index % self._every == 0 else []
        new = [segment for segment in recorded.segments if segment.class_name not in self._shown]
        self._shown |= {segment.class_name for segment in new}
        return new
