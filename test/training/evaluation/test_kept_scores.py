"""Scores are computed once for the same inputs, and again for others."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from itertools import islice

import pytest

from pose_nodes.core.errors import InvalidDatasetError
from training.evaluation.describers import NamedDescriber, named_describer
from training.evaluation.kept_scores import KeptScores
from training.evaluation.registering import Effort

QUICK = Effort(triplets=500, steps=5)


class Counting:
    """FPFH under an identity of its own, which counts how many clouds it described."""

    def __init__(self, identity: str = "one") -> None:
        self.clouds, self._describe = 0, named_describer("fpfh").describe
        self.describer = NamedDescriber("counting", self._counted, identity)

    def _counted(self, cloud, diameter):
        self.clouds += 1
        return self._describe(cloud, diameter)


@pytest.fixture
def kept(tmp_path) -> KeptScores:
    return KeptScores(tmp_path / "scores")


def test_what_is_kept_is_not_computed_again(kept, held_out):
    first, second = Counting(), Counting()
    scores = list(kept.evaluate(held_out, first.describer, QUICK))
    assert repr(list(kept.evaluate(held_out, second.describer, QUICK))) == repr(scores)
    assert (first.clouds, second.clouds) == (6, 0)


def test_an_interrupted_evaluation_goes_on_to_the_same_scores(kept, held_out, tmp_path):
    whole = list(KeptScores(tmp_path / "whole").evaluate(held_out, Counting().describer, QUICK))
    assert len(list(islice(kept.evaluate(held_out, Counting().describer, QUICK), 1))) == 1
    rest = Counting()
    found = list(kept.evaluate(held_out, rest.describer, QUICK))
    assert rest.clouds == 4
    assert [(score.ron, score.mutual, score.found) for score in found] == [
        (score.ron, score.mutual, score.found) for score in whole
    ]


def test_other_weights_clouds_or_efforts_are_computed_anew(kept, held_out):
    list(kept.evaluate(held_out, Counting().describer, QUICK))
    others = [
        (held_out, Counting("two"), QUICK),
        (replace(held_out, pieces=held_out.pieces[::-1]), Counting(), QUICK),
        (held_out, Counting(), replace(QUICK, triplets=501)),
    ]
    for over, counting, effort in others:
        list(kept.evaluate(over, counting.describer, effort))
        assert counting.clouds == 6
    assert len(list(kept.folder.glob("*.json"))) == 4


def test_a_share_of_nothing_is_kept_as_such(kept, held_out):
    list(kept.evaluate(held_out, Counting().describer, QUICK))
    (path,) = kept.folder.glob("*.json")
    values = json.loads(path.read_text())
    values["scores"][0]["mutual"] = None
    path.write_text(json.dumps(values))
    assert math.isnan(next(kept.evaluate(held_out, Counting().describer, QUICK)).mutual)


@pytest.mark.parametrize("content", ["", "[]", '{"scores": [{"ron": 1}]}', '{"scores": 3}'])
def test_damaged_scores_are_a_sentence(kept, held_out, content):
    list(kept.evaluate(held_out, Counting().describer, QUICK))
    (path,) = kept.folder.glob("*.json")
    path.write_text(content)
    with pytest.raises(InvalidDatasetError, match="delete it, and they are computed again"):
        list(kept.evaluate(held_out, Counting().describer, QUICK))
