"""Where the poses of NOCS frames come from: labels, else the published ground truth, else map and depth.

1. NNNN_label.pkl, which SPD's preprocessing (and those after it) writes beside a frame.
2. gts/{val,real_test}/results_*.pkl of the publication: poses whose scale is folded into the rotation. Those
   of CAMERA are matched to the masks by class and box, as SPD does; those of REAL, which have neither, are in
   the order of the instances' numbers.
3. The similarity between the coordinate map and the depth, by Umeyama's method within RANSAC, with the known
   scale where the model has one. SPD takes PnP for the training part of REAL instead; both use the same map.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidDatasetError, InvalidInputError, RegistrationError
from pose_nodes.core.frame import Frame
from pose_nodes.geometry import se3
from pose_nodes.geometry.umeyama import fit_similarity_robustly
from pose_nodes.sequences import label_values
from pose_nodes.sequences.category_frame import box_of
from pose_nodes.sequences.nocs_files import MetaLine

_TOLERANCE = 0.01
"""Metres between map and depth within which a pixel agrees (our choice)."""
FEWEST_PIXELS = 64
"""With depth, of an instance; SPD leaves out those with less."""
_BOX_DIFFERENCE = 5
"""Pixels in all four sides within which two boxes are of one object (SPD)."""


@dataclass(frozen=True, eq=False)
class PoseLabel:
    """Pose and size of one instance.

    Attributes:
        T_camera_object: (4, 4) float64 rigid.
        scale: length of the diagonal, metres.
        extents: (3,) of the box in lengths of its diagonal; None if the labels do not say.
        handle_visible: None where the labels do not say.
    """

    T_camera_object: se3.Matrix
    scale: float
    extents: NDArray[np.float64] | None = None
    handle_visible: bool | None = None


@dataclass(frozen=True, eq=False)
class FrameLabels:
    """What NNNN_label.pkl says.

    Attributes:
        poses: by instance number.
        keeps_mug_box: whether mugs have the frame of their box, not of their body: DPDN's labels, which have
            'sizes', do; SPD's do not.
    """

    poses: Mapping[int, PoseLabel]
    keeps_mug_box: bool


def read_label_file(path: Path) -> FrameLabels:
    """The poses of NNNN_label.pkl.

    Raises:
        InvalidDatasetError: the file is missing or malformed.
    """
    labels, where = label_values.read_labels(path), str(path)
    ids = label_values.integers(labels, "instance_ids", -1, where)
    n = len(ids)
    R = label_values.array(labels, "rotations", (n, 3, 3), where)
    t = label_values.array(labels, "translations", (n, 3), where)
    scales = label_values.array(labels, "scales", (n,), where)
    key = next((key for key in ("sizes", "size") if key in labels), None)
    extents = [None] * n if key is None else list(label_values.array(labels, key, (n, 3), where))
    poses = {
        number: PoseLabel(_rigid(R[i], t[i], where), _positive(scales[i], where), extents[i], visible)
        for i, (number, visible) in enumerate(zip(ids, _handles(labels, n, where), strict=True))
    }
    return FrameLabels(poses, "sizes" in labels)


def find_ground_truth(root: Path, split: str, scene: str, frame: str) -> Path | None:
    """gts/…/results_*_SCENE_FRAME.pkl of the publication, or None."""
    for folder in (root / "gts" / split, root / "gts" / f"real_{split}"):
        for kind in (split, f"real_{split}"):
            path = folder / f"results_{kind}_{scene}_{frame}.pkl"
            if path.is_file():
                return path
    return None


@dataclass(frozen=True, eq=False)
class PublishedPoses:
    """What a file of gts holds.

    Attributes:
        labels: poses of the objects.
        class_ids: of each; None if the file does not say.
        boxes: (n, 4) y1, x1, y2, x2 of each; None if the file does not say.
    """

    labels: Sequence[PoseLabel]
    class_ids: Sequence[int] | None
    boxes: NDArray[np.float64] | None

    def by_number(
        self, lines: Sequence[MetaLine], mask: NDArray[np.uint8], numbers: Sequence[int]
    ) -> dict[int, PoseLabel] | None:
        """The poses by instance number; None if it cannot be told whose they are.

        Args:
            lines: the instances that are seen.
            mask: (h, w) their numbers.
            numbers: of all instances, those out of sight with them.
        """
        if self.class_ids is None or self.boxes is None:
            orders = (sorted(numbers), sorted(line.instance_id for line in lines))
            fitting = (order for order in orders if len(order) == len(self.labels))
            order = next(fitting, None)
            return None if order is None else dict(zip(order, self.labels, strict=True))
        boxes = {line.instance_id: box_of(mask == line.instance_id) for line in lines}
        matched = {n.instance_id: self._matching(n.class_id, boxes[n.instance_id]) for n in lines}
        return {number: label for number, label in matched.items() if label is not None}

    def _matching(self, class_id: int, box: NDArray[np.int32]) -> PoseLabel | None:
        assert self.class_ids is not None and self.boxes is not None
        for number, published, label in zip(self.class_ids, self.boxes, self.labels, strict=True):
            if number == class_id and np.abs(published - box).sum() <= _BOX_DIFFERENCE:
                return label
        return None


def read_ground_truth(path: Path) -> PublishedPoses:
    """The poses of a file of gts.

    Raises:
        InvalidDatasetError: the file is missing or malformed.
    """
    labels, where = label_values.read_labels(path), str(path)
    transforms = label_values.array(labels, "gt_RTs", (-1, 4, 4), where)
    n = len(transforms)
    extents = label_values.array(labels, "gt_scales", (n, 3), where) if "gt_scales" in labels else None
    handles = _handles(labels, n, where)
    poses = [
        _unfolded(transforms[i], None if extents is None else extents[i], handles[i], where) for i in range(n)
    ]
    if "gt_class_ids" not in labels or "gt_bboxes" not in labels:
        return PublishedPoses(poses, None, None)
    boxes = label_values.array(labels, "gt_bboxes", (n, 4), where)
    return PublishedPoses(poses, label_values.integers(labels, "gt_class_ids", n, where), boxes)


def read_handles(path: Path, scene: str) -> list[bool]:
    """Whether the mug of each frame of a scene shows its handle, from mug_handle.pkl.

    The labels of REAL's training part do not say it; this file, labelled by hand, came with GPV-Pose. It has
    a list a scene, `scene_1_res`.

    Raises:
        InvalidDatasetError: the file is malformed.
    """
    labels, key = label_values.read_labels(path), f"{scene}_res"
    if key not in labels:
        return []
    return [bool(visible > 0) for visible in label_values.array(labels, key, (-1,), str(path))]


def estimate_pose(
    frame: Frame, nocs: NDArray[np.float32], mask: NDArray[np.bool_], scale: float | None, seed: int
) -> PoseLabel | None:
    """The pose that takes a coordinate map to the depth; None if too little depth says it.

    Args:
        frame: depth and camera.
        nocs: (h, w, 3) coordinates, -0.5 to 0.5.
        mask: (h, w) bool pixels of the instance.
        scale: length of the diagonal in metres if it is known.
        seed: of the hypotheses.
    """
    v, u = np.nonzero(mask & np.isfinite(frame.depth))
    if len(v) < FEWEST_PIXELS:
        return None
    points, source = frame.camera.unproject(frame.depth, v, u), nocs[v, u].astype(np.float64)
    try:
        fit = fit_similarity_robustly(source, points, _TOLERANCE, np.random.default_rng(seed), scale)
    except RegistrationError:
        return None
    return PoseLabel(fit.similarity.T_target_source, fit.similarity.scale)


def _unfolded(
    transform: NDArray[np.float64], extents: NDArray[np.float64] | None, handle: bool | None, where: str
) -> PoseLabel:
    """A (4, 4) transform with its scale in the rotation, taken apart."""
    scale = _positive(float(np.cbrt(np.linalg.det(transform[:3, :3]))), where)
    T = _rigid(transform[:3, :3] / scale, transform[:3, 3], where)
    diagonal = 0.0 if extents is None else float(np.linalg.norm(extents))
    return PoseLabel(T, scale, extents / diagonal if extents is not None and diagonal > 0 else None, handle)


def _rigid(R: NDArray[np.float64], t: NDArray[np.float64], where: str) -> se3.Matrix:
    try:
        return se3.from_rotation_translation(se3.nearest_rotation(R), t)
    except InvalidInputError as error:
        raise InvalidDatasetError(f"{where}: {error}") from error


def _positive(scale: float, where: str) -> float:
    if not scale > 0:
        raise InvalidDatasetError(f"{where}: a scale is {scale:g}; it must be a positive length in metres")
    return float(scale)


def _handles(labels: Mapping[str, Any], count: int, where: str) -> list[bool | None]:
    for key in ("handle_visibility", "gt_handle_visibility"):
        if key in labels:
            return [bool(visible > 0) for visible in label_values.array(labels, key, (count,), where)]
    return [None] * count
