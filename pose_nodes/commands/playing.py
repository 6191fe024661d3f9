"""A recording that is played through the nodes: starts them, listens until the end, and ends them."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pose_nodes.commands.node_processes import NodeFailureError, NodeProcesses, private_domain
from pose_nodes.commands.ros_needed import needs_ros
from pose_nodes.sequences.bop_files import names_from_objects_file

if TYPE_CHECKING:
    from pose_nodes.ros.listener import Listener

START_S = 240.0
"""How long the first image may take on a busy machine: the tracker loads its objects first, and compiles its
functions where it never ran before."""
SILENCE_S = 20.0
"""How long nothing may come in the middle of a recording."""
_WAKE_S = 0.05


@dataclass(frozen=True)
class Play:
    """What to play.

    Attributes:
        folder: BOP scene.
        rate: images per second.
        images: how many to play, the recording over and over; one or two more may follow before it ends.
        objects_file: of the tracker, None plays without one; also names the recorded objects.
        hear_images: whether the listener takes the images, too.
        hear_overlay: whether it takes the tracker's pictures.
        masks_every: masks of every n-th image only.
        keep: whether the player keeps all images in memory, so that it takes no more of the machine than a
            camera's driver.
    """

    folder: Path
    rate: float
    images: int
    objects_file: Path | None
    hear_images: bool = False
    hear_overlay: bool = False
    masks_every: int = 1
    keep: bool = False


@contextmanager
def playing(play: Play, out: Path, command: str) -> Iterator[Player]:
    """Start player and, if it has objects, tracker; they have ended when the context is left.

    Args:
        play: what to play.
        out: folder for the parameters and the output of the nodes.
        command: that needs them, for the sentence where ROS is missing.

    Raises:
        MissingRosError: ROS cannot be imported.
    """
    with private_domain():
        with needs_ros(command):
            from pose_nodes.ros.listener import Listener
        with NodeProcesses(out) as processes, Listener(play.hear_images, play.hear_overlay) as listener:
            if play.objects_file is not None:
                processes.start("tracker_node", {"objects_file": str(play.objects_file.absolute())})
            processes.start("player_node", _player_parameters(play))
            gc.freeze()  # A full collection here would hold up the messages, and look like a late tracker.
            try:
                yield Player(play, processes, listener)
            finally:
                gc.unfreeze()


def _player_parameters(play: Play) -> dict[str, object]:
    names = {} if play.objects_file is None else names_from_objects_file(play.objects_file)
    return {
        "names": ", ".join(f"{number}:{name}" for number, name in names.items()),
        "folder": str(play.folder.absolute()),
        "rate": float(play.rate),
        "loop": True,
        "keep": play.keep,
        # It ends only when it cannot go on.
        "exit_when_done": True,
        "publish_truth": True,
        "segmentation.publish": play.objects_file is not None,
        "segmentation.every": play.masks_every,
        "wait_for_subscribers": int(play.objects_file is not None) + int(play.hear_images),
    }


class Player:
    """A recording that is being played."""

    def __init__(self, play: Play, processes: NodeProcesses, listener: Listener) -> None:
        self._play = play
        self._processes = processes
        self._listener = listener

    def listen(self, take: Callable[[Listener], None] = lambda listener: None) -> Listener:
        """Listen until all images were played and the last results came; `take` is called again and again.

        Raises:
            NodeFailureError: a node ended, or nothing came for long.
        """
        heard, since = 0, time.monotonic()
        while len(self._listener.truths) < self._play.images:
            self._turn(take)
            if len(self._listener.truths) > heard:
                heard, since = len(self._listener.truths), time.monotonic()
            elif time.monotonic() - since > (SILENCE_S if heard else START_S):
                raise NodeFailureError(f"no image came for long; player_node: {self._words()}")
        # Not waited for here: the last results would have to wait, too, and look late.
        self._processes.interrupt("player_node")
        self._linger(take)
        self._processes.stop("player_node")
        return self._listener

    def processor_seconds(self, names: Sequence[str]) -> dict[str, float]:
        """Processor time that nodes took since their start, by name."""
        return {name: self._processes.processor_seconds(name) for name in names}

    def _turn(self, take: Callable[[Listener], None]) -> None:
        self._listener.spin_once(_WAKE_S)
        self._processes.check()
        take(self._listener)

    def _linger(self, take: Callable[[Listener], None]) -> None:
        """Wait for what is on its way; results come within a frame or two."""
        end = time.monotonic() + 1.0
        while time.monotonic() < end:
            self._turn(take)

    def _words(self) -> str:
        return self._processes.last_words("player_node")
