"""player_node: a recorded RGB-D sequence as a camera and a segmenter would publish it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pose_nodes.core.errors import InvalidConfigError, PoseNodesError
from pose_nodes.ros.name_table import parse_name_table
from pose_nodes.ros.parameters import NodeParameters
from pose_nodes.ros.playback import RecordedMessages, encode_recorded
from pose_nodes.ros.player_config import PlayerConfig
from pose_nodes.ros.player_outputs import PlayerOutputs, stable_for
from pose_nodes.ros.read_ahead import ReadAhead
from pose_nodes.ros.run import StopRequest, run_node
from pose_nodes.ros.staged_node import StagedNode
from pose_nodes.ros.stamps import NANOSECONDS
from pose_nodes.sequences.bop_scene import BopScene
from pose_nodes.sequences.recording import Recording

READ_AHEAD = 16
SETTLE_S = 0.5
"""How long the subscribers must be there: a connection counts at this end before it works at the other."""
LINGER_S = 1.0
"""How long the process stays after the last image, so that it still reaches everybody."""
BAD_INPUT = 2


@dataclass(frozen=True)
class _Configured:
    """What exists from configure to cleanup."""

    config: PlayerConfig
    recording: Recording
    outputs: PlayerOutputs


class PlayerWork:
    """Configure opens the recording, activate plays it from the beginning, deactivate stops."""

    def __init__(self, node: StagedNode, stop: StopRequest) -> None:
        self._node = node
        self._stop = stop
        self._parameters = NodeParameters(node, PlayerConfig)
        self._configured: _Configured | None = None
        self._frames: ReadAhead[RecordedMessages] | None = None
        self._timer: Any = None
        self._number = 0

    def configure(self) -> None:
        """Open the recording."""
        config = self._parameters.read()
        if not config.folder:
            raise InvalidConfigError("parameter 'folder' is empty; give it the path of a BOP scene to play")
        if not config.frame_id:
            raise InvalidConfigError("parameter 'frame_id' is empty; name the camera's optical frame")
        names = parse_name_table(config.names, "parameter 'names'") or None
        # A stamp of zero means "not stamped" in ROS, so that recorded time begins at one second.
        recording = BopScene(Path(config.folder), names, config.rate, start_ns=NANOSECONDS)
        self._configured = _Configured(config, recording, PlayerOutputs(self._node, config))
        self._parameters.hold(lambda _config: None)

    def refuse(self, reason: str) -> None:
        """A player has nobody else to tell: the node logs the reason."""

    def activate(self) -> None:
        """Play from the beginning, as soon as there are enough subscribers."""
        assert self._configured is not None
        config = self._configured.config
        self._number = 0
        self._frames = ReadAhead(self._messages(self._configured), READ_AHEAD)
        ready = stable_for(SETTLE_S if config.wait_for_subscribers else 0.0)
        self._start_timer(1.0 / config.rate, lambda: self._tick(ready))

    def deactivate(self) -> None:
        """Stop playing."""
        self._stop_timer()
        if self._frames is not None:
            self._frames.close()
            self._frames = None

    def clean_up(self) -> None:
        """Forget the recording."""
        if self._configured is not None:
            self._configured.outputs.close()
            self._configured = None
            self._parameters.release()

    def _messages(self, configured: _Configured) -> Iterator[RecordedMessages]:
        """The messages of every frame, anew in each lap; read in the thread that reads ahead."""
        config = configured.config
        kept: list[RecordedMessages] = []
        for messages in _one_lap(configured):
            if config.loop and config.keep:
                kept.append(messages.again())
            yield messages
        while config.loop:
            yield from (messages.again() for messages in kept) if kept else _one_lap(configured)

    def _tick(self, ready: Callable[[bool], bool]) -> None:
        """Publish the next frame, once the subscribers are there."""
        assert self._configured is not None and self._frames is not None
        config, outputs = self._configured.config, self._configured.outputs
        if self._number == 0 and not ready(outputs.subscribers() >= config.wait_for_subscribers):
            return
        try:
            messages = self._frames.take()
        except PoseNodesError as error:
            self._node.get_logger().error(str(error))
            self._end(BAD_INPUT)
            return
        if messages is None:
            self._end(0)
            return
        if not config.use_recorded_stamps:
            messages.stamp(self._node.get_clock().now().to_msg())
        outputs.publish(messages, self._number)
        self._number += 1

    def _end(self, exit_code: int) -> None:
        """The recording is over, or broken."""
        assert self._configured is not None
        config = self._configured.config
        self._node.get_logger().info(f"played {self._number} frames of {self._configured.recording.name}")
        self._configured.outputs.finish()
        self._stop_timer()
        if config.exit_when_done:
            linger = LINGER_S + config.segmentation.delay
            self._start_timer(linger, lambda: self._stop(exit_code))

    def _start_timer(self, period_s: float, call: Callable[[], None]) -> None:
        def call_while_it_runs() -> None:
            # rclpy's executor of events still calls a destroyed timer whose time had come.
            if self._timer is timer:
                call()

        self._timer = timer = self._node.create_timer(period_s, call_while_it_runs)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._node.destroy_timer(self._timer)
            self._timer = None


def _one_lap(configured: _Configured) -> Iterator[RecordedMessages]:
    """The messages of every frame, as they are read."""
    config, recording = configured.config, configured.recording
    for index in range(len(recording)):
        yield encode_recorded(recording[index], config.frame_id, config.color_encoding, config.depth_encoding)


def make_node(stop: StopRequest) -> StagedNode:
    """The node, started unless a manager does that; if it cannot play and is to exit when done, it exits."""
    node = StagedNode("player_node", lambda made: PlayerWork(made, stop))
    autostart, exit_when_done = (node.get_parameter(name).value for name in ("autostart", "exit_when_done"))
    if autostart and not node.start() and exit_when_done:
        stop(BAD_INPUT)
    return node


def main() -> None:
    """Entry point of the executable."""
    sys.exit(run_node(make_node))


if __name__ == "__main__":
    main()
