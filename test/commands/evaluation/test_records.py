"""attempts.jsonl: written image by image, and gone on with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pose_nodes.commands.evaluation.records import ImageRecord, InstanceRecord, RecordFile
from pose_nodes.core.errors import InvalidInputError
from pose_nodes.metrics.cold_start import ColdStart, Outcome
from pose_nodes.metrics.summary import PoseError

SETTINGS = {"seed": 0, "features": "fpfh"}


def record(image: int) -> ImageRecord:
    right = ColdStart("die", image, 0, Outcome.RIGHT, 0.001, PoseError(0.001, 0.01), {"views": 0.5})
    absent = ColdStart("die", image, 0, Outcome.ABSENT, None, None, {}, "too few points")
    instances = [
        InstanceRecord(4, np.diag([1.0, -1.0, -1.0, 1.0]), True, 0.8, right),
        InstanceRecord(4, np.eye(4), False, 0.6, absent),
        InstanceRecord(4, None, False, 0.0, absent),
    ]
    return ImageRecord("ours", 0, 1, image, 0.7, instances)


def test_verified_poses_come_before_all_others_or_are_alone():
    assert [each.score for each in record(0).results(verified_alone=False)] == [0.9, 0.3]
    assert [each.score for each in record(0).results(verified_alone=True)] == [0.9]


def test_what_was_found_is_read_as_it_was_written(tmp_path):
    path = tmp_path / "attempts.jsonl"
    with RecordFile(path, SETTINGS, resume=False) as file:
        file.add(record(1))
        file.add(record(2))
    with RecordFile(path, SETTINGS, resume=True) as file:
        first, second = file.records
    assert (first.key, second.key) == (record(1).key, record(2).key)
    for one, other in zip(first.instances, record(1).instances, strict=True):
        assert one.start == other.start and (one.verified, one.score) == (other.verified, other.score)
    assert np.array_equal(first.instances[0].T_camera_object, np.diag([1.0, -1.0, -1.0, 1.0]))
    assert first.instances[2].T_camera_object is None


def test_a_line_that_was_cut_short_is_found_anew(tmp_path):
    path = tmp_path / "attempts.jsonl"
    with RecordFile(path, SETTINGS, resume=False) as file:
        file.add(record(1))
        file.add(record(2))
    path.write_text(path.read_text()[:-20])
    with RecordFile(path, SETTINGS, resume=True) as file:
        assert [each.image_id for each in file.records] == [1]
        file.add(record(3))
    with RecordFile(path, SETTINGS, resume=True) as file:
        assert [each.image_id for each in file.records] == [1, 3]


def test_a_kill_while_one_begins_to_go_on_loses_nothing_of_what_there_was(tmp_path, monkeypatch):
    path = tmp_path / "attempts.jsonl"
    with RecordFile(path, SETTINGS, resume=False) as file:
        file.add(record(1))
    before = path.read_text()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            RecordFile(path, SETTINGS, resume=True)
    assert path.read_text() == before


def test_without_resume_one_begins_anew_and_without_a_file_too(tmp_path):
    path = tmp_path / "new" / "attempts.jsonl"
    with RecordFile(path, SETTINGS, resume=True) as file:
        file.add(record(1))
    with RecordFile(path, SETTINGS, resume=False) as file:
        assert file.records == []


def test_other_settings_and_foreign_files_are_not_gone_on_with(tmp_path):
    path = tmp_path / "attempts.jsonl"
    RecordFile(path, SETTINGS, resume=False).__exit__(None, None, None)
    with pytest.raises(InvalidInputError, match=r"made with other settings \(features\)"):
        RecordFile(path, {**SETTINGS, "features": "dgedi"}, resume=True)
    path.write_bytes("Körper\n".encode("latin-1"))
    with pytest.raises(InvalidInputError, match="is not what an evaluation leaves"):
        RecordFile(path, SETTINGS, resume=True)
    path.write_text("no JSON\n")
    with pytest.raises(InvalidInputError, match="is not what an evaluation leaves"):
        RecordFile(path, SETTINGS, resume=True)


def test_a_place_that_cannot_be_written_to_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInputError, match=r"cannot be written .*; choose another"):
        RecordFile(tmp_path / "file" / "attempts.jsonl", SETTINGS, resume=False)
