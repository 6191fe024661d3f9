"""Signals wait for the end of the block, and then do what they do."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from pose_nodes.commands.deferred_signals import deferred_signals


def test_an_interruption_waits_for_the_end_of_the_block():
    done = []
    with pytest.raises(KeyboardInterrupt), deferred_signals():
        os.kill(os.getpid(), signal.SIGINT)
        done.append("the rest of the block")
    assert done == ["the rest of the block"]


def test_afterwards_signals_do_what_they_did_before():
    heard = []
    before = signal.signal(signal.SIGTERM, lambda number, _frame: heard.append(number))
    try:
        with deferred_signals():
            os.kill(os.getpid(), signal.SIGTERM)
            assert heard == []
        assert heard == [signal.SIGTERM]
        os.kill(os.getpid(), signal.SIGTERM)
        assert heard == [signal.SIGTERM] * 2
    finally:
        signal.signal(signal.SIGTERM, before)


def test_one_signal_more_than_may_wait_acts_at_once_and_once():
    done = []
    with pytest.raises(KeyboardInterrupt), deferred_signals(most=1):
        os.kill(os.getpid(), signal.SIGINT)
        done.append("the first waits")
        os.kill(os.getpid(), signal.SIGINT)
        done.append("never reached")
    assert done == ["the first waits"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_error_of_the_block_is_not_lost():
    with pytest.raises(ValueError, match="of the block"), deferred_signals():
        raise ValueError("of the block")


def test_other_threads_go_on_as_they_are():
    entered = threading.Event()

    def work() -> None:
        with deferred_signals():
            entered.set()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(10.0)
    assert entered.is_set() and signal.getsignal(signal.SIGINT) is signal.default_int_handler
