"""Held-out pairs are made where none are given; always the same."""

from __future__ import annotations

from dataclasses import replace

from training.evaluation.piece_sets import cached_set
from training.reproduction.own_pairs import POOL, SPLIT, make_own_pairs, pairs_folder, pool_folder

SMALL = replace(POOL, families="generic_plate", triangles=2000, fewest=1, most=1)


def made(folder, count=2):
    stages = {step.stage for step in make_own_pairs(folder, count, 0, SMALL)}
    return stages, cached_set(pairs_folder(folder), pool_folder(folder), SPLIT, count, 200)


def test_two_makings_give_the_same_pairs_and_another_goes_on(tmp_path):
    stages, first = made(tmp_path / "one")
    assert stages == {"objects", "arrangements", "pairs"}
    assert made(tmp_path / "two")[1].digest() == first.digest()
    again, more = made(tmp_path / "one", 3)
    assert again == {"pairs"} and len(more.pieces) == 3


def test_objects_are_of_every_family_and_of_no_training():
    assert (POOL.train, POOL.val, POOL.test, POOL.families) == (0, 0, 1, "")
