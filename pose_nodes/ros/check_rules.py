"""What is wrong with a camera: facts gathered from its topics -> plain sentences. No ROS in here."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.ros.depth_rules import DepthFacts, depth_problem

FAR_FROM_CLOCK_S = 2.0
LOWEST_RATE_HZ = 5.0
LARGEST_OFFSET_S = 0.03
"""What synchronisation.slop is by default."""
LARGEST_CENTRE_SHIFT = 0.25
"""How far the principal point may lie from the image centre, in image sizes (our choice)."""


@dataclass(frozen=True)
class MessageFacts:
    """Of one message.

    Attributes:
        stamp_ns: header stamp.
        received_ns: when it came, by the node's clock.
        frame_id: header frame.
        size: (width, height), pixels.
        error: why it cannot be used, a sentence; empty if it can.
    """

    stamp_ns: int
    received_ns: int
    frame_id: str
    size: tuple[int, int]
    error: str = ""


@dataclass(frozen=True)
class StreamFacts:
    """Of one topic.

    Attributes:
        topic: full name.
        publishers: how many there are.
        similar: other topics of this type, the most similar name first.
        mismatch: why no message passes for its QoS, a sentence; empty if none.
        messages: what came, in order.
    """

    topic: str
    publishers: int
    similar: tuple[str, ...] = ()
    mismatch: str = ""
    messages: tuple[MessageFacts, ...] = ()

    @property
    def rate(self) -> float:
        """Messages per second by their arrival; 0 with fewer than two."""
        times = [message.received_ns for message in self.messages]
        span = times[-1] - times[0] if times else 0
        return (len(times) - 1) * 1e9 / span if span > 0 else 0.0

    @property
    def size(self) -> tuple[int, int] | None:
        """(width, height) of the last message."""
        return self.messages[-1].size if self.messages else None

    @property
    def frame_id(self) -> str:
        """Of the last message."""
        return self.messages[-1].frame_id if self.messages else ""


@dataclass(frozen=True)
class CameraFacts:
    """Of all the topics of a camera.

    Attributes:
        seconds: how long they were listened to.
        color: None where depth is tracked without colour.
        depth, info: the other streams.
        camera: the intrinsics, when they can be used.
        distortion: the sentence on lens distortion, if any.
        depth_images: facts of the depth images that could be read.
        segmentation: the masks' topic.
    """

    seconds: float
    color: StreamFacts | None
    depth: StreamFacts
    info: StreamFacts
    camera: PinholeCamera | None
    distortion: str
    depth_images: tuple[DepthFacts, ...]
    segmentation: StreamFacts

    @property
    def streams(self) -> tuple[StreamFacts, ...]:
        """The topics that the tracker cannot do without."""
        return tuple(stream for stream in (self.color, self.depth, self.info) if stream is not None)


def problems(facts: CameraFacts) -> list[str]:
    """One sentence for each thing that keeps a tracker from working well; empty when all is fine."""
    found: list[str] = []
    for stream in facts.streams:
        found += _stream_problems(stream, facts.seconds)
    found += _geometry_problems(facts)
    found += _synchronisation_problems(facts)
    found += _depth_problems(facts)
    return found


def observations(facts: CameraFacts) -> list[str]:
    """What was seen, for the user to compare with what was meant."""
    found = []
    for stream in facts.streams:
        size = (
            "" if stream.size is None else f", {stream.size[0]}x{stream.size[1]}, frame '{stream.frame_id}'"
        )
        found.append(f"{stream.topic}: {len(stream.messages)} messages, {stream.rate:.1f} Hz{size}")
    if facts.depth_images:
        last = facts.depth_images[-1]
        found.append(
            f"{facts.depth.topic}: {last.valid_share:.0%} of the pixels valid, median {last.median_m:.3g} m"
        )
    if not facts.segmentation.publishers:
        found.append(f"{facts.segmentation.topic}: no publisher; the tracker needs masks to find objects")
    return found


def _stream_problems(stream: StreamFacts, seconds: float) -> Iterator[str]:
    if stream.mismatch:
        yield stream.mismatch
    elif stream.publishers == 0:
        similar = f" (there is {', '.join(stream.similar)})" if stream.similar else ""
        yield f"{stream.topic}: no publisher; start the camera driver, or remap the topic{similar}"
    elif not stream.messages:
        yield f"{stream.topic}: has a publisher, but nothing came in {seconds:g} s; look at the camera driver"
    yield from dict.fromkeys(message.error for message in stream.messages if message.error)
    yield from _stamp_problems(stream)
    if len(stream.messages) > 1 and stream.rate < LOWEST_RATE_HZ:
        yield (
            f"{stream.topic}: only {stream.rate:.1f} messages a second; tracking a moving object needs "
            "more, so "
            "raise the camera's frame rate, or look for a slow network"
        )


def _stamp_problems(stream: StreamFacts) -> Iterator[str]:
    messages = stream.messages
    if not messages:
        return
    if any(message.stamp_ns == 0 for message in messages):
        yield f"{stream.topic}: header.stamp is zero; the camera driver must stamp its messages"
        return
    if not all(message.frame_id for message in messages):
        yield f"{stream.topic}: header.frame_id is empty; set the optical frame in the camera driver"
    if any(later.stamp_ns < earlier.stamp_ns for earlier, later in itertools.pairwise(messages)):
        yield f"{stream.topic}: stamps go back; is a bag played in a loop, or do two drivers publish here?"
    age = statistics.median((message.received_ns - message.stamp_ns) * 1e-9 for message in messages)
    if abs(age) > FAR_FROM_CLOCK_S:
        side = "behind" if age > 0 else "ahead of"
        yield (
            f"{stream.topic}: stamps are {_span_text(abs(age))} {side} this computer's clock; for a bag, "
            "play it "
            "with --clock and set use_sim_time, otherwise synchronise the clocks"
        )


def _geometry_problems(facts: CameraFacts) -> Iterator[str]:
    sizes = {stream.topic: stream.size for stream in facts.streams if stream.size is not None}
    if len(set(sizes.values())) > 1:
        told = ", ".join(f"{topic} is {size[0]}x{size[1]}" for topic, size in sizes.items())
        yield f"sizes differ: {told}; use depth that is aligned to colour, and that image's camera info"
    if facts.color is not None and facts.color.messages and facts.depth.messages:
        yield from _frame_problems(facts.color, facts.depth)
    if facts.camera is not None:
        yield from _intrinsics_problems(facts.camera, facts.info.topic)
    if facts.distortion:
        yield facts.distortion


def _frame_problems(color: StreamFacts, depth: StreamFacts) -> Iterator[str]:
    if color.frame_id != depth.frame_id:
        yield (
            f"{depth.topic}: its frame '{depth.frame_id}' is not the colour image's '{color.frame_id}', so "
            "the two "
            "may not be aligned; use depth that is aligned to colour"
        )


def _intrinsics_problems(camera: PinholeCamera, topic: str) -> Iterator[str]:
    shift = max(abs(camera.cx / camera.width - 0.5), abs(camera.cy / camera.height - 0.5))
    if shift > LARGEST_CENTRE_SHIFT:
        yield (
            f"{topic}: the principal point ({camera.cx:.0f}, {camera.cy:.0f}) is far from the middle of "
            f"{camera.width}x{camera.height}; K looks like that of another resolution"
        )


def _synchronisation_problems(facts: CameraFacts) -> Iterator[str]:
    for stream in facts.streams:
        if stream is not facts.depth and stream.messages and facts.depth.messages:
            offset = median_offset_s(stream, facts.depth)
            if offset > LARGEST_OFFSET_S:
                yield (
                    f"{stream.topic} and {facts.depth.topic}: stamps are {offset:.3f} s apart; let the "
                    "driver "
                    "synchronise them (enable_sync of the RealSense driver) or raise synchronisation.slop"
                )


def median_offset_s(first: StreamFacts, second: StreamFacts) -> float:
    """Median time between a message of the first stream and the nearest one of the second, seconds."""
    ours = np.array([message.stamp_ns for message in first.messages], dtype=np.int64)
    theirs = np.array([message.stamp_ns for message in second.messages], dtype=np.int64)
    return float(np.median(np.abs(ours[:, None] - theirs[None]).min(axis=1))) * 1e-9


def _depth_problems(facts: CameraFacts) -> Iterator[str]:
    if not facts.depth_images:
        return
    medians = [image.median_m for image in facts.depth_images if image.valid_share > 0]
    typical = DepthFacts(
        statistics.median(image.valid_share for image in facts.depth_images),
        statistics.median(medians) if medians else float("nan"),
    )
    problem = depth_problem(typical, facts.depth.topic)
    if problem is not None:
        yield problem


def _span_text(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.1f} s"
    return f"{seconds / 3600:.1f} hours" if seconds < 48 * 3600 else f"{seconds / 86400:.0f} days"
