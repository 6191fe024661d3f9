"""Random numbers of a sample: by seed, split and index alone, whatever process makes it, and when."""

from __future__ import annotations

import numpy as np

from pose_nodes.core.errors import InvalidConfigError

SPLITS = ("train", "val", "test")


def sample_generator(seed: int, split: str, index: int) -> np.random.Generator:
    """The generator of one sample; no two of (seed, split, index) share numbers.

    Raises:
        InvalidConfigError: the split is unknown, or a number negative.
    """
    if seed < 0 or index < 0:
        raise InvalidConfigError(f"sample: seed {seed} and index {index} must be whole numbers from 0 on")
    return np.random.default_rng(np.random.SeedSequence([seed, split_number(split), index]))


def split_number(split: str) -> int:
    """The place of a split in SPLITS.

    Raises:
        InvalidConfigError: there is no such split.
    """
    if split not in SPLITS:
        raise InvalidConfigError(f"split '{split}' is unknown; use one of {', '.join(SPLITS)}")
    return SPLITS.index(split)
