"""The tables have the paper's rows before ours, and say what is not at hand."""

from __future__ import annotations

import json

import pytest

from pose_nodes.commands.bench_networks import NetworkFigures
from pose_nodes.sequences.files import plain
from training.evaluation.descriptor_scores import PieceScore
from training.reproduction.comparison import Scored
from training.reproduction.contenders import Contender
from training.reproduction.published import DESCRIPTORS, NOT_AT_HAND, TABLES
from training.reproduction.report import Measured, markdown, sections

SHARES = {"ron": 0.1, "fmr": 0.2, "mutual": 0.3, "seen": 0.4, "recall": 0.5, "ar": 0.6}
TIMES = {"seconds": 0.1, "registering": 0.3}
CONTENDERS = [
    Contender("fpfh", "FPFH"),
    Contender("teacher", "gedi", network="GeDi small"),
    Contender("student", "dgedi", network="dGeDi small"),
]


def scored(role: str, *rons: float) -> Scored:
    scores = [PieceScore(ron, 0.3, 0.4, True, 0.1, 0.3, 0.6, 0.6, 0.6) for ron in rons]
    head = {"set": "held_out", "data_set": "held_out", "role": role}
    return Scored({**head, "pairs": 2.0, **SHARES, **TIMES, "ron": sum(rons) / 2}, scores)


FOUND = [scored("teacher", 0.04, 0.06), scored("student", 0.14, 0.12)]


def report(found=FOUND, times=(), ablation=None) -> Measured:
    return Measured(CONTENDERS, list(found), list(times), ablation)


def tables(measured: Measured) -> list[str]:
    return [section.markdown() for section in sections(measured)]


def test_what_the_paper_does_not_let_us_know_is_not_at_hand():
    teacher, student, *_, difference = DESCRIPTORS.rows
    assert DESCRIPTORS.cell(teacher, "ron") == NOT_AT_HAND
    assert DESCRIPTORS.cell(student, "ar") == "66.8" and DESCRIPTORS.cell(student, "recall") == "-"
    assert [difference.figures[name] for name in ("ron", "fmr", "ar")] == ["+4.1", "+11.8", "+3.9"]


def test_figures_belong_to_columns_that_their_table_has():
    for table in TABLES:
        assert all(set(row.figures) <= set(table.columns) for row in table.rows)
        assert table.differs


def test_ours_stand_beside_the_papers():
    first, _, third, _ = tables(report())
    lines = first.splitlines()
    paper = [line for line in lines if line.startswith("| paper ")]
    ours = [line for line in lines if line.startswith("| ours ")]
    assert len(paper) == 4 and len(ours) == 5
    assert ours[1] == "| ours | held_out | student | 2 | 13.0 % | 20.0 % | 30.0 % | 50.0 % | 60.0 % | 100 |"
    lead = "| ours | held_out | student less teacher (standard error) | 2 |"
    assert ours[4].startswith(f"{lead} +8.0 (2.0) | +50.0 (50.0) | +0.0 (0.0) |")
    assert "| ours | held_out | student | 50.0 % | 60.0 % | 0.40 |" in third
    assert "What differs in the protocol:\n\n- Data: " in first


def test_an_absent_teacher_is_told_in_its_rows():
    absent = {"set": "held_out", "data_set": "held_out", "role": "teacher", "absent": "no teacher given"}
    first, _, third, _ = tables(report([Scored(absent, ()), FOUND[1]]))
    assert "| ours | held_out | teacher | no teacher given |" in first
    assert "| ours | held_out | teacher | no teacher given |" in third
    assert "student less teacher" not in first.split("| ours |", 1)[1]


def test_the_ablation_has_all_rows_trained_or_not():
    row = {"row": "both-eq1", "supervision": "both", "loss": "eq1", "pairs": 4, **SHARES, "mutual": None}
    table = tables(report(ablation={"steps": 300, "rows": [row]}))[1]
    assert table.count("| ours |") == 12 and table.count("not trained") == 11
    assert "| ours | both | eq1 | 4 | 10.0 % | 20.0 % | - | 40.0 % | 50.0 % |" in table
    assert "no ablation given" in tables(report())[1]


def test_times_are_told_by_that_of_the_student():
    times = [
        NetworkFigures("dGeDi small", 4000, 0.12, 0.1, 50.0),
        NetworkFigures("dGeDi small", 5000, 0.2, 0.15, 70.0),
        NetworkFigures("GeDi small", 4000, 9.0, 8.0, 500.0),
    ]
    table = tables(report(times=times))[3]
    assert "| ours | dGeDi small | 4,000 | 100 | 50 | 1.0 |" in table
    assert "| ours | dGeDi small | 5,000 | 150 | 70 | - |" in table
    assert "| ours | GeDi small | 4,000 | 8000 | 500 | 80.0 |" in table
    assert "not measured" in tables(report())[3]


def test_the_report_names_its_source_and_what_was_compared():
    text = markdown(report(), {"processor": "a processor", "cores": 2})
    assert "arXiv 2503.15106" in text and "on a processor, 2 cores" in text and "- student: dgedi" in text
    assert [f"### Table {number}: " in text for number in ("I", "II", "III")] == [True] * 3


def test_all_figures_can_be_written_as_json():
    values = json.loads(json.dumps(plain(report().plain()), allow_nan=False))
    (lead,) = values["student_less_teacher"]
    assert (lead["set"], lead["pairs"]) == ("held_out", 2)
    assert (lead["ron"], lead["errors"]["ron"]) == pytest.approx((0.08, 0.02))
    assert values["published"][0]["rows"][1]["figures"]["ar"] == "66.8"
