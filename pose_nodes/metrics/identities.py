"""Which track follows which of several alike objects, and how often that changes.

Bernardin and Stiefelhagen, "Evaluating Multiple Object Tracking Performance: The CLEAR MOT Metrics", EURASIP
Journal on Image and Video Processing 2008, count both kinds of change as mismatches.
"""

from __future__ import annotations

from collections.abc import Mapping


class Identities:
    """Counts changes over a recording.

    Attributes:
        swaps: times that a track went over to another object.
        renames: times that an object that had a track got a new one.
    """

    def __init__(self) -> None:
        self.swaps = 0
        self.renames = 0
        self._object_of: dict[str, str] = {}
        self._track_of: dict[str, str] = {}

    def add(self, pairs: Mapping[str, str]) -> None:
        """Look at the next image.

        Args:
            pairs: the id of the track on an object, by the id of the object; objects without a track are left
                out.
        """
        for one, track in pairs.items():
            if self._object_of.get(track, one) != one:
                self.swaps += 1
            elif track not in self._object_of and one in self._track_of:
                self.renames += 1
            self._object_of[track], self._track_of[one] = one, track
