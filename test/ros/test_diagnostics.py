"""What a tracker node tells about its health."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")
from pose_nodes.core.track import Track, TrackState
from pose_nodes.ros import diagnostics
from pose_nodes.ros.depth_rules import DepthFacts
from pose_nodes.ros.diagnostics import ERROR, OK, WARN
from pose_nodes.ros.monitor import TrackerMonitor
from pose_nodes.ros.synchroniser import SyncStatistics

pytestmark = pytest.mark.ros

LIVE = {
    "frames_in": 10,
    "frames_processed": 8,
    "frames_superseded": 2,
    "segments_unmatched": 1,
    "cold_starts": 3,
    "seconds_median": 0.004,
    "seconds_p95": 0.006,
}


@pytest.fixture
def monitor() -> TrackerMonitor:
    """Of a node that is active, has been for a while, and hears its camera."""
    made = TrackerMonitor(lambda _: None)
    made.begin(("/color", "/depth"))
    made.begun_s -= 60.0
    made.live = lambda: SimpleNamespace(**LIVE)
    for _ in range(2):
        made.arrivals["/color"].tick()
        made.arrivals["/depth"].tick()
    return made


def track(name: str, state: TrackState) -> Track:
    return Track(name, "mug", state, 0, None, np.zeros(6), 0, 0, "too little of it is seen")


def statistics(**changes) -> SyncStatistics:
    values = {
        "received": {"color": 100, "depth": 100},
        "sets": 98,
        "unmatched": {"color": 2, "depth": 2},
        "completeness": 0.98,
        "offset_s": 0.002,
    }
    return SyncStatistics(**(values | changes))


def test_a_healthy_node_is_healthy_in_all_respects(monitor):
    monitor.synchronisation = statistics
    monitor.depth = DepthFacts(0.8, 0.9)
    monitor.tracks = [track("mug_0", TrackState.TRACKING), track("mug_1", TrackState.SEARCHING)]
    statuses = [
        diagnostics.configuration_status(monitor),
        diagnostics.inputs_status(monitor, lambda _: 1),
        diagnostics.synchronisation_status(monitor),
        diagnostics.qos_status(monitor),
        diagnostics.depth_status(monitor),
        diagnostics.processing_status(monitor),
        diagnostics.objects_status(monitor),
        diagnostics.problems_status(monitor),
        diagnostics.transport_status(monitor),
        diagnostics.process_status(monitor),
    ]
    assert [status.level for status in statuses] == [OK] * len(statuses)
    assert statuses[6].message == "1 tracked, 1 searched"
    assert statuses[5].values["segmentations without their frame"] == "1"


def test_a_configuration_error_is_an_error(monitor):
    monitor.configuration_error = "objects.yaml: no such file"
    status = diagnostics.configuration_status(monitor)
    assert (status.level, status.message) == (ERROR, "objects.yaml: no such file")


def test_a_silent_topic_is_an_error_that_tells_its_publishers(monitor):
    monitor.begin(("/color", "/depth"))
    monitor.begun_s -= 60.0
    monitor.arrivals["/color"].tick()
    status = diagnostics.inputs_status(monitor, lambda topic: 2)
    assert status.level == ERROR
    assert "nothing arrives on /depth (2 publishers that sent nothing);" in status.message


def test_silence_right_after_the_start_is_no_error(monitor):
    monitor.begin(("/color", "/depth"))
    assert diagnostics.inputs_status(monitor, lambda _: 0).level == OK


def test_streams_apart_are_an_error_with_their_distance(monitor):
    monitor.synchronisation = lambda: statistics(sets=0, completeness=0.0, offset_s=0.0523)
    status = diagnostics.synchronisation_status(monitor)
    assert status.level == ERROR
    assert "are 0.052 s apart" in status.message and "synchronisation.slop" in status.message
    assert status.values["completeness"] == "0%"


def test_useless_depth_is_an_error(monitor):
    monitor.depth = DepthFacts(0.0, float("nan"))
    assert diagnostics.depth_status(monitor).level == ERROR


def test_an_unsure_object_is_a_warning_with_its_reason(monitor):
    monitor.tracks = [track("mug_0", TrackState.LOST), track("mug_1", TrackState.TRACKING)]
    status = diagnostics.objects_status(monitor)
    assert (status.level, status.message) == (WARN, "no dependable pose of mug_0")
    assert status.values["mug_0"] == "LOST: too little of it is seen"


def test_recent_problems_are_a_warning_with_their_counts(monitor):
    for _ in range(3):
        monitor.problems.report("/info: K is zero")
    status = diagnostics.problems_status(monitor)
    assert (status.level, status.message) == (WARN, "/info: K is zero")
    assert status.values == {"problem 1": "/info: K is zero (3x)"}


@pytest.mark.parametrize(("unmatched", "masks", "warns"), [(5, 6, False), (6, 6, True), (6, 31, False)])
def test_segmentations_of_images_that_never_came_are_a_warning(monitor, unmatched, masks, warns):
    monitor.live = lambda: SimpleNamespace(**{**LIVE, "segments_unmatched": unmatched})
    for _ in range(masks):
        monitor.masks.tick()
    status = diagnostics.processing_status(monitor)
    assert (status.level == WARN) == warns
    assert (f"{unmatched} of {masks} segmentations are of images that never came" in status.message) == warns


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.0325, "32.5 ms"), (1e9, "not stamped by this node's clock")]
)
def test_latency_is_told_only_when_it_means_something(monitor, seconds, text):
    monitor.latency.add(seconds)
    assert text in diagnostics.processing_status(monitor).values["image stamp to pose, median"]


def test_each_stage_is_told_with_its_percentiles(monitor):
    for milliseconds in range(1, 101):
        stages = {"points": 1e-3 * milliseconds, "evidence": 1e-3}
        estimate = SimpleNamespace(seconds=stages)
        monitor.take([replace(track("mug_0", TrackState.TRACKING), estimate=estimate)])
    monitor.take([track("mug_0", TrackState.SEARCHING)])
    monitor.arrival.add(0.012)
    values = diagnostics.processing_status(monitor).values
    assert values["one object: points"] == "median 50.50 ms, 95 % 95.05 ms"
    assert values["one object: evidence"] == "median 1.00 ms, 95 % 1.00 ms"
    assert values["all objects"] == "median 4.00 ms, 95 % 6.00 ms"
    assert values["image stamp to arrival"] == "median 12.00 ms, 95 % 12.00 ms"
    assert values["cold starts"] == "3"


def test_stages_begin_anew_with_the_node(monitor):
    estimate = SimpleNamespace(seconds={"points": 0.001})
    monitor.take([replace(track("mug_0", TrackState.TRACKING), estimate=estimate)])
    monitor.begin(("/color",))
    assert "one object: points" not in diagnostics.processing_status(monitor).values


def test_messages_that_are_missing_are_a_warning_that_tells_what_to_do(monitor):
    monitor.qos.of_subscription("/depth").message_lost(SimpleNamespace(total_count=7))
    for number in range(100):
        monitor.gaps["/color"].add(33_000_000 * number)
        if number % 10:
            monitor.gaps["/depth"].add(33_000_000 * number)
    status = diagnostics.transport_status(monitor)
    assert status.level == WARN
    assert status.message.startswith("messages are missing on /depth, by their stamps; start camera and")
    assert status.values == {
        "/color missing": "0 of the last 99",
        "/depth missing": "9 of the last 98",
        "/depth lost in transport": "7",
    }


def test_memory_threads_and_processor_time_are_told(monitor):
    values = diagnostics.process_status(monitor).values
    assert float(values["memory"].removesuffix(" MB")) > 10
    assert int(values["threads"]) >= 1 and float(values["cores"]) >= 0


def test_an_inactive_node_has_nothing_to_complain_of():
    monitor = TrackerMonitor(lambda _: None)
    for status in (
        diagnostics.inputs_status(monitor, lambda _: 0),
        diagnostics.synchronisation_status(monitor),
    ):
        assert (status.level, status.message) == (OK, "not listening")
