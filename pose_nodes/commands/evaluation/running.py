"""The images of an evaluation, one after the other or several at once, with a progress bar."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from pose_nodes.commands.evaluation.data_set import DataSet
from pose_nodes.commands.evaluation.finding import Finding, ImageTask
from pose_nodes.commands.evaluation.records import RecordFile
from pose_nodes.commands.evaluation.scoring import ScoreTask, Scoring
from pose_nodes.core.interruption import interruptible
from pose_nodes.metrics.bop.recall import Found
from pose_nodes.sequences.bop_detections import Detection
from pose_nodes.sequences.bop_results import PoseResult
from pose_nodes.sequences.bop_targets import Target
from pose_nodes.synthetic.datasets.workers import Workers

A = TypeVar("A")
T = TypeVar("T")
Place = tuple[int, int]
"""Scene and image."""
Images = Mapping[Place, Sequence[Target]]
"""What is asked for, by image."""


def images_of(targets: Iterable[Target], every: int) -> Images:
    """Every n-th of the images in which something is asked for."""
    by_image = groupby(sorted(targets), key=lambda target: (target.scene_id, target.image_id))
    images = {place: list(asked) for place, asked in by_image}
    return {place: images[place] for place in list(images)[::every]}


def image_tasks(
    images: Images, methods: Sequence[str], seeds: Sequence[int], detections: Sequence[Detection] | None
) -> list[ImageTask]:
    """The work: every image by every method with every seed.

    Args:
        images: what is asked for.
        methods: their names.
        seeds: of the random choices.
        detections: predicted masks; None for the visible masks of the data set.
    """
    predicted: dict[Place, list[Detection]] = {place: [] for place in images}
    for detection in detections or ():
        predicted.get((detection.scene_id, detection.image_id), []).append(detection)
    return [
        ImageTask(asked, method, seed, None if detections is None else predicted[place])
        for method in methods
        for seed in seeds
        for place, asked in images.items()
    ]


def find(finding: Finding, tasks: Sequence[ImageTask], file: RecordFile, workers: Workers) -> bool:
    """Do the work that the file does not have yet; whether it was done to the end, or else interrupted.

    Raises:
        PoseNodesError: an image, a mask, a mesh or the descriptor cannot be used, or the file not be written.
    """
    done = {record.key for record in file.records}
    left = [task for task in tasks if _key(task) not in done]
    try:
        with interruptible():
            for record in _followed("cold starts", finding, left, workers):
                file.add(record)
    except KeyboardInterrupt:
        return False
    return True


def score(
    data_set: DataSet, images: Images, runs: Sequence[Sequence[PoseResult]], workers: Workers
) -> dict[str, Found]:
    """What several result files find of the targets, by the object's name.

    Raises:
        PoseNodesError: an image, its true poses or a mesh cannot be used.
    """
    tasks = [task for results in runs for task in _score_tasks(images, results)]
    parts = list(_followed("scores", Scoring(data_set), tasks, workers))
    names = sorted({target.object_id for asked in images.values() for target in asked})
    by_name = {data_set.names[i]: [part for part in parts if data_set.names[i] in part] for i in names}
    return {name: Found.total([part[name] for part in own]) for name, own in by_name.items()}


def _score_tasks(images: Images, results: Sequence[PoseResult]) -> list[ScoreTask]:
    by_image: dict[Place, list[PoseResult]] = {place: [] for place in images}
    for result in results:
        by_image.get((result.scene_id, result.image_id), []).append(result)
    return [ScoreTask(asked, by_image[place]) for place, asked in images.items()]


def _key(task: ImageTask) -> tuple[str, int, int, int]:
    return task.method, task.seed, task.targets[0].scene_id, task.targets[0].image_id


def _followed(title: str, work: Callable[[A], T], items: Sequence[A], workers: Workers) -> Iterator[T]:
    """`work` of each item, in order, with a bar on a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as progress:
        yield from progress.track(workers.in_order(work, items), total=len(items), description=title)
