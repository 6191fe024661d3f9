"""The tracker in its threads, fed with the bundled recording."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest

from pose_nodes.core.errors import UnknownObjectError
from pose_nodes.core.frame import Frame
from pose_nodes.core.segment import Segment
from pose_nodes.core.track import Track, TrackState
from pose_nodes.demo_data import BUNNY_SCENE
from pose_nodes.estimators.instance import InstanceEstimator
from pose_nodes.geometry import se3
from pose_nodes.sequences.bop_scene import BopScene
from pose_nodes.tracking.config import TrackerConfig
from pose_nodes.tracking.live import LiveTracker, TrackingResult
from pose_nodes.tracking.tracker import prepare_object

PATIENCE_S = 60.0
"""How long a cold start may take on a busy machine."""
PERIOD_NS = 100_000_000
START_NS = 1_000_000_000


class Feed:
    """A live tracker, what it is given and what it says."""

    def __init__(self, scene: BopScene) -> None:
        self._recorded = [scene[index] for index in range(len(scene))]
        self.results: list[TrackingResult] = []
        self.tracker = LiveTracker(scene.library(), TrackerConfig(), self._take)
        self.number, self.slowness = 0, 0.0

    def _take(self, result: TrackingResult) -> None:
        """Whoever is told may hold up the tracker, by so many seconds."""
        self.results.append(result)
        time.sleep(self.slowness)

    def frame(self, number: int) -> Frame:
        """The recording, over and over; the bunny comes full circle."""
        recorded = self._recorded[number % len(self._recorded)].frame
        return replace(recorded, stamp_ns=START_NS + number * PERIOD_NS)

    def segments(self, number: int) -> list[Segment]:
        return self._recorded[number % len(self._recorded)].segments

    def truth(self, number: int) -> np.ndarray:
        return self._recorded[number % len(self._recorded)].truths[0].T_camera_object

    def step(self, masked: bool = True) -> int:
        """Submit the next frame, with its mask, and wait until it is processed; its number."""
        number, self.number = self.number, self.number + 1
        if masked:
            self.tracker.submit_segments(self.frame(number).stamp_ns, self.segments(number))
        before = len(self.results)
        self.tracker.submit_frame(self.frame(number))
        until(lambda: len(self.results) > before)
        return number

    def track(self, masked: bool = True) -> int:
        """Go on at the camera's rate until the bunny is tracked; the number of the last frame."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            number = self.step(masked)
            if self.tracks and self.tracks[0].state == TrackState.TRACKING:
                return number
            time.sleep(0.05)
        raise AssertionError([track.reason for track in self.tracks])

    @property
    def tracks(self) -> list[Track]:
        return self.results[-1].tracks


def until(condition: Callable[[], object], timeout_s: float = PATIENCE_S) -> None:
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.002)


@pytest.fixture(scope="module")
def scene() -> BopScene:
    return BopScene(BUNNY_SCENE)


@pytest.fixture
def feed(scene) -> Iterator[Feed]:
    made = Feed(scene)
    yield made
    made.tracker.close()


def assert_right(feed: Feed, number: int) -> None:
    (track,) = feed.tracks
    assert track.stamp_ns == feed.frame(number).stamp_ns and track.estimate is not None
    distance, angle = se3.difference(track.estimate.T_camera_object, feed.truth(number))
    assert distance < 0.005 and np.degrees(angle) < 5.0


def test_a_cold_start_never_delays_a_frame_and_what_it_found_is_rolled_forward(feed):
    number = feed.track()
    assert number >= 1  # a cold start takes longer than a frame; frames went on meanwhile
    assert_right(feed, number)
    stamps = [result.frame.stamp_ns for result in feed.results]
    assert stamps == sorted(set(stamps))
    statistics = feed.tracker.statistics()
    assert statistics.frames_in == statistics.frames_processed + statistics.frames_superseded
    assert statistics.cold_starts >= 1 and statistics.seconds_median > 0


def test_one_mask_that_comes_late_is_enough(feed):
    for _ in range(5):
        feed.step(masked=False)
    assert feed.tracks == []
    feed.tracker.submit_segments(feed.frame(0).stamp_ns, feed.segments(0))
    assert_right(feed, feed.track(masked=False))
    for _ in range(5):
        number = feed.step(masked=False)
    assert_right(feed, number)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a niceness for each thread")
def test_cold_starts_stand_back_behind_following(feed):
    threads = {thread.name: thread.native_id for thread in threading.enumerate()}
    before = os.getpriority(os.PRIO_PROCESS, threads["tracking"])
    until(lambda: os.getpriority(os.PRIO_PROCESS, threads["cold starts"]) > before)
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == before


def test_frames_that_come_together_are_all_answered_in_their_order(feed):
    for number in range(2):
        feed.tracker.submit_frame(feed.frame(number))
    until(lambda: len(feed.results) == 2)
    assert [result.frame.stamp_ns for result in feed.results] == [feed.frame(n).stamp_ns for n in range(2)]
    assert feed.tracker.statistics().frames_superseded == 0


def test_the_newest_frame_wins_over_those_that_waited_for_long_and_they_are_counted(feed):
    feed.slowness = 0.05
    for number in range(30):
        feed.tracker.submit_frame(feed.frame(number))
    until(lambda: feed.results and feed.results[-1].frame.stamp_ns == feed.frame(29).stamp_ns)
    statistics = feed.tracker.statistics()
    assert statistics.frames_in == 30
    assert statistics.frames_processed + statistics.frames_superseded == 30
    assert statistics.frames_superseded > 0


def test_a_reset_ends_tracks_and_cold_starts_under_way(feed):
    feed.step()
    until(lambda: feed.tracks or feed.step(masked=False))
    assert feed.tracker.reset([]) == ["bunny_0"]
    for _ in range(15):
        feed.step(masked=False)
        time.sleep(0.1)  # as long as the cold start takes
    assert all(result.tracks == [] for result in feed.results[-15:])


def test_an_object_that_is_removed_while_it_is_searched_never_appears(feed):
    feed.step()
    until(lambda: feed.tracks or feed.step(masked=False))
    assert feed.tracker.remove_object("bunny") == ["bunny_0"]
    done = len(feed.results)
    for _ in range(15):
        feed.step()
        time.sleep(0.1)  # as long as the cold start takes
    assert all(result.tracks == [] and result.library.names == () for result in feed.results[done:])
    with pytest.raises(
        UnknownObjectError, match="object 'bunny' is not in the object library; known are: none"
    ):
        feed.tracker.remove_object("bunny")


def test_an_object_that_is_added_at_run_time_is_found_with_the_next_mask(feed, scene):
    feed.tracker.remove_object("bunny")
    feed.step()
    assert feed.tracker.add_object(prepare_object(scene.library()["bunny"], TrackerConfig())) == []
    assert_right(feed, feed.track())
    assert feed.results[-1].library.names == feed.tracker.library.names == ("bunny",)


def test_after_a_reset_of_everything_time_may_begin_anew(feed):
    feed.track()
    assert feed.tracker.reset([]) == ["bunny_0"]
    feed.number = 0
    number = feed.step()
    assert feed.results[-1].frame.stamp_ns == feed.frame(number).stamp_ns and feed.tracks == []
    assert_right(feed, feed.track())


def test_a_name_that_nobody_has_resets_nothing(feed):
    feed.track()
    with pytest.raises(UnknownObjectError, match="'teapot' is neither"):
        feed.tracker.reset(["bunny_0", "teapot"])
    feed.step()
    assert [track.id for track in feed.tracks] == ["bunny_0"]
    assert feed.tracker.reset(["bunny"]) == ["bunny_0"]


def test_segments_that_cannot_be_used_are_told_with_the_next_result(feed):
    feed.step(masked=False)
    mask = feed.segments(0)[0].mask
    stamp_ns = feed.frame(0).stamp_ns
    feed.tracker.submit_segments(stamp_ns, [Segment(mask, "teapot"), Segment(mask[::2, ::2], "bunny")])
    feed.tracker.submit_segments(5, feed.segments(0))
    until(lambda: feed.tracker.statistics().segments_unmatched == 1)
    feed.step(masked=False)
    warnings = [sentence for result in feed.results for sentence in result.warnings]
    assert any("class 'teapot' is none of the objects" in sentence for sentence in warnings)
    assert any("320x240" in sentence for sentence in warnings)
    assert feed.tracks == []


def test_depth_that_fails_ends_a_track_and_masks_bring_it_back(feed):
    feed.track()
    blank = np.full((480, 640), np.nan, np.float32)
    for _ in range(3):
        feed.tracker.submit_frame(replace(feed.frame(feed.number), depth=blank))
        feed.number += 1
        until(lambda: feed.results[-1].frame.stamp_ns == feed.frame(feed.number - 1).stamp_ns)
        assert feed.tracks[0].state != TrackState.TRACKING
    assert_right(feed, feed.track())
    assert feed.tracks[0].id == "bunny_0"


def test_a_cold_start_that_the_machine_fails_is_told_with_a_result_and_tracking_goes_on(feed, monkeypatch):
    def fail(*_given: object) -> None:
        raise RuntimeError("CUDA out of memory. Tried to allocate 20.00 MiB")

    with monkeypatch.context() as patch:
        patch.setattr(InstanceEstimator, "initialise", fail)
        feed.step()
        until(lambda: feed.step(masked=False) and any(result.warnings for result in feed.results))
    (warning,) = (sentence for result in feed.results for sentence in result.warnings)
    assert warning.startswith("object 'bunny': a cold start failed (RuntimeError: CUDA out of memory)")
    assert_right(feed, feed.track())


def test_closing_ends_the_threads(scene):
    before = threading.active_count()
    feed = Feed(scene)
    feed.step()
    assert threading.active_count() == before + 2
    feed.tracker.close()
    assert threading.active_count() == before


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_error_that_nobody_foresaw_is_raised_to_whoever_submits_next(scene):
    def fail(_result: TrackingResult) -> None:
        raise ValueError("a bug")

    feed = Feed(scene)
    tracker = LiveTracker(scene.library(), TrackerConfig(), fail)
    tracker.submit_frame(feed.frame(0))

    def is_raised() -> bool:
        try:
            tracker.submit_segments(0, [])
        except RuntimeError as error:
            return isinstance(error.__cause__, ValueError)
        return False

    until(is_raised)
    tracker.close()
    feed.tracker.close()
