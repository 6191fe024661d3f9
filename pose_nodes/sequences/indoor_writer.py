"""Writes indoor scenes as mmdetection3d prepares them; `indoor_formats` tells what the files hold.

    ROOT/points/NAME.bin, instance_mask/NAME.bin, semantic_mask/NAME.bin
    ROOT/scannet_infos_train.pkl

A point's instance is the number of its box from 1, or 0. SUN RGB-D has no labels of points; ours have, with
the same keys as the others. There is no picture, so that `image` and `calib` are left out.
"""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidDatasetError
from pose_nodes.geometry import se3
from pose_nodes.sequences.files import write_bytes
from pose_nodes.sequences.indoor_boxes import corners
from pose_nodes.sequences.indoor_formats import IndoorFormat
from pose_nodes.sequences.indoor_scene import IndoorScene

Info = dict[str, Any]
_FOLDERS = {
    "pts_path": "points",
    "pts_instance_mask_path": "instance_mask",
    "pts_semantic_mask_path": "semantic_mask",
}
_PROTOCOL = 4


def write_scene(root: Path, scene: IndoorScene, kind: IndoorFormat, clockwise: bool = True) -> Info:
    """Write the files of a scene, each whole or not at all.

    Args:
        root: folder of the data set; made if absent.
        scene: with the classes of the data set.
        kind: the data set.
        clockwise: whether headings are minus the angle from x towards y, as of releases before 1.0.0rc0.

    Returns:
        What the infos file says of it.

    Raises:
        InvalidDatasetError: the classes are others, or boxes are oriented where the data set has none such.
        InvalidInputError: a file cannot be written.
    """
    _check(scene, kind)
    stored = _stored_points(scene)
    colors = scene.colors.astype(np.float32) * np.float32(kind.brightest / 255.0)
    arrays = {
        "pts_path": np.hstack([stored, colors]).astype("<f4"),
        "pts_instance_mask_path": (scene.instances + 1).astype("<i8"),
        "pts_semantic_mask_path": kind.semantics_of(scene.semantics).astype("<i8"),
    }
    info: Info = {"point_cloud": {"num_features": 6, "lidar_idx": scene.name}}
    for key, values in arrays.items():
        info[key] = f"{_FOLDERS[key]}/{scene.name}.bin"
        write_bytes(Path(root) / info[key], values.tobytes())
    info["annos"] = _annos(scene, kind, stored, -1.0 if clockwise else 1.0)
    return info


def write_infos(path: Path, infos: Sequence[Info]) -> None:
    """Write an infos file, such as ROOT/scannet_infos_train.pkl, whole or not at all.

    Raises:
        InvalidInputError: the file cannot be written.
    """
    write_bytes(Path(path), pickle.dumps(list(infos), _PROTOCOL))


def _check(scene: IndoorScene, kind: IndoorFormat) -> None:
    if scene.class_names != kind.class_names:
        raise InvalidDatasetError(
            f"scene {scene.name}: its classes ({', '.join(scene.class_names)}) are not those of {kind.name}"
        )
    if not kind.oriented and np.abs(scene.boxes.yaws).max(initial=0.0) > 0:
        raise InvalidDatasetError(f"scene {scene.name}: has turned boxes, which {kind.name} has not")
    if not kind.aligned and not np.array_equal(scene.T_aligned_scan, np.eye(4)):
        raise InvalidDatasetError(f"scene {scene.name}: has an aligned scan, which {kind.name} has not")


def _stored_points(scene: IndoorScene) -> NDArray[np.float32]:
    """(n, 3) as scanned."""
    T_scan_aligned = se3.inverse(scene.T_aligned_scan)
    return se3.transform(T_scan_aligned, scene.points[:, :3].astype(np.float64)).astype(np.float32)


def _annos(scene: IndoorScene, kind: IndoorFormat, stored: NDArray[np.float32], sign: float) -> Info:
    boxes = scene.boxes
    annos: Info = {"gt_num": len(boxes)}
    if len(boxes):
        # dimensions are along the box's own x, y, z, as those of ScanNet and of SUN RGB-D from 1.0.0rc0 on.
        annos |= {
            "name": np.array([kind.class_names[k] for k in boxes.classes]),
            "location": boxes.centres,
            "dimensions": boxes.sizes,
            "index": np.arange(len(boxes), dtype=np.int32),
            "class": boxes.classes.astype(np.int64),
        }
        annos["gt_boxes_upright_depth"] = np.hstack([boxes.centres, boxes.sizes])
        if kind.oriented:
            headings = sign * boxes.yaws
            annos["rotation_y"] = headings
            annos["gt_boxes_upright_depth"] = np.hstack([boxes.centres, boxes.sizes, headings[:, None]])
    if kind.aligned:
        annos |= _unaligned(scene, stored)
        annos["axis_align_matrix"] = scene.T_aligned_scan
    return annos


def _unaligned(scene: IndoorScene, stored: NDArray[np.float32]) -> Info:
    """The boxes along the axes of the stored points."""
    if len(scene.boxes) == 0:
        return {}
    T_scan_aligned = se3.inverse(scene.T_aligned_scan)
    rows = []
    for index in range(len(scene.boxes)):
        own = stored[scene.instances == index].astype(np.float64)
        around = own if len(own) else se3.transform(T_scan_aligned, corners(scene.boxes, index))
        low, high = around.min(axis=0), around.max(axis=0)
        rows.append(np.concatenate([0.5 * (low + high), high - low]))
    boxes = np.array(rows)
    return {
        "unaligned_location": boxes[:, :3].copy(),
        "unaligned_dimensions": boxes[:, 3:].copy(),
        "unaligned_gt_boxes_upright_depth": boxes,
    }
