"""All files of one frame of NOCS data, read and checked against each other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidDatasetError
from pose_nodes.core.frame import Frame
from pose_nodes.sequences import nocs_files
from pose_nodes.sequences.category_frame import box_of
from pose_nodes.sequences.images import read_color
from pose_nodes.sequences.nocs_dataset import NocsDataset, camera_of, parents
from pose_nodes.sequences.nocs_files import MetaLine

KINDS = ("color.png", "depth.png", "mask.png", "coord.png", "meta.txt")
_LARGEST_BOX = (440, 600)
"""Rows and columns of a VGA image; a larger box is an error of CAMERA's renderer (SPD)."""


@dataclass(frozen=True, eq=False)
class RawFrame:
    """What the files of a frame hold.

    Attributes:
        frame: depth, colour and camera.
        object_depth: (h, w) float32 metres of the objects alone, where the depth of the frame has the
            background too.
        mask: (h, w) uint8 instance numbers.
        nocs: (h, w, 3) float32 canonical coordinates, -0.5 to 0.5.
        lines: objects that are seen, without distractors.
        numbers: of all instances, those out of sight with them, without distractors.
    """

    frame: Frame
    object_depth: NDArray[np.float32]
    mask: NDArray[np.uint8]
    nocs: NDArray[np.float32]
    lines: list[MetaLine]
    numbers: list[int]

    @property
    def is_misrendered(self) -> bool:
        """Whether an object fills a VGA image, which is an error of CAMERA's renderer."""
        if self.mask.shape != nocs_files.CAMERA_INTRINSICS.shape:
            return False
        boxes = [box_of(self.mask == line.instance_id) for line in self.lines]
        return any(y2 - y1 > _LARGEST_BOX[0] or x2 - x1 > _LARGEST_BOX[1] for y1, x1, y2, x2 in boxes)


def path_of(scene: Path, name: str, kind: str) -> Path:
    """A file of a frame, such as 0000_color.png."""
    return scene / f"{name}_{kind}"


def frame_names(scene: Path) -> tuple[list[str], list[str]]:
    """The names of the frames that have all their files, and of those that lack some."""
    names = {path.name.split("_")[0] for path in scene.glob("*_*.*") if path.name.endswith(KINDS)}
    whole = [name for name in names if all(path_of(scene, name, kind).is_file() for kind in KINDS)]
    return sorted(whole), sorted(names.difference(whole))


def read_raw(scene: Path, name: str, dataset: NocsDataset, composed: bool) -> RawFrame:
    """The files of a frame.

    Args:
        scene: folder of the scene.
        name: of the frame, such as 0000.
        dataset: camera, if it is not the published one.
        composed: whether the depth of CAMERA shall be that with its background, where it is there.

    Raises:
        InvalidInputError, InvalidDatasetError: a file is missing or malformed, or the sizes differ.
    """
    depth_path = path_of(scene, name, "depth.png")
    depth = nocs_files.read_depth(depth_path)
    shape = (depth.shape[0], depth.shape[1])
    mask = nocs_files.read_mask(path_of(scene, name, "mask.png"))
    nocs = nocs_files.read_coordinates(path_of(scene, name, "coord.png"))
    color = read_color(path_of(scene, name, "color.png"))
    for kind, image in (("mask.png", mask), ("coord.png", nocs), ("color.png", color)):
        _check_size(path_of(scene, name, kind), image, shape)
    seen = depth
    if composed and (path := _composed(scene, name)) is not None:
        seen = nocs_files.read_depth(path)
        _check_size(path, seen, shape)
    wanted = [line for line in nocs_files.read_meta(path_of(scene, name, "meta.txt")) if line.class_id > 0]
    present = set(np.unique(mask).tolist()) - {nocs_files.BACKGROUND}
    lines = [line for line in wanted if line.instance_id in present]
    frame = Frame(0, "camera_optical_frame", camera_of(scene, dataset, shape), seen, color)
    return RawFrame(frame, depth, mask, nocs, lines, [line.instance_id for line in wanted])


def _composed(scene: Path, name: str) -> Path | None:
    inside = Path("camera_full_depths") / scene.resolve().parent.name / scene.name / f"{name}_composed.png"
    return next((path for parent in parents(scene) if (path := parent / inside).is_file()), None)


def _check_size(path: Path, image: NDArray[Any], shape: tuple[int, int]) -> None:
    if image.shape[:2] != shape:
        raise InvalidDatasetError(
            f"{path}: is {image.shape[1]}x{image.shape[0]} but the depth image is {shape[1]}x{shape[0]}"
        )
