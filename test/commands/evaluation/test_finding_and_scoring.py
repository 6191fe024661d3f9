"""Two dice in an image are looked for, and their score is counted."""

from __future__ import annotations

import json

import pytest

from pose_nodes.commands.evaluation.data_set import DataSet
from pose_nodes.commands.evaluation.finding import PLAIN, Finding, ImageTask
from pose_nodes.commands.evaluation.running import image_tasks, images_of, score
from pose_nodes.core.errors import InvalidDatasetError
from pose_nodes.estimators.config import InstanceConfig
from pose_nodes.geometry import se3
from pose_nodes.metrics.bop.recall import LocalisationScore
from pose_nodes.sequences.bop_detections import Detection
from pose_nodes.sequences.bop_results import PoseResult
from pose_nodes.sequences.bop_targets import Target
from pose_nodes.sequences.rle import encode_mask
from pose_nodes.synthetic.datasets.workers import Workers

from .conftest import POSES

FPFH = InstanceConfig(features="fpfh")
BOTH = [Target(2, 7, 4, 2)]


def result(index: int, score: float = 1.0, image: int = 7) -> PoseResult:
    return PoseResult(2, image, 4, score, POSES[index])


def scored(data_set, targets, *results: PoseResult) -> LocalisationScore:
    with Workers(1) as workers:
        found = score(data_set, images_of(targets, 1), [results], workers)
    assert list(found) == ["obj_000004"]
    return LocalisationScore.of(found["obj_000004"])


def detection(mask, score: float, seconds: float = 0.0) -> Detection:
    return Detection(2, 7, 4, score, seconds, encode_mask(mask), "masks.json: mask 0")


def test_each_die_is_found_in_its_mask_and_both_have_the_time_of_the_image(dice):
    data_set = dice()
    record = Finding(data_set, FPFH)(ImageTask(BOTH, "ours", 0))
    assert record.key == ("ours", 0, 2, 7)
    assert [instance.start.outcome.value for instance in record.instances] == ["right", "right"]
    results = record.results(verified_alone=True)
    assert [each.seconds for each in results] == [record.seconds] * 2 and record.seconds > 0
    assert all(0.5 < each.score <= 1.0 for each in results)
    found = scored(data_set, BOTH, *results)
    assert (found.targets, found.ar_mssd, found.add) == (2, 1.0, 1.0)
    assert found.ar_vsd > 0.9


def test_the_baseline_believes_whatever_comes_out(dice):
    (instance,) = Finding(dice(), FPFH)(ImageTask([Target(2, 7, 4, 1)], PLAIN, 0)).instances
    assert instance.verified and instance.ranked_score == 1.0
    assert set(instance.start.seconds) == {"features", "ransac", "icp"}


def test_predicted_masks_are_taken_by_their_scores_and_their_time_counts(dice, staged, die):
    _, masks = staged((die, POSES[0]), (die, POSES[1]))
    nothing = masks[0] & masks[1]
    predicted = [detection(nothing, 0.1), detection(masks[1], 0.9, 5.0)]
    record = Finding(dice(), FPFH)(ImageTask([Target(2, 7, 4, 1)], "ours", 0, predicted))
    (instance,) = record.instances
    assert instance.start.outcome.value == "right"
    assert abs(instance.T_camera_object[0, 3] - POSES[1][0, 3]) < 0.005
    assert 5.0 < record.seconds


def test_a_target_without_a_mask_is_absent_and_so_is_an_empty_one(dice, staged, die):
    _, masks = staged((die, POSES[0]), (die, POSES[1]))
    empty = detection(masks[0] & masks[1], 0.9)
    record = Finding(dice(), FPFH)(ImageTask(BOTH, "ours", 0, [empty]))
    assert [instance.start.outcome.value for instance in record.instances] == ["absent", "absent"]
    assert record.instances[1].start.reason == "there is no mask"
    assert record.results(verified_alone=False) == []


@pytest.mark.parametrize(("told", "outcome"), [({"7": []}, "wrong"), (None, "unknown")])
def test_a_verified_pose_is_wrong_where_the_object_is_not_but_unknown_without_ground_truth(
    dice, staged, die, told, outcome
):
    _, masks = staged((die, POSES[0]), (die, POSES[1]))
    data_set = dice()
    truths = data_set.folder / "test" / "000002" / "scene_gt.json"
    truths.unlink() if told is None else truths.write_text(json.dumps(told))
    task = ImageTask([Target(2, 7, 4, 1)], "ours", 0, [detection(masks[1], 0.9)])
    (instance,) = Finding(data_set, FPFH)(task).instances
    assert instance.verified and instance.start.outcome.value == outcome


def test_an_object_is_looked_for_by_the_features_that_its_block_names(dice, tmp_path):
    missing = InstanceConfig(features="gedi", weights=str(tmp_path / "none.safetensors"))
    task = ImageTask([Target(2, 7, 4, 1)], "ours", 0)
    data_set = dice()
    pytest.importorskip("torch")
    from pose_nodes.networks.weight_files import InvalidWeightsError

    with pytest.raises(InvalidWeightsError, match=r"none\.safetensors"):
        Finding(data_set, missing)(task)
    objects = data_set.folder / "objects.yaml"
    objects.write_text(
        "objects:\n  die: {mesh: models/obj_000004.ply, mesh_unit: mm, symmetry: cube, features: fpfh}\n"
    )
    (instance,) = Finding(DataSet.open(data_set.folder, "test", None), missing)(task).instances
    assert instance.start.outcome.value == "right"


def test_a_data_set_without_masks_needs_predicted_ones(dice):
    with pytest.raises(InvalidDatasetError, match="predicted --masks"):
        Finding(dice(masks=False), FPFH)(ImageTask(BOTH, "ours", 0))


def test_a_data_set_without_ground_truth_needs_predicted_masks(dice):
    data_set = dice()
    (data_set.folder / "test" / "000002" / "scene_gt.json").unlink()
    with pytest.raises(InvalidDatasetError, match="predicted --masks"):
        Finding(data_set, FPFH)(ImageTask(BOTH, "ours", 0))


def test_the_targets_of_an_image_without_true_poses_do_not_vanish_from_the_score(dice):
    data_set = dice()
    (data_set.folder / "test" / "000002" / "scene_gt.json").write_text("{}")
    with pytest.raises(InvalidDatasetError, match="has no true poses of image 7"):
        scored(data_set, BOTH, result(0))


def test_a_target_in_an_image_that_is_not_there_is_named(dice):
    with pytest.raises(InvalidDatasetError, match="has no image 8"):
        Finding(dice(), FPFH)(ImageTask([Target(2, 8, 4, 1)], "ours", 0))


def test_the_true_poses_have_a_full_score_whichever_of_the_symmetric_ones(dice):
    quarter = se3.from_rotation_vector((0.0, 0.0, 1.5707963267948966))
    turned = PoseResult(2, 7, 4, 1.0, POSES[0] @ quarter)
    assert scored(dice(), BOTH, turned, result(1)).ar == 1.0


def test_only_as_many_estimates_as_are_asked_for_count_the_best_scored(dice):
    wrong = PoseResult(2, 7, 4, 0.9, se3.from_rotation_vector((0.0, 0.0, 0.0), (0.0, 0.2, 0.9)))
    assert scored(dice(), BOTH, result(0), wrong, result(1, 0.8)).ar == 0.5


def test_an_estimate_of_an_instance_that_is_not_asked_for_finds_nothing(dice):
    one = [Target(2, 7, 4, 1)]
    data_set = dice(visible=(0.3, 0.9))
    assert scored(data_set, one, result(1)).ar == 1.0
    assert scored(data_set, one, result(0)).ar == 0.0


def test_an_image_without_results_counts_as_missed_and_foreign_results_do_not_count(dice):
    assert scored(dice(), BOTH, result(0, image=9)).ar == 0.0


def test_scores_need_no_colour(dice):
    data_set = dice()
    (data_set.folder / "test" / "000002" / "rgb").mkdir()
    assert scored(data_set, BOTH, result(0), result(1)).ar == 1.0
    with pytest.raises(InvalidDatasetError, match=r"rgb/000007\.jpg: no such file"):
        Finding(data_set, FPFH)(ImageTask(BOTH, "ours", 0))


def test_every_nth_image_is_looked_at_by_all_methods_and_seeds():
    targets = [Target(1, image, thing, 1) for image in range(5) for thing in (1, 2)]
    images = images_of(targets, 2)
    assert list(images) == [(1, 0), (1, 2), (1, 4)]
    tasks = image_tasks(images, ["a", "b"], [3, 4], None)
    assert len(tasks) == 12
    assert (tasks[0].method, tasks[0].seed, len(tasks[0].targets), tasks[0].detections) == ("a", 3, 2, None)
