"""What is compared, and why something is absent."""

from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="networks need PyTorch")

from pose_nodes.core.errors import InvalidConfigError, PoseNodesError
from training.reproduction.contenders import fpfh_contender, student_contender, teacher_contender


def test_a_teacher_that_is_not_given_is_absent():
    contender = teacher_contender(None)
    assert (contender.describer, contender.about, contender.network) == (None, "no teacher given", "")


def test_each_has_its_role_and_its_network(tiny_weights):
    teacher = teacher_contender(tiny_weights / "teacher.safetensors")
    student = student_contender(tiny_weights / "student.safetensors")
    assert (teacher.role, teacher.network) == ("teacher", "GeDi tiny")
    assert (student.role, student.network) == ("student", "dGeDi tiny")
    assert fpfh_contender().network == ""
    identities = {each.describer.identity for each in (teacher, student, fpfh_contender())}
    assert len(identities) == 3


def test_the_card_tells_what_a_student_is(tiny_weights):
    about = student_contender(tiny_weights / "student.safetensors").about
    assert about == "student.safetensors; distil; 4 steps"


def test_the_student_that_comes_along_is_the_default():
    contender = student_contender(None)
    assert contender.network == "dGeDi small" and "python -m training descriptor" in contender.about


def test_weights_in_the_wrong_role_are_refused(tiny_weights):
    with pytest.raises(InvalidConfigError, match="is a student, and no teacher; name it with --student"):
        teacher_contender(tiny_weights / "student.safetensors")
    with pytest.raises(InvalidConfigError, match="is a teacher, and no student; name it with --teacher"):
        student_contender(tiny_weights / "teacher.safetensors")


@pytest.mark.parametrize("make", [teacher_contender, student_contender])
@pytest.mark.parametrize("name", ["weights.safetensors", "chkpt.tar"])
def test_damaged_and_missing_weights_are_a_sentence(make, name, tmp_path):
    path = tmp_path / name
    with pytest.raises(PoseNodesError, match=r"(?i)no such file"):
        make(path)
    path.write_bytes(b"not weights")
    with pytest.raises(PoseNodesError, match=str(path)):
        make(path)
