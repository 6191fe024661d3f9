"""Functions that become machine code (Numba), for what is done to every point or pixel of every frame.

A compiled function may call compiled functions of its own file alone: the code that is kept on disk is made
anew when its file changes, not when another does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba

FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])


def compiled(function: FunctionT) -> FunctionT:
    """Compile a function at its first call with arguments of new types, which takes seconds once a machine.

    It runs without Python's lock. Arithmetic is that of NumPy: no exact zero division errors, and NaN stays
    NaN.
    """
    return _compiled(function, {})


def compiled_small(function: FunctionT) -> FunctionT:
    """`compiled` for what takes some microseconds: it keeps Python's lock. To give that up, and to wait for
    it again while another thread has it, would take many times as long."""
    return _compiled(function, {"nogil": False})


def compiled_sums(function: FunctionT) -> FunctionT:
    """`compiled`, and sums may be added up in any order, several numbers at once."""
    return _compiled(function, {"fastmath": {"reassoc", "contract"}})


def _compiled(function: FunctionT, more: dict[str, Any]) -> FunctionT:
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy", **more}
    try:
        return numba.njit(cache=True, **options)(function)  # type: ignore[no-any-return]
    except RuntimeError:  # no folder to keep the code in: neither the package's nor the user's can be written
        return numba.njit(**options)(function)  # type: ignore[no-any-return]
