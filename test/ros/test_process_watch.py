"""What a process takes of the machine."""

from __future__ import annotations

import subprocess
import sys
import threading

import numpy as np
import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")
from pose_nodes.ros import process_watch
from pose_nodes.ros.process_watch import ProcessWatch, resident_mb

pytestmark = pytest.mark.ros


# In a process of its own: here threads of other tests may still give memory back.
TAKE = """
import numpy as np
from pose_nodes.ros.process_watch import resident_mb

before = resident_mb()
taken = np.ones(64_000_000, np.uint8)
print(resident_mb() - before, taken.sum())
"""


def test_memory_that_is_taken_shows():
    done = subprocess.run(
        [sys.executable, "-c", TAKE], capture_output=True, text=True, timeout=60, check=True
    )
    difference, total = map(float, done.stdout.split())
    assert difference == pytest.approx(64, abs=8) and total == 64_000_000


def test_processor_time_is_that_since_the_last_look():
    times, worked = iter([0.0, 10.0, 12.0]), iter([1.0, 4.0, 7.0])
    watch = ProcessWatch(lambda: next(times), lambda: next(worked))
    assert [watch.facts().cores for _ in range(2)] == pytest.approx([0.3, 1.5])


def test_threads_are_counted():
    end = threading.Event()
    before = ProcessWatch().facts().threads
    thread = threading.Thread(target=end.wait)
    thread.start()
    assert ProcessWatch().facts().threads == before + 1
    end.set()
    thread.join()


def test_a_system_without_proc_has_no_number(monkeypatch, tmp_path):
    monkeypatch.setattr(process_watch, "_STATM", tmp_path / "statm")
    assert np.isnan(resident_mb())
