"""Ctrl-C within compiled code is told as Ctrl-C."""

from __future__ import annotations

import pytest

from pose_nodes.core.interruption import interruptible


def test_an_error_that_an_interruption_caused_is_an_interruption():
    with pytest.raises(KeyboardInterrupt), interruptible():
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt as cause:
            raise SystemError("returned a result with an exception set") from cause


def test_an_interruption_several_causes_back_is_one():
    with pytest.raises(KeyboardInterrupt), interruptible():
        try:
            try:
                raise KeyboardInterrupt
            except KeyboardInterrupt as cause:
                raise SystemError("of an inner call") from cause
        except SystemError as inner:
            raise SystemError("of an outer call") from inner


def test_an_interruption_itself_passes():
    with pytest.raises(KeyboardInterrupt), interruptible():
        raise KeyboardInterrupt


def test_another_error_stays_what_it_is():
    with pytest.raises(SystemError, match="of the interpreter"), interruptible():
        try:
            raise ValueError("no interruption")
        except ValueError as cause:
            raise SystemError("of the interpreter") from cause
