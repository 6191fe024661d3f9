"""How the making of a data set tells what it is at before the first arrangement."""

from __future__ import annotations

from collections.abc import Callable

OnModel = Callable[[int, int], None]
"""Told how many objects are made, and of how many."""


def no_report(_done: int, _total: int) -> None:
    """For those who do not ask."""
