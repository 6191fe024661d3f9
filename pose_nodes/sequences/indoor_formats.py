"""Three indoor data sets as mmdetection3d prepares them: their classes, labels and conventions.

The infos are a pickled list of dicts, one a scene, that name the files beside it (releases 0.x and 1.0; later
ones have another form). Points are float32 rows x, y, z, red, green, blue in the depth frame: z up and, in a
single view, x right and y forward. Boxes (`gt_boxes_upright_depth`) are middle, full extents along the box's
own axes and, for oriented ones, heading; the middle is that of gravity, not of the floor.

- ScanNet: colours 0 to 255. Points are stored as scanned and `axis_align_matrix` aligns them; the boxes are
  those of the aligned points, and a second set `unaligned_…` those of the stored ones. The labels of points
  are NYU40 numbers.
- SUN RGB-D: colours 0 to 1, one view, oriented boxes. No labels of points. Its heading is minus the angle
  from x towards y in releases 0.x (clockwise from above), and plus that from 1.0.0rc0 on (mmdetection3d's
  update_data_coords.py changes the one to the other); the files do not say which.
- S3DIS: colours 0 to 255, boxes along the axes. The labels of points are those of its 13 classes, of which 7
  to 11 are furniture. Releases 0.x give no boxes; they are then those of the instances, as from 1.0.0rc0 on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidDatasetError
from pose_nodes.sequences.indoor_scene import BACKGROUND


@dataclass(frozen=True)
class IndoorFormat:
    """What one data set does its own way.

    Attributes:
        name: prefix of its infos files.
        class_names: of its boxes, in the order of their classes.
        semantic_ids: label of the points of each class, ascending.
        unlabelled: label of points of no class, when we write.
        brightest: value of a full colour.
        oriented: whether boxes have a heading.
        aligned: whether scans are aligned by a matrix.
    """

    name: str
    class_names: tuple[str, ...]
    semantic_ids: tuple[int, ...]
    unlabelled: int
    brightest: float
    oriented: bool
    aligned: bool

    def classes_of(self, semantics: NDArray[np.int64]) -> NDArray[np.int64]:
        """(n,) labels of points -> (n,) classes, BACKGROUND for those of none."""
        ids = np.array(self.semantic_ids)  # in ascending order
        at = np.minimum(np.searchsorted(ids, semantics), len(ids) - 1)
        return np.where(ids[at] == semantics, at, BACKGROUND)

    def semantics_of(self, classes: NDArray[np.int64]) -> NDArray[np.int64]:
        """(n,) classes or BACKGROUND -> (n,) labels of points."""
        table = np.array([*self.semantic_ids, self.unlabelled], np.int64)  # -1, the background, is the last
        return table[classes]


SCANNET = IndoorFormat(
    "scannet",
    (
        "cabinet", "bed", "chair", "sofa", "table", "door", "window", "bookshelf", "picture", "counter",
        "desk", "curtain", "refrigerator", "showercurtrain", "toilet", "sink", "bathtub", "garbagebin",
    ),
    (3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 16, 24, 28, 33, 34, 36, 39),
    unlabelled=0, brightest=255.0, oriented=False, aligned=True,
)  # fmt: skip
SUNRGBD = IndoorFormat(
    "sunrgbd",
    ("bed", "table", "sofa", "chair", "toilet", "desk", "dresser", "night_stand", "bookshelf", "bathtub"),
    tuple(range(10)),
    unlabelled=10, brightest=1.0, oriented=True, aligned=False,
)  # fmt: skip
S3DIS = IndoorFormat(
    "s3dis",
    ("table", "chair", "sofa", "bookcase", "board"),
    (7, 8, 9, 10, 11),
    unlabelled=12, brightest=255.0, oriented=False, aligned=False,
)  # fmt: skip

FORMATS: Mapping[str, IndoorFormat] = {one.name: one for one in (SCANNET, SUNRGBD, S3DIS)}


def format_of(path: Path) -> IndoorFormat:
    """The data set that an infos file is of, by its name, such as scannet_infos_train.pkl.

    Raises:
        InvalidDatasetError: the name begins with none of them.
    """
    name = Path(path).name
    for prefix, one in FORMATS.items():
        if name.startswith(prefix):
            return one
    raise InvalidDatasetError(
        f"{path}: its name begins with none of {', '.join(FORMATS)}; say of which data set it is"
    )
