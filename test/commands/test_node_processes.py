"""Nodes end with the command, whenever it is interrupted."""

from __future__ import annotations

import os
import signal
import subprocess
from typing import Any

import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")

from pose_nodes.commands.node_processes import NodeProcesses

pytestmark = pytest.mark.ros


@pytest.fixture
def started(monkeypatch) -> list[subprocess.Popen[bytes]]:
    """The processes that are started; each time, Ctrl-C comes before anybody knows of the new one."""
    known: list[subprocess.Popen[bytes]] = []
    really_start = subprocess.Popen

    def start(*arguments: Any, **more: Any) -> subprocess.Popen[bytes]:
        known.append(really_start(*arguments, **more))
        os.kill(os.getpid(), signal.SIGINT)
        return known[-1]

    monkeypatch.setattr("pose_nodes.commands.node_processes.subprocess.Popen", start)
    return known


def test_a_node_that_was_just_started_ends_with_an_interruption_too(tmp_path, started):
    with pytest.raises(KeyboardInterrupt), NodeProcesses(tmp_path) as processes:
        processes.start("player_node", {"folder": "/nowhere"})
    (process,) = started
    assert process.returncode is not None
