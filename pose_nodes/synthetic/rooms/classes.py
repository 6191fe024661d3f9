"""The class lists of three indoor data sets, and which of our kinds of things belong to which class."""

from __future__ import annotations

from collections.abc import Mapping

SCANNET_CLASSES = (
    "cabinet", "bed", "chair", "sofa", "table", "door", "window", "bookshelf", "picture", "counter", "desk",
    "curtain", "refrigerator", "showercurtrain", "toilet", "sink", "bathtub", "garbagebin",
)  # fmt: skip
"""The 18 classes of ScanNet's detection benchmark, in the order and spelling of mmdetection3d."""
SUNRGBD_CLASSES = (
    "bed", "table", "sofa", "chair", "toilet", "desk", "dresser", "night_stand", "bookshelf", "bathtub",
)  # fmt: skip
"""The 10 classes of SUN RGB-D's detection benchmark."""
S3DIS_CLASSES = ("table", "chair", "sofa", "bookcase", "board")
"""The 5 furniture classes of S3DIS."""

CLASSES: Mapping[str, tuple[str, ...]] = {
    "scannet": SCANNET_CLASSES,
    "sunrgbd": SUNRGBD_CLASSES,
    "s3dis": S3DIS_CLASSES,
}

KINDS = (
    "armchair", "bathtub", "bed", "bin", "board", "bookshelf", "cabinet", "chair", "clutter", "coffee_table",
    "counter", "curtain", "desk", "door", "dresser", "end_table", "night_stand", "picture", "refrigerator",
    "shower_curtain", "sink", "sofa", "table", "toilet", "wardrobe", "window",
)  # fmt: skip
"""What our things are; `clutter` has no class in any data set."""

_SCANNET_OF = {
    "armchair": "chair",
    "bathtub": "bathtub",
    "bed": "bed",
    "bin": "garbagebin",
    "bookshelf": "bookshelf",
    "cabinet": "cabinet",
    "chair": "chair",
    "coffee_table": "table",
    "counter": "counter",
    "curtain": "curtain",
    "desk": "desk",
    "door": "door",
    "end_table": "table",
    "picture": "picture",
    "refrigerator": "refrigerator",
    "shower_curtain": "showercurtrain",
    "sink": "sink",
    "sofa": "sofa",
    "table": "table",
    "toilet": "toilet",
    "wardrobe": "cabinet",
    "window": "window",
}
_SUNRGBD_OF = {
    "bathtub": "bathtub",
    "bed": "bed",
    "bookshelf": "bookshelf",
    "chair": "chair",
    "desk": "desk",
    "dresser": "dresser",
    "night_stand": "night_stand",
    "sofa": "sofa",
    "table": "table",
    "toilet": "toilet",
}
_S3DIS_OF = {
    "armchair": "chair",
    "board": "board",
    "bookshelf": "bookcase",
    "chair": "chair",
    "coffee_table": "table",
    "desk": "table",
    "end_table": "table",
    "sofa": "sofa",
    "table": "table",
}

CLASS_OF_KIND: Mapping[str, Mapping[str, str]] = {
    "scannet": _SCANNET_OF,
    "sunrgbd": _SUNRGBD_OF,
    "s3dis": _S3DIS_OF,
}
"""By data set: the class of a kind; a kind that is not there has none, as each data set's own labels have it.

ScanNet and SUN RGB-D label dressers, night stands, coffee tables or armchairs apart from cabinets, tables
and chairs in different ways; where their label maps say nothing, the choice is ours.
"""


def class_index(data_set: str, kind: str) -> int:
    """Index of a kind's class in the list of a data set, -1 if it has none there."""
    name = CLASS_OF_KIND[data_set].get(kind)
    return -1 if name is None else CLASSES[data_set].index(name)
