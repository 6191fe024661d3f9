"""The package's nodes in processes and a DDS domain of their own; all of them end with the command."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from pose_nodes.commands.dds_profile import local_transport
from pose_nodes.commands.deferred_signals import deferred_signals
from pose_nodes.core.errors import PoseNodesError
from pose_nodes.ros.domains import free_domain
from pose_nodes.sequences.files import write_text

_PATIENCE_S = 8.0
_LAST_LINES = 8


class NodeFailureError(PoseNodesError):
    """A node process ended when it should not have, or says nothing."""


@contextmanager
def private_domain() -> Iterator[int]:
    """A DDS domain in which nobody else is, on this machine alone, for this process and those it starts.

    Raises:
        NoFreeDomainError: all domains are taken.
    """
    before = dict(os.environ)
    with free_domain() as domain:
        os.environ.update({**local_transport(), "ROS_DOMAIN_ID": str(domain)})
        try:
            yield domain
        finally:
            os.environ.clear()
            os.environ.update(before)


class NodeProcesses:
    """Starts nodes; a context manager that ends all of them, by their ids, the last one first."""

    def __init__(self, folder: Path) -> None:
        """`folder` takes the parameters and the output of each node."""
        self._folder = folder
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> NodeProcesses:
        return self

    def __exit__(self, *_error: object) -> None:
        with deferred_signals():
            for name in list(self._running)[::-1]:
                self.stop(name)

    def start(self, name: str, parameters: Mapping[str, Any]) -> None:
        """Start a node of the package, such as "tracker_node", with its parameters.

        Raises:
            InvalidInputError: the folder cannot be written to.
        """
        file = self._folder / f"{name}.yaml"
        write_text(file, yaml.safe_dump({"/**": {"ros__parameters": dict(parameters)}}))
        command = [sys.executable, "-m", f"pose_nodes.nodes.{name}", "--ros-args", "--params-file", str(file)]
        with self._log(name).open("wb") as log, deferred_signals():
            # In a session of its own: Ctrl-C reaches this process alone, which then ends the nodes in order.
            self._running[name] = subprocess.Popen(
                command, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )

    def interrupt(self, name: str) -> None:
        """Ask a node to end; returns at once."""
        if self._running[name].poll() is None:
            self._running[name].send_signal(signal.SIGINT)

    def stop(self, name: str) -> None:
        """Ask a node to end, and see that it does."""
        self.interrupt(name)
        process = self._running.pop(name)
        try:
            process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def check(self) -> None:
        """Raise a NodeFailureError, with its last words, when a node has failed."""
        for name, process in self._running.items():
            if process.poll() not in (None, 0):
                raise NodeFailureError(
                    f"{name} ended with exit code {process.returncode}: {self.last_words(name)}"
                )

    def processor_seconds(self, name: str) -> float:
        """Processor time that a node took since its start, all threads together; NaN without /proc."""
        try:
            fields = Path(f"/proc/{self._running[name].pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return float("nan")
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")  # utime and stime

    def last_words(self, name: str) -> str:
        """The last lines of the output of a node."""
        lines = self._log(name).read_text(encoding="utf-8", errors="replace").splitlines()
        return " / ".join(lines[-_LAST_LINES:]) or "it said nothing"

    def _log(self, name: str) -> Path:
        return self._folder / f"{name}.log"
