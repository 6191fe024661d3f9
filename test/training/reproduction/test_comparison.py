"""Scores set by set, and means over sets."""

from __future__ import annotations

import math

import pytest

from training.evaluation.descriptor_scores import PieceScore
from training.evaluation.kept_scores import KeptScores
from training.evaluation.piece_sets import PieceSet, cached_set
from training.evaluation.registering import Effort
from training.reproduction.comparison import ALL_SETS, Scored, means, scores_of_sets, student_less_teacher
from training.reproduction.contenders import Contender, fpfh_contender
from training.reproduction.lead import SHARES


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


def scored(name: str, role: str, *rons: float, whole: bool = False) -> Scored:
    scores = [PieceScore(ron, 0.0, 0.0, True, 1.0, 1.0) for ron in rons]
    head = {**row(name, role, 0.0), **({"whole": True} if whole else {})}
    return Scored(head, scores)


def test_the_student_is_compared_with_the_teacher_on_each_data_set_and_on_all():
    found = [
        scored("a", "student", 0.3, 0.5), scored("a", "teacher", 0.1, 0.2),
        scored("b", "student", 0.1), scored("b", "teacher", 0.2), scored("b", "fpfh", 0.0),
    ]  # fmt: skip
    leads = student_less_teacher(found)
    assert [lead.name for lead in leads] == ["a", "b", ALL_SETS]
    assert [lead.shares["ron"] for lead in leads] == pytest.approx([0.25, -0.1, 0.075])


def test_of_a_data_set_of_several_objects_all_pairs_are_compared_together():
    found = [
        scored("b: mug", "student", 0.3), scored("b: mug", "teacher", 0.1),
        scored("b: all", "student", 0.3, 0.2, whole=True), scored("b: all", "teacher", 0.1, 0.1, whole=True),
    ]  # fmt: skip
    (lead,) = student_less_teacher(found)
    assert (lead.name, lead.pairs) == ("b", 2) and lead.shares["ron"] == pytest.approx(0.15)


def test_without_a_teacher_there_is_no_difference():
    absent = {"set": "a", "data_set": "a", "role": "teacher", "absent": "no teacher given"}
    assert student_less_teacher([Scored(absent, ()), scored("a", "student", 0.1)]) == []


def test_a_share_that_one_set_lacks_does_not_count():
    (mean,) = means([row("a", "fpfh", math.nan), row("b", "fpfh", 0.3)])
    assert mean["mutual"] == pytest.approx(0.3)


def test_an_absent_contender_has_a_row_that_tells_why(caches, pool_folder, tmp_path):
    over, done = cached_set(caches / "held_out", pool_folder, "val", pairs=2, points=100), []
    contenders = [fpfh_contender(), Contender("teacher", "no teacher given")]
    scored = scores_of_sets([over], contenders, Effort(), KeptScores(tmp_path), lambda: done.append(1))
    rows = [each.row for each in scored]
    assert [found["role"] for found in rows] == ["fpfh", "teacher"]
    assert rows[0]["pairs"] == 2 and len(done) == 2
    assert rows[1]["absent"] == "no teacher given"


def test_the_objects_of_a_data_set_are_told_one_by_one_and_together(caches, pool_folder, tmp_path):
    over = cached_set(caches / "held_out", pool_folder, "val", pairs=3, points=100)
    parts = [
        PieceSet(f"room: {name}", pieces, "room")
        for name, pieces in (("mug", over.pieces[:1]), ("can", over.pieces[1:]))
    ]
    scored = scores_of_sets(parts, [fpfh_contender()], Effort(), KeptScores(tmp_path), lambda: None)
    rows = [each.row for each in scored]
    assert [found["set"] for found in rows] == ["room: mug", "room: can", "room: all"]
    assert [found["pairs"] for found in rows] == [1, 2, 3]
    assert rows[2]["ron"] == pytest.approx((rows[0]["ron"] + 2 * rows[1]["ron"]) / 3)
