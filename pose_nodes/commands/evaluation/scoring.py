"""Which targets of an image a result file finds; what a worker process of `evaluate` does last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from pose_nodes.commands.evaluation.data_set import DataSet
from pose_nodes.commands.evaluation.finding import prepared_model, prepared_scene
from pose_nodes.metrics.bop.errors import ErrorMeter
from pose_nodes.metrics.bop.matching import best_scored, most_visible
from pose_nodes.metrics.bop.recall import Found
from pose_nodes.sequences.bop_results import PoseResult
from pose_nodes.sequences.bop_scene import BopScene
from pose_nodes.sequences.bop_targets import Target


@dataclass(frozen=True, eq=False)
class ScoreTask:
    """The targets of one image, and the results for it."""

    targets: Sequence[Target]
    results: Sequence[PoseResult]


@dataclass(frozen=True)
class Scoring:
    """Scores images of a data set."""

    data_set: DataSet

    def __call__(self, task: ScoreTask) -> dict[str, Found]:
        """What was found, by the object's name.

        Raises:
            PoseNodesError: the image, its true poses or a mesh cannot be used.
        """
        scene = prepared_scene(self.data_set, task.targets[0].scene_id)
        return {
            self.data_set.names[target.object_id]: self._found(scene, target, task.results)
            for target in task.targets
        }

    def _found(self, scene: BopScene, target: Target, results: Sequence[PoseResult]) -> Found:
        name = self.data_set.names[target.object_id]
        told = self.data_set.truths(scene, target.image_id) or {}
        known = [truth for truth in told.values() if truth.class_name == name]
        visible = most_visible([truth.visible_fraction for truth in known], target.count)
        truths = [known[i].T_camera_object for i in visible]
        own = [result for result in results if result.object_id == target.object_id]
        best = best_scored([result.score for result in own], target.count)
        if not best or not truths:
            return Found.none(len(truths))
        frame, meter = scene.depth_frame(target.image_id), _prepared_meter(self.data_set, name)
        estimates = [own[i].T_camera_object for i in best]
        return Found.of(meter.measure(estimates, truths, frame.camera, frame.depth))


@cache
def _prepared_meter(data_set: DataSet, name: str) -> ErrorMeter:
    return data_set.meter(name, prepared_model(data_set, name))
