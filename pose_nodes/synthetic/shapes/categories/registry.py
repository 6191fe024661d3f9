"""The categories by name, and which seeds belong to which split."""

from __future__ import annotations

from collections.abc import Mapping

from pose_nodes.core.errors import InvalidConfigError
from pose_nodes.synthetic.shapes.categories.devices import box, camera, laptop, remote
from pose_nodes.synthetic.shapes.categories.handled import cup, mug, teapot
from pose_nodes.synthetic.shapes.categories.shoes import shoe
from pose_nodes.synthetic.shapes.categories.table import cutlery
from pose_nodes.synthetic.shapes.categories.turned import bottle, bowl, can, glass, tube
from pose_nodes.synthetic.shapes.generic.registry import Family

CATEGORIES: Mapping[str, Family] = {
    "bottle": bottle,
    "bowl": bowl,
    "camera": camera,
    "can": can,
    "laptop": laptop,
    "mug": mug,
    "box": box,
    "cup": cup,
    "glass": glass,
    "tube": tube,
    "remote": remote,
    "teapot": teapot,
    "cutlery": cutlery,
    "shoe": shoe,
}

SPLITS: Mapping[str, range] = {
    "train": range(0, 1_000_000),
    "val": range(1_000_000, 1_100_000),
    "test": range(1_100_000, 1_200_000),
}
"""Seeds of the instances of each split: no instance is in two."""


def seed_of(split: str, index: int) -> int:
    """The seed of the index-th instance of a split.

    Raises:
        InvalidConfigError: no such split, or the split has fewer instances.
    """
    if split not in SPLITS:
        raise InvalidConfigError(f"split '{split}' is unknown; use one of {', '.join(SPLITS)}")
    seeds = SPLITS[split]
    if not 0 <= index < len(seeds):
        raise InvalidConfigError(f"split '{split}' has the instances 0 to {len(seeds) - 1}, not {index}")
    return seeds[index]
