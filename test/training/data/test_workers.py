"""Work in processes: in order, and with a clean end."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import time
from itertools import count, islice

import pytest

from training.data.workers import WorkerError, check_stopped, in_order


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_results_come_in_order_of_work_without_end(workers):
    results = in_order(math.sqrt, count(), workers)
    assert list(islice(results, 20)) == [math.sqrt(number) for number in range(20)]
    results.close()


def test_no_more_is_begun_ahead_than_asked_for():
    taken = []

    def numbers():
        for number in range(100):
            taken.append(number)
            yield number

    results = in_order(abs, numbers(), workers=1, ahead=3)
    next(results)
    assert taken == [0, 1, 2, 3]
    results.close()


@pytest.mark.parametrize("workers", [0, 1])
def test_an_error_of_the_work_is_that_of_the_caller(workers):
    results = in_order(math.sqrt, [4.0, -1.0, 9.0], workers)
    assert next(results) == 2.0
    with pytest.raises(ValueError, match=r"math domain error|nonnegative"):
        next(results)


def test_a_process_that_is_killed_ends_in_one_sentence():
    begun = time.monotonic()
    with pytest.raises(
        WorkerError, match=r"a worker process ended .* 2 of them; use fewer workers"
    ) as caught:
        list(in_order(os._exit, [7], workers=2))
    assert "\n" not in str(caught.value)
    assert time.monotonic() - begun < 30


def test_processes_are_spawned_and_compute_on_one_thread_each_while_the_parent_keeps_its_own(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    names = ["OMP_NUM_THREADS", "MKL_NUM_THREADS"]
    assert list(in_order(os.getenv, names, workers=1)) == ["1", "1"]
    assert [os.getenv(name) for name in names] == ["2", None]


def test_work_in_the_main_process_is_never_stopped():
    check_stopped()


def test_processes_end_with_a_parent_that_is_killed():
    program = """if True:
        from training.data.workers import in_order
        if __name__ == "__main__":
            work = ["__import__('os').getpid()", "__import__('time').sleep(300)"]
            results = in_order(eval, work, 1)
            print(next(results), flush=True)
            next(results)
    """
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and is_running(child):
        time.sleep(0.05)
    assert not is_running(child)


def is_running(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
