"""The tree of frames: each has one parent at a time."""

from __future__ import annotations

from collections.abc import Callable

from ._exceptions import (
    ConnectivityException,
    ExtrapolationException,
    InvalidArgumentException,
    LookupException,
)
from ._history import History, Link, MovingHistory, StaticHistory
from ._rigid_transform import RigidTransform

_DEEPEST = 1000


class FrameTree:
    """Histories of frames by name; stamps are nanoseconds, and 0 asks for the latest common moment."""

    def __init__(self, kept: int) -> None:
        """``kept``: nanoseconds that moving frames are remembered for."""
        self._kept = kept
        self._histories: dict[str, History] = {}
        self._known: set[str] = set()

    def insert(self, child: str, link: Link, static: bool) -> bool:
        """Takes note of where ``child`` stands; False when that is too old to be kept."""
        wanted = StaticHistory if static else MovingHistory
        if not isinstance(self._histories.get(child), wanted):
            self._histories[child] = StaticHistory() if static else MovingHistory(self._kept)
        self._known |= {child, link.parent}
        return self._histories[child].insert(link)

    def clear(self) -> None:
        """Forgets all that moves; the names of the frames and the static transforms stay."""
        moving = [name for name, history in self._histories.items() if isinstance(history, MovingHistory)]
        for name in moving:
            self._histories[name] = MovingHistory(self._kept)

    def lookup(self, target: str, source: str, stamp: int) -> tuple[int, RigidTransform]:
        """The stamp that was used, and the transform that takes points of ``source`` into ``target``.

        Raises:
            TransformException: the one of its kinds that says why there is none.
        """
        self._require_frame(target)
        self._require_frame(source)
        stamp = stamp or self._latest_common(target, source)
        if target == source:
            return stamp, RigidTransform.identity()
        to_source = _Path(source, lambda frame: self._at(frame, stamp))
        to_target = _Path(target, lambda frame: self._at(frame, stamp))
        common = to_source.first_common(to_target)
        if common is None:
            raise _no_connection(target, source, to_source.broken or to_target.broken)
        return stamp, to_target.transform_to(common).inverse() @ to_source.transform_to(common)

    def _require_frame(self, name: str) -> None:
        if not name:
            raise InvalidArgumentException("The name of a frame cannot be empty")
        if name.startswith("/"):
            raise InvalidArgumentException(f"The name of a frame cannot start with a slash: '{name}'")
        if name not in self._known:
            raise LookupException(f"The frame '{name}' does not exist")

    def _at(self, frame: str, stamp: int) -> Link | None:
        history = self._histories.get(frame)
        return history.at(stamp) if history else None

    def _latest(self, frame: str) -> Link | None:
        history = self._histories.get(frame)
        return history.latest() if history else None

    def _latest_common(self, target: str, source: str) -> int:
        """The newest stamp at which all links between two frames are known; 0 where none of them moves."""
        if target == source:
            newest = self._latest(source)
            return newest.stamp if newest else 0
        to_source, to_target = _Path(source, self._latest), _Path(target, self._latest)
        common = to_source.first_common(to_target)
        if common is None:
            raise _no_connection(target, source, None)
        links = to_source.links_to(common) + to_target.links_to(common)
        return min((link.stamp for link in links if link.stamp), default=0)


class _Path:
    """The way from a frame up to its root, as far as it is known."""

    def __init__(self, frame: str, parent_of: Callable[[str], Link | None]) -> None:
        self.frames = [frame]
        self.broken: ExtrapolationException | None = None
        self._links: list[Link] = []
        try:
            self._climb(parent_of)
        except ExtrapolationException as reason:
            self.broken = reason

    def _climb(self, parent_of: Callable[[str], Link | None]) -> None:
        while link := parent_of(self.frames[-1]):
            self._links.append(link)
            self.frames.append(link.parent)
            if len(self.frames) > _DEEPEST:
                raise LookupException(f"The frames above '{self.frames[0]}' form a loop")

    def first_common(self, other: _Path) -> str | None:
        others = set(other.frames)
        return next((frame for frame in self.frames if frame in others), None)

    def links_to(self, frame: str) -> list[Link]:
        return self._links[: self.frames.index(frame)]

    def transform_to(self, frame: str) -> RigidTransform:
        result = RigidTransform.identity()
        for link in self.links_to(frame):
            result = link.transform @ result
        return result


def _no_connection(target: str, source: str, broken: ExtrapolationException | None) -> Exception:
    asked = f"when looking up the transform from frame '{source}' to frame '{target}'"
    if broken is not None:
        return ExtrapolationException(f"{broken}, {asked}")
    return ConnectivityException(f"The two frames are in trees that are not connected, {asked}")
