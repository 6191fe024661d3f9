"""Where one frame stood in its parent over time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import Protocol

from ._exceptions import ExtrapolationException
from ._rigid_transform import RigidTransform

NANOSECONDS = 1_000_000_000


@dataclass(frozen=True)
class Link:
    """The parent of a frame at one moment (nanoseconds), and the transform from the frame to it."""

    stamp: int
    parent: str
    transform: RigidTransform


class History(Protocol):
    """What is known of one frame."""

    def insert(self, link: Link) -> bool:
        """Takes note of ``link``; False when it is too old."""

    def at(self, stamp: int) -> Link:
        """The link at ``stamp``; raises ExtrapolationException where nothing is known."""

    def latest(self) -> Link | None:
        """The newest link; its stamp is 0 where it holds for all times."""


class StaticHistory:
    """A frame that does not move in its parent."""

    def __init__(self) -> None:
        self._link: Link | None = None

    def insert(self, link: Link) -> bool:
        """Replaces what was known."""
        self._link = Link(0, link.parent, link.transform)
        return True

    def at(self, stamp: int) -> Link:
        """The same at all times."""
        if self._link is None:
            raise ExtrapolationException(f"Nothing is known at time {seconds(stamp)}")
        return self._link

    def latest(self) -> Link | None:
        """With stamp 0, which means all times."""
        return self._link


class MovingHistory:
    """The last moments of a frame that moves in its parent; between two of them it is interpolated."""

    def __init__(self, kept: int) -> None:
        """``kept``: nanoseconds that are remembered before the newest link."""
        self._kept = kept
        self._links: list[Link] = []
        self._stamps: list[int] = []

    def insert(self, link: Link) -> bool:
        """Takes note of ``link`` unless it is too old; replaces one of the same stamp."""
        if self._stamps and link.stamp < self._stamps[-1] - self._kept:
            return False
        place = bisect_left(self._stamps, link.stamp)
        same = bisect_right(self._stamps, link.stamp)
        self._stamps[place:same] = [link.stamp]
        self._links[place:same] = [link]
        forgotten = bisect_left(self._stamps, self._stamps[-1] - self._kept)
        del self._stamps[:forgotten], self._links[:forgotten]
        return True

    def at(self, stamp: int) -> Link:
        """Interpolated between its neighbours; where the parent changes, the earlier neighbour."""
        self._refuse_extrapolation(stamp)
        after = bisect_right(self._stamps, stamp)
        before = self._links[after - 1]
        if before.stamp == stamp or self._links[after].parent != before.parent:
            return before
        fraction = (stamp - before.stamp) / (self._stamps[after] - before.stamp)
        return Link(stamp, before.parent, before.transform.towards(self._links[after].transform, fraction))

    def latest(self) -> Link | None:
        """The newest link that was inserted."""
        return self._links[-1] if self._links else None

    def _refuse_extrapolation(self, stamp: int) -> None:
        if not self._stamps:
            raise ExtrapolationException(f"Nothing is known at time {seconds(stamp)}")
        first, last = self._stamps[0], self._stamps[-1]
        if first <= stamp <= last:
            return
        direction, end = ("past", first) if stamp < first else ("future", last)
        raise ExtrapolationException(
            f"Lookup would require extrapolation into the {direction}: requested time {seconds(stamp)},"
            f" but the buffer ends at time {seconds(end)}"
        )


def seconds(stamp: int) -> str:
    """A stamp of nanoseconds in seconds, to the last digit."""
    return f"{stamp // NANOSECONDS}.{stamp % NANOSECONDS:09d}"
