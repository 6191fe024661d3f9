"""Cold starts on the targets of one image; what a worker process of `evaluate` does first."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pose_nodes.commands.cold_starts import Attempt, Finder, Method, attempt, compared, plain, verified
from pose_nodes.commands.evaluation.data_set import DataSet
from pose_nodes.commands.evaluation.records import ImageRecord, InstanceRecord
from pose_nodes.core.errors import InvalidDatasetError
from pose_nodes.core.frame import Frame
from pose_nodes.core.observation import Observation
from pose_nodes.core.segment import Segment
from pose_nodes.estimators.config import InstanceConfig
from pose_nodes.metrics.bop.matching import best_scored, most_visible
from pose_nodes.objects.model import ObjectModel
from pose_nodes.sequences.bop_detections import Detection
from pose_nodes.sequences.bop_scene import BopScene
from pose_nodes.sequences.bop_targets import Target
from pose_nodes.sequences.recording import GroundTruth

PLAIN = "plain"
"""The name of the baseline; every other name means the package's own cold start."""
Mask = NDArray[np.bool_]
Truths = dict[int, GroundTruth]
"""The true poses in an image, by their places in scene_gt.json."""


@dataclass(frozen=True, eq=False)
class ImageTask:
    """What is asked for in one image.

    Attributes:
        targets: all of the same image.
        method: name of the method.
        seed: of its random choices.
        detections: predicted masks in the image; None for the visible masks of the data set.
    """

    targets: Sequence[Target]
    method: str
    seed: int
    detections: Sequence[Detection] | None = None


@dataclass(frozen=True)
class Finding:
    """Looks for targets; meshes and descriptors are prepared once a process.

    Attributes:
        data_set: of all tasks.
        config: of cold starts.
        device: of networks.
    """

    data_set: DataSet
    config: InstanceConfig
    device: str = "cpu"

    def __call__(self, task: ImageTask) -> ImageRecord:
        """Look for the targets of one image.

        Raises:
            PoseNodesError: the image, a mask, a mesh or the descriptor cannot be used.
        """
        scene_id, image_id = task.targets[0].scene_id, task.targets[0].image_id
        scene = prepared_scene(self.data_set, scene_id)
        frame, truths = scene.frame(image_id), self.data_set.truths(scene, image_id)
        seconds = max((detection.seconds for detection in task.detections or ()), default=0.0)
        instances = []
        for target in task.targets:
            name = self.data_set.names[target.object_id]
            known = _of_object(truths, name)
            model = prepared_model(self.data_set, name)
            find = _prepared(self, name, task.method == PLAIN)
            for number, mask in enumerate(_masks(scene, frame, target, known, task.detections)):
                state = (task.seed, scene_id, image_id, target.object_id, number)
                tried, taken = find(frame, mask, state)
                seconds += taken
                told = None if known is None else list(known.values())
                start = compared(tried, model, told, image_id, task.seed)
                instances.append(InstanceRecord.of(target.object_id, tried, start))
        return ImageRecord(task.method, task.seed, scene_id, image_id, seconds, instances)


class _TimedFinder:
    """Cold starts of one object by the clock.

    The first is made twice, of which the second counts: what is compiled or loaded at first is no time that
    an image takes.
    """

    def __init__(self, name: str, find: Finder) -> None:
        self._name = name
        self._find = find
        self._is_rehearsed = False

    def __call__(self, frame: Frame, mask: Mask | None, state: tuple[int, ...]) -> tuple[Attempt, float]:
        """An attempt, with random numbers of a state, and the seconds that it took."""
        if mask is None:
            return Attempt(None, reason="there is no mask"), 0.0
        observation = Observation(frame, Segment(mask, self._name))
        if not self._is_rehearsed:
            attempt(self._find, observation, np.random.default_rng(state))
            self._is_rehearsed = True
        begun = time.perf_counter()
        tried = attempt(self._find, observation, np.random.default_rng(state))
        return tried, time.perf_counter() - begun


@cache
def prepared_scene(data_set: DataSet, scene_id: int) -> BopScene:
    """A scene, opened once a process.

    Raises:
        InvalidDatasetError: it is missing or malformed.
    """
    return data_set.scene(scene_id)


@cache
def prepared_model(data_set: DataSet, name: str) -> ObjectModel:
    """An object, made ready once a process.

    Raises:
        PoseNodesError: its mesh or symmetry cannot be used.
    """
    return data_set.model(name)


@cache
def _prepared(finding: Finding, name: str, is_plain: bool) -> _TimedFinder:
    method = plain if is_plain else _method(finding.config, finding.device)
    return _TimedFinder(name, method(prepared_model(finding.data_set, name)))


@cache
def _method(config: InstanceConfig, device: str) -> Method:
    cv2.setNumThreads(1)
    return verified(config, device)


def _of_object(truths: Truths | None, name: str) -> Truths | None:
    if truths is None:
        return None
    return {place: truth for place, truth in truths.items() if truth.class_name == name}


def _masks(
    scene: BopScene,
    frame: Frame,
    target: Target,
    known: Truths | None,
    detections: Sequence[Detection] | None,
) -> list[Mask | None]:
    """As many masks as instances are asked for, those of the most visible or the best scored; None for those
    that there are not."""
    shape = frame.camera.shape
    if detections is None:
        masks = _own_masks(scene, target, known, shape)
    else:
        of_object = [each for each in detections if each.object_id == target.object_id]
        best = best_scored([each.score for each in of_object], target.count)
        masks = [of_object[i].mask(shape) for i in best]
    return [*masks, *[None] * (target.count - len(masks))]


def _own_masks(
    scene: BopScene, target: Target, known: Truths | None, shape: tuple[int, int]
) -> Sequence[Mask | None]:
    """The masks of the data set, which say what they are of by the true poses alone."""
    if known is not None:
        places = list(known)
        seen = most_visible([truth.visible_fraction for truth in known.values()], target.count)
        masks = [scene.mask(target.image_id, places[i], shape) for i in seen]
        if all(mask is not None for mask in masks):
            return masks
    raise InvalidDatasetError(
        f"{scene.folder}: has no masks with known poses; it needs mask_visib/ and scene_gt.json, or "
        "predicted --masks"
    )
