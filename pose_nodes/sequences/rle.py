"""Masks as run lengths in COCO's forms: uncompressed, as BOP-webdataset has it, and, to be read, compressed.

`{"size": [h, w], "counts": [n0, n1, …]}` are lengths of runs of 0, 1, 0, … down the columns, from the left.
The counts are a string where they are compressed, as segmenters that use pycocotools write them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pose_nodes.sequences.compressed_counts import read_counts


def encode_mask(mask: NDArray[np.bool_]) -> dict[str, list[int]]:
    """(h, w) bool -> run lengths."""
    flat = np.concatenate([[False], mask.ravel(order="F")])
    changes = np.flatnonzero(flat[1:] != flat[:-1])
    counts = np.diff(np.concatenate([[0], changes, [mask.size]]))
    return {"size": list(mask.shape), "counts": counts.tolist()}


def decode_mask(entry: Mapping[str, Any]) -> NDArray[np.bool_]:
    """Run lengths -> (h, w) bool.

    Raises:
        ValueError, KeyError, TypeError, OverflowError: the entry is not of this form, or its runs do not
            fill the size.
    """
    given = entry["counts"]
    height, width = (int(length) for length in entry["size"])
    counts = np.asarray(read_counts(given) if isinstance(given, str) else given, dtype=np.int64)
    if counts.ndim != 1 or (counts < 0).any() or counts.sum() != height * width:
        raise ValueError(f"the runs of a mask of {width}x{height} do not fill it")
    values = np.arange(len(counts)) % 2 == 1
    return np.repeat(values, counts).reshape((height, width), order="F")
