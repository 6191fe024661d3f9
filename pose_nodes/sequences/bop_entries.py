"""What BOP tells of one image, as entries of its JSON files: poses, boxes and pixel counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidDatasetError
from pose_nodes.sequences.bop_files import METRES_PER_MILLIMETRE
from pose_nodes.sequences.recording import GroundTruth


def check_truths(
    where: str,
    object_ids: Mapping[str, int],
    truths: Sequence[GroundTruth],
    *images: Sequence[NDArray[np.bool_]],
) -> None:
    """See that every pose has an id and, where there are masks at all, one of each kind.

    Args:
        where: names the place in errors.
        object_ids: BOP ids by object name.
        truths: the true poses of one image.
        images: masks of one kind each.

    Raises:
        InvalidDatasetError: masks and truths differ in number, or a name is unknown.
    """
    for masks in images:
        if masks and len(masks) != len(truths):
            raise InvalidDatasetError(f"{where}: {len(masks)} masks for {len(truths)} poses; give one each")
    for truth in truths:
        if truth.class_name not in object_ids:
            known = ", ".join(object_ids)
            raise InvalidDatasetError(f"{where}: object '{truth.class_name}' has no id; known are {known}")


def truth_entry(truth: GroundTruth, object_ids: Mapping[str, int]) -> dict[str, Any]:
    """An entry of scene_gt.json: the pose in millimetres, and the instance where it is known (not in BOP)."""
    T = truth.T_camera_object
    entry = {
        "cam_R_m2c": T[:3, :3].ravel(),
        "cam_t_m2c": T[:3, 3] / METRES_PER_MILLIMETRE,
        "obj_id": object_ids[truth.class_name],
    }
    return {**entry, "instance_id": truth.instance_id} if truth.instance_id else entry


def info_entry(
    truth: GroundTruth,
    depth: NDArray[np.float32],
    mask: NDArray[np.bool_] | None,
    silhouette: NDArray[np.bool_] | None,
) -> dict[str, Any]:
    """An entry of scene_gt_info.json, with what is known from the given masks, (h, w) bool each."""
    entry: dict[str, Any] = {}
    if np.isfinite(truth.visible_fraction):
        entry["visib_fract"] = truth.visible_fraction
    if mask is not None:
        entry |= {"bbox_visib": _box(mask), "px_count_visib": int(mask.sum())}
    if silhouette is not None:
        entry |= {"bbox_obj": _box(silhouette), "px_count_all": int(silhouette.sum())}
        entry["px_count_valid"] = int(np.count_nonzero(silhouette & np.isfinite(depth)))
    return entry


def _box(mask: NDArray[np.bool_]) -> list[int]:
    """(x, y, width, height) of the pixels; -1 four times where there are none."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if len(rows) == 0:
        return [-1, -1, -1, -1]
    left, top = int(columns[0]), int(rows[0])
    return [left, top, int(columns[-1]) - left + 1, int(rows[-1]) - top + 1]


def at(images: Sequence[NDArray[np.bool_]], index: int) -> NDArray[np.bool_] | None:
    """The mask of one pose; None where there are none."""
    return images[index] if images else None
