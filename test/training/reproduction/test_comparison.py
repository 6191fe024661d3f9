"""Means over sets, and what the student has before the teacher."""

from __future__ import annotations

import math

import pytest

from training.evaluation.kept_scores import KeptScores
from training.evaluation.piece_sets import PieceSet, cached_set
from training.evaluation.registering import Effort
from training.reproduction.comparison import SHARES, means, scores_of_sets, student_less_teacher
from training.reproduction.contenders import Contender, fpfh_contender


def row(name: str, role: str, share: float, pairs: float = 4.0) -> dict:
    shares = dict.fromkeys(SHARES, share)
    head = {"set": name, "data_set": name.partition(":")[0], "role": role}
    return {**head, "pairs": pairs, "seconds": 1.0, "registering": 2.0, **shares}


ROWS = [
    row("a", "teacher", 0.2), row("a", "student", 0.5, 1.0),
    row("b", "teacher", 0.4), row("b", "student", 0.7, 9.0),
]  # fmt: skip


def test_each_set_counts_alike():
    teacher, student = means(ROWS)
    assert (teacher["role"], student["role"]) == ("teacher", "student")
    assert teacher["ron"] == pytest.approx(0.3) and student["recall"] == pytest.approx(0.6)
    assert student["pairs"] == 10.0


def test_of_a_data_set_of_several_objects_all_pairs_count_alike():
    rows = [row("a", "fpfh", 0.2), row("b: mug", "fpfh", 0.0, 1.0), row("b: can", "fpfh", 0.8, 3.0)]
    (mean,) = means([*rows, {**row("b: all", "fpfh", 0.6, 4.0), "whole": True}])
    assert mean["recall"] == pytest.approx(0.4) and mean["pairs"] == 8.0


def test_the_student_is_compared_with_the_teacher():
    assert student_less_teacher(means(ROWS))["fmr"] == pytest.approx(0.3)


def test_without_a_teacher_there_is_no_difference():
    absent = {"set": "a", "data_set": "a", "role": "teacher", "absent": "no teacher given"}
    assert student_less_teacher(means([absent, ROWS[1]])) is None


def test_a_share_that_one_set_lacks_does_not_count():
    (mean,) = means([row("a", "fpfh", math.nan), row("b", "fpfh", 0.3)])
    assert mean["mutual"] == pytest.approx(0.3)


def test_an_absent_contender_has_a_row_that_tells_why(caches, pool_folder, tmp_path):
    over, done = cached_set(caches / "held_out", pool_folder, "val", pairs=2, points=100), []
    contenders = [fpfh_contender(), Contender("teacher", "no teacher given")]
    rows = list(scores_of_sets([over], contenders, Effort(), KeptScores(tmp_path), lambda: done.append(1)))
    assert [found["role"] for found in rows] == ["fpfh", "teacher"]
    assert rows[0]["pairs"] == 2 and len(done) == 2
    assert rows[1]["absent"] == "no teacher given"


def test_the_objects_of_a_data_set_are_told_one_by_one_and_together(caches, pool_folder, tmp_path):
    over = cached_set(caches / "held_out", pool_folder, "val", pairs=3, points=100)
    parts = [
        PieceSet(f"room: {name}", pieces, "room")
        for name, pieces in (("mug", over.pieces[:1]), ("can", over.pieces[1:]))
    ]
    rows = list(scores_of_sets(parts, [fpfh_contender()], Effort(), KeptScores(tmp_path), lambda: None))
    assert [found["set"] for found in rows] == ["room: mug", "room: can", "room: all"]
    assert [found["pairs"] for found in rows] == [1, 2, 3]
    assert rows[2]["ron"] == pytest.approx((rows[0]["ron"] + 2 * rows[1]["ron"]) / 3)
