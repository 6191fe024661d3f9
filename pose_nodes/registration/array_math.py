"""What NumPy arrays and torch tensors do alike under different names; torch is imported by its users."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = Any
"""A NumPy array or a torch tensor."""


def library_of(array: Array) -> Any:
    """The module, numpy or torch, that an array belongs to."""
    return sys.modules[type(array).__module__.partition(".")[0]]


def is_tensor(array: Array) -> bool:
    """Whether an array is a torch tensor."""
    return bool(library_of(array).__name__ == "torch")


def like(values: NDArray[Any], array: Array) -> Array:
    """Values of the host as an array of the same library, on the same device."""
    if not is_tensor(array):
        return values
    return library_of(array).as_tensor(values, device=array.device)


def floats(array: Array) -> Array:
    """An array in single precision."""
    return array.float() if is_tensor(array) else np.asarray(array, np.float32)


def integers(array: Array) -> Array:
    """An array of whole numbers, rounded towards zero."""
    return array.long() if is_tensor(array) else np.asarray(array).astype(np.int64)


def on_host(array: Array) -> NDArray[Any]:
    """The values of an array as one of NumPy."""
    return np.asarray(array.detach().cpu() if is_tensor(array) else array)


def cross(a: Array, b: Array) -> Array:
    """(…, 3) vector products."""
    x = a[..., 1] * b[..., 2] - a[..., 2] * b[..., 1]
    y = a[..., 2] * b[..., 0] - a[..., 0] * b[..., 2]
    z = a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
    return library_of(a).stack([x, y, z], -1)


def length(vectors: Array) -> Array:
    """(…) Euclidean lengths of (…, 3)."""
    return (vectors * vectors).sum(-1) ** 0.5
