"""Recorded poses that depth contradicts are told from those that are merely not exact."""

from __future__ import annotations

import numpy as np
import pytest

from pose_nodes.core.errors import UnknownObjectError
from pose_nodes.estimators.reference_check import ReferenceCheck
from pose_nodes.geometry import se3
from pose_nodes.objects.library import ObjectLibrary


@pytest.fixture(scope="module")
def check(bunny) -> ReferenceCheck:
    return ReferenceCheck(bunny.library())


def pose(frame) -> np.ndarray:
    return frame.truths[0].T_camera_object


@pytest.mark.parametrize("index", [0, 4, 17])
def test_true_poses_of_real_images_are_not_contradicted(bunny, check, index):
    assert not check.is_contradicted(bunny[index].frame, "bunny", pose(bunny[index]))


def test_a_pose_that_the_camera_looks_through_is_contradicted(bunny, check):
    wrong = se3.from_rotation_translation(np.eye(3), [0.0, 0.0, -0.04]) @ pose(bunny[0])
    assert check.is_contradicted(bunny[0].frame, "bunny", wrong)


def test_a_pose_that_is_off_by_millimetres_is_not(bunny, check):
    near = se3.from_rotation_translation(np.eye(3), [0.003, 0.0, -0.003]) @ pose(bunny[0])
    assert not check.is_contradicted(bunny[0].frame, "bunny", near)


def test_a_hidden_object_is_not_contradicted(bunny, check):
    behind = se3.from_rotation_translation(np.eye(3), [0.0, 0.0, 0.06]) @ pose(bunny[0])
    assert not check.is_contradicted(bunny[0].frame, "bunny", behind)


def test_an_object_out_of_the_image_is_not_contradicted(bunny, check):
    beside = se3.from_rotation_translation(np.eye(3), [5.0, 0.0, 0.5])
    assert not check.is_contradicted(bunny[0].frame, "bunny", beside)


def test_exactly_the_three_wrong_references_of_the_desk_video_are_found(desk_video, desk_library):
    check = ReferenceCheck(desk_library)
    found = [
        (truth.class_name, index)
        for index in (0, 42, 71, 72, 73, 76, 77, 78, 83)
        for truth in desk_video[index].truths
        if check.is_contradicted(desk_video[index].frame, truth.class_name, truth.T_camera_object)
    ]
    assert found == [("cube", 72), ("cube", 76), ("cube", 77)]


def test_a_pose_of_an_unknown_object_names_it(bunny):
    with pytest.raises(UnknownObjectError, match="bunny"):
        ReferenceCheck(ObjectLibrary([])).is_contradicted(bunny[0].frame, "bunny", pose(bunny[0]))
