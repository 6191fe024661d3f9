"""Which networks are timed, and that they are."""

from __future__ import annotations

import pytest

from training.reproduction.contenders import Contender
from training.reproduction.speed import Case, cases_of, measured


def test_each_network_is_timed_once_and_students_at_the_papers_points_too():
    contenders = [Contender("fpfh", ""), Contender("student", "", network="dGeDi base")]
    assert cases_of(contenders) == [
        Case("dGeDi base", 4000), Case("dGeDi base", 5000), Case("GeDi published", 4000),
    ]  # fmt: skip


def test_a_student_is_timed():
    pytest.importorskip("torch", reason="networks need PyTorch")
    (figures,) = measured([Case("dGeDi tiny", 200)])
    assert (figures.network, figures.points) == ("dGeDi tiny", 200) and figures.least > 0
