"""The tracker beside a live camera: nothing waits for it, and it waits for nothing.

One thread follows the tracks into each frame that has not waited for long; frames that did are superseded by
newer ones, but kept in the history. Another does cold starts, follows what it finds through the history to
the present, and hands it over.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from pose_nodes.core.frame import Frame
from pose_nodes.core.segment import Segment
from pose_nodes.core.track import Track
from pose_nodes.objects.library import ObjectLibrary
from pose_nodes.tracking.camera_motion import CameraPose
from pose_nodes.tracking.config import TrackerConfig
from pose_nodes.tracking.late_segments import LateSegments
from pose_nodes.tracking.pace import Pace
from pose_nodes.tracking.search_plan import Search
from pose_nodes.tracking.tracker import PreparedObject, Tracker

_TIMED_FRAMES = 300
_LONGEST_WAIT_S = 0.04
"""Of a frame, when there is a newer one: a little more than the period of a camera, so that a moment without
processor time costs no frame; under steady overload the newest is taken at once (our choice)."""
_NICENESS = 5
"""That cold starts are nicer by: they get the time that following leaves, and a quarter of it where it leaves
none; of 10 it was a tenth, and beside other programs cold starts took over 20 s. Linux takes what would
be more than 19 as 19."""


@dataclass(frozen=True, eq=False)
class TrackingResult:
    """What became of one frame.

    Attributes:
        frame: that was processed.
        tracks: all of them, in this frame.
        library: the objects that were looked for, with those of the tracks.
        seconds: that processing took.
        warnings: sentences on segments that could not be used and cold starts that the machine failed, since
            the last result.
    """

    frame: Frame
    tracks: list[Track]
    library: ObjectLibrary
    seconds: float
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class LiveStatistics:
    """What a live tracker did since it began.

    Attributes:
        frames_in: frames submitted.
        frames_processed: frames with a result.
        frames_superseded: frames without one, because a newer one was there when their turn came late.
        segments_unmatched: segmentations whose frame was never there, or no longer.
        cold_starts: done.
        seconds_median, seconds_p95: to process one of the last 300 frames; NaN before the first.
    """

    frames_in: int
    frames_processed: int
    frames_superseded: int
    segments_unmatched: int
    cold_starts: int
    seconds_median: float
    seconds_p95: float


class LiveTracker:
    """Tracks in threads of its own; `submit_frame` and `submit_segments` return at once."""

    def __init__(
        self,
        library: ObjectLibrary,
        config: TrackerConfig,
        on_result: Callable[[TrackingResult], object],
        camera_pose: CameraPose | None = None,
    ) -> None:
        """Start the threads.

        Args:
            library: the objects to look for.
            config: options.
            on_result: is called with each result, from the tracker's thread.
            camera_pose: tells where the camera was, see `Tracker`; may wait a little, as for a late message.
        """
        self._tracker = Tracker(library, config, self._warn, camera_pose)
        self._on_result = on_result
        self._late = LateSegments(self._tracker.history)
        self._pace = Pace()
        self._wake = threading.Condition()
        self._step = threading.RLock()
        self._waiting: deque[tuple[float, Frame]] = deque()
        self._searches: dict[str, Search] = {}
        self._has_segments = self._closed = False
        self._failure: Exception | None = None
        self._warnings: list[str] = []
        self._seconds: deque[float] = deque(maxlen=_TIMED_FRAMES)
        self._in = self._processed = self._superseded = self._cold_starts = 0
        self._threads = [
            threading.Thread(target=self._run, args=(work, yields), name=name, daemon=True)
            for name, work, yields in (
                ("tracking", self._track_one, False),
                ("cold starts", self._search_one, True),
            )
        ]
        for thread in self._threads:
            thread.start()

    def submit_frame(self, frame: Frame) -> None:
        """Hand over the next frame; its stamp must be newer than those before, unless all was reset."""
        self._raise_failure()
        with self._wake:
            self._tracker.history.add(frame)
            self._in += 1
            came = time.perf_counter()
            self._waiting.append((came, frame))
            self._pace.frame_came(came)
            self._wake.notify_all()

    def submit_segments(self, stamp_ns: int, segments: Sequence[Segment]) -> None:
        """Hand over the segmentation of the frame of a stamp, before or after that frame."""
        self._raise_failure()
        self._late.add(stamp_ns, segments)
        with self._wake:
            self._has_segments = True
            self._wake.notify_all()

    def reset(self, ids: Iterable[str]) -> list[str]:
        """Forget the tracks of the given ids or classes, or everything if there are none; the ids of the
        tracks.

        Whatever was begun before comes to nothing.

        Raises:
            UnknownObjectError: a name is neither that of a track nor of a class; then nothing is forgotten.
        """
        names = list(ids)
        with self._step:
            gone = self._tracker.reset(names)
            if not names:
                self._late.clear()
                with self._wake:
                    self._waiting.clear()
                    self._searches.clear()
            return gone

    @property
    def library(self) -> ObjectLibrary:
        """The objects that are looked for."""
        return self._tracker.library

    def add_object(self, prepared: PreparedObject) -> list[str]:
        """Look for one more object from the next frame on; see `Tracker.add_object`."""
        with self._step:
            return self._tracker.add_object(prepared)

    def remove_object(self, name: str) -> list[str]:
        """Look no longer for an object, of which no later result tells; see `Tracker.remove_object`.

        Raises:
            UnknownObjectError: there is no object of that name.
        """
        with self._step:
            return self._tracker.remove_object(name)

    def statistics(self) -> LiveStatistics:
        """Counts since the beginning."""
        with self._wake:
            median, p95 = np.percentile(self._seconds, (50, 95)) if self._seconds else (np.nan, np.nan)
            return LiveStatistics(
                self._in,
                self._processed,
                self._superseded,
                self._late.unmatched,
                self._cold_starts,
                float(median),
                float(p95),
            )

    def close(self) -> None:
        """Finish what is at work, drop what waits, and end the threads."""
        with self._wake:
            self._closed = True
            self._wake.notify_all()
        for thread in self._threads:
            thread.join()
        self._tracker.close()

    def _run(self, work: Callable[[], bool], yields: bool) -> None:
        """Repeat until closed. An error that nobody foresaw is raised to whoever submits next, not
        swallowed."""
        if yields:
            _step_back()
        try:
            while work():
                pass
        except Exception as error:
            self._failure = error
            raise

    def _track_one(self) -> bool:
        """Wait for a frame or segments, and process them; False when closed."""
        with self._wake:
            self._wake.wait_for(lambda: self._closed or bool(self._waiting) or self._has_segments)
            if self._closed:
                return False
        with self._step:
            with self._wake:  # taken only now: a reset in between takes back frames of the old time
                frame = self._next_frame()
                self._has_segments = False
                may_search = frame is not None and self._pace.may_search()
            begun = time.perf_counter()
            tracks = [] if frame is None else self._tracker.advance(frame, may_search)
            self._plan_searches()
            if frame is not None:
                self._publish(frame, tracks, time.perf_counter() - begun)
        return True

    def _next_frame(self) -> Frame | None:
        """The first that has not waited for too long, or else the newest; None if none waits."""
        begun = time.perf_counter()
        longest = 0.0 if self._pace.is_too_slow else _LONGEST_WAIT_S
        while len(self._waiting) > 1 and begun - self._waiting[0][0] > longest:
            self._waiting.popleft()
            self._superseded += 1
        return self._waiting.popleft()[1] if self._waiting else None

    def _plan_searches(self) -> None:
        for frame, segments in self._late.take():
            searches = self._tracker.plan(frame, segments)
            with self._wake:
                self._searches |= {search.machine.id: search for search in searches}
                self._wake.notify_all()

    def _publish(self, frame: Frame, tracks: list[Track], seconds: float) -> None:
        with self._wake:
            self._processed += 1
            self._seconds.append(seconds)
            self._pace.frame_took(seconds)
            warnings, self._warnings = tuple(self._warnings), []
        self._on_result(TrackingResult(frame, tracks, self._tracker.library, seconds, warnings))

    def _search_one(self) -> bool:
        """Wait for a cold start that is due, and do it; False when closed."""
        with self._wake:
            self._wake.wait_for(lambda: self._closed or bool(self._searches))
            if self._closed:
                return False
            search = self._searches.pop(next(iter(self._searches)))
        if self._tracker.is_due(search):
            found = self._tracker.find(search)
            self._tracker.roll_forward(found)
            self._tracker.adopt(found)
            with self._wake:
                self._cold_starts += 1
        return True

    def _warn(self, sentence: str) -> None:
        with self._wake:
            self._warnings.append(sentence)

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise RuntimeError("the tracker failed") from self._failure


def _step_back() -> None:
    """Let this thread, and those that libraries start for it, run where the others leave time.

    Linux has a niceness for each thread; elsewhere it would be that of the process, and stays as it is.
    """
    if sys.platform == "linux":
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + _NICENESS)
