"""The student less the teacher, pair by pair, with standard errors."""

from __future__ import annotations

import math

import numpy as np
import pytest

from training.evaluation.descriptor_scores import PieceScore, summary
from training.reproduction.lead import SHARES, Lead, lead_on, mean_lead


def scores(rng: np.random.Generator, count: int, ron: float = 0.05) -> list[PieceScore]:
    return [
        PieceScore(ron * rng.random() * 2, rng.random(), rng.random(), bool(rng.random() < 0.5), 1.0, 1.0,
                   *rng.random(3).tolist())
        for _ in range(count)
    ]  # fmt: skip


def of_rons(values: list[float]) -> list[PieceScore]:
    return [PieceScore(value, math.nan, math.nan, True, 1.0, 1.0) for value in values]


def test_differences_are_those_of_the_rows_of_the_table():
    rng = np.random.default_rng(0)
    student, teacher = scores(rng, 12), scores(rng, 12)
    lead = lead_on("a", student, teacher)
    ours, theirs = summary(student), summary(teacher)
    assert lead.pairs == 12
    assert lead.shares == pytest.approx({name: ours[name] - theirs[name] for name in SHARES})


def test_the_error_is_that_of_the_mean_of_differences_of_pairs():
    lead = lead_on("a", of_rons([0.1, 0.4, 0.6]), of_rons([0.1, 0.2, 0.3]))
    assert lead.errors["ron"] == pytest.approx(np.std([0.0, 0.2, 0.3], ddof=1) / math.sqrt(3))
    assert lead.errors["recall"] == 0.0


def test_pairs_that_are_hard_for_both_make_no_difference_unsure():
    lead = lead_on("a", of_rons([0.2, 0.9, 0.5]), of_rons([0.1, 0.8, 0.4]))
    assert lead.shares["ron"] == pytest.approx(0.1) and lead.errors["ron"] == pytest.approx(0.0, abs=1e-9)


def test_the_error_is_what_repeated_trials_scatter_by_even_where_some_pairs_have_no_share():
    rng = np.random.default_rng(1)

    def trial() -> Lead:
        hard, ours, theirs = rng.random((3, 60))
        student = (0.5 * hard + 0.5 * ours).tolist()
        teacher = np.where(rng.random(60) < 0.2, math.nan, 0.5 * hard + 0.5 * theirs).tolist()
        return lead_on("a", of_rons(student), of_rons(teacher))

    found = [trial() for _ in range(400)]
    scatter = float(np.std([lead.shares["ron"] for lead in found]))
    assert float(np.mean([lead.errors["ron"] for lead in found])) == pytest.approx(scatter, rel=0.1)


def test_what_no_pair_has_and_the_error_of_a_single_pair_are_not_numbers():
    lead = lead_on("a", of_rons([0.2]), of_rons([0.1]))
    assert lead.shares["ron"] == pytest.approx(0.1) and math.isnan(lead.errors["ron"])
    assert math.isnan(lead.shares["ar"]) and math.isnan(lead.errors["mutual"])


def test_in_the_mean_each_data_set_counts_alike():
    one = Lead("a", 4, dict.fromkeys(SHARES, 0.1), dict.fromkeys(SHARES, 0.3))
    two = Lead("b", 9, dict.fromkeys(SHARES, 0.3), {**dict.fromkeys(SHARES, 0.4), "ar": math.nan})
    mean = mean_lead("all", [one, two])
    assert mean.pairs == 13 and mean.shares["ron"] == pytest.approx(0.2)
    assert mean.errors["ron"] == pytest.approx(0.25) and mean.errors["ar"] == pytest.approx(0.3)
