"""Arrays of labels that were read from a pickle, checked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidDatasetError
from pose_nodes.core.safe_pickle import load_pickle


def read_labels(path: Path) -> Mapping[str, Any]:
    """The dict in a pickle file.

    Raises:
        InvalidDatasetError: the file is missing, refused or holds no dict.
    """
    labels = load_pickle(path)
    if not isinstance(labels, dict):
        raise InvalidDatasetError(f"{path}: must hold a dict of labels, not {type(labels).__name__}")
    return labels


def array(labels: Mapping[str, Any], key: str, shape: tuple[int, ...], where: str) -> NDArray[np.float64]:
    """Numbers of a shape; -1 stands for any length. No numbers at all fit any shape that begins with -1 or 0.

    Raises:
        InvalidDatasetError: the key is missing, or its value is not that.
    """
    try:
        values = np.asarray(value(labels, key, where), dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidDatasetError(f"{where}: '{key}' must hold numbers ({error})") from error
    if values.size == 0 and shape[:1] in ((-1,), (0,)):
        return np.zeros([0 if n == -1 else n for n in shape])
    fits = values.ndim == len(shape) and all(n in (-1, m) for n, m in zip(shape, values.shape, strict=True))
    if not fits or not np.isfinite(values).all():
        wanted = ", ".join("n" if n == -1 else str(n) for n in shape)
        raise InvalidDatasetError(
            f"{where}: '{key}' must be finite numbers of shape ({wanted}), but its shape is {values.shape}"
        )
    return values


def integers(labels: Mapping[str, Any], key: str, count: int, where: str) -> list[int]:
    """As many whole numbers; -1 for any number of them."""
    return [int(number) for number in array(labels, key, (count,), where)]


def value(labels: Mapping[str, Any], key: str, where: str) -> Any:
    """The value of a key.

    Raises:
        InvalidDatasetError: there is none.
    """
    if key not in labels:
        raise InvalidDatasetError(f"{where}: has no '{key}'")
    return labels[key]
