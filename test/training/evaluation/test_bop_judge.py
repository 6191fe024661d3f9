"""A pose is judged in the image of its pair by the errors of the BOP benchmark."""

from __future__ import annotations

import numpy as np
import pytest

from pose_nodes.demo_data import BUNNY, BUNNY_OBJECTS
from training.evaluation.describers import named_describer
from training.evaluation.descriptor_scores import PieceScore, score_piece, summary
from training.evaluation.piece_sets import recorded_sets
from training.evaluation.registering import Effort


@pytest.fixture(scope="module")
def bunny():
    (found,) = recorded_sets(f"{BUNNY}={BUNNY_OBJECTS}", every=100, points=300)
    return found.judges[0], found.pieces[0]


def test_the_true_pose_has_all_recalls(bunny):
    judge, piece = bunny
    score = judge.score(piece.T_target_query, piece.T_target_query)
    assert (score.targets, score.ar) == (1, 1.0)


def test_no_pose_and_a_far_one_have_none(bunny):
    judge, piece = bunny
    far = piece.T_target_query.copy()
    far[0, 3] += 1.0
    assert judge.score(None, piece.T_target_query).ar == judge.score(far, piece.T_target_query).ar == 0.0


def test_a_pose_that_is_off_by_a_fifth_of_the_diameter_has_the_recalls_of_the_wider_thresholds(bunny):
    judge, piece = bunny
    off = piece.T_target_query.copy()
    off[2, 3] += 0.2 * piece.diameter + 1e-6
    score = judge.score(off, piece.T_target_query)
    # Of the thresholds 0.05 to 0.5, those from 0.25 on: six of ten.
    assert score.ar_mssd == pytest.approx(0.6)


def test_a_pair_is_scored_with_a_judge_and_without(bunny):
    judge, piece = bunny
    describer, effort = named_describer("fpfh"), Effort(triplets=200, steps=3)
    with_one, without = (score_piece(piece, describer, effort, 0, each) for each in (judge, None))
    assert 0.0 <= with_one.ar_vsd <= 1.0 and np.isnan(without.ar_vsd)
    assert with_one.ron == without.ron


def test_recalls_are_means_over_targets_and_errors():
    scores = [
        PieceScore(0.1, 0.1, 0.1, True, 1.0, 1.0, ar_vsd, ar_mssd, ar_mspd)
        for ar_vsd, ar_mssd, ar_mspd in ((0.1, 0.4, 0.7), (0.3, 0.6, 0.9))
    ]
    found = summary(scores)
    assert [found[name] for name in ("ar_vsd", "ar_mssd", "ar_mspd", "ar")] == pytest.approx(
        [0.2, 0.5, 0.8, 0.5]
    )
    assert np.isnan(summary([PieceScore(0.1, 0.1, 0.1, True, 1.0, 1.0)])["ar"])
