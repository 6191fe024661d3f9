"""Evidence that suffices, and the sentence for each way in which it does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pose_nodes.core.estimate import Evidence
from pose_nodes.estimators.acceptance import cold_verdict, warm_verdict
from pose_nodes.estimators.config import AcceptanceConfig
from pose_nodes.registration.verification import Judgement

CONFIG = AcceptanceConfig(
    inlier_ratio=0.75,
    mask_coverage=0.75,
    mask_iou=0.4,
    margin=0.25,
    visible_fraction=0.2,
    warm_inlier_ratio=0.7,
    fewest_pixels=150,
)
GOOD = Evidence(0.95, 0.0012, 0.7, mask_iou=0.8, mask_coverage=0.9, margin=0.5)
NAN = float("nan")


def judged(evidence, explained_pixels, samples=100):
    return Judgement(evidence, 0.9, 0.9, explained_pixels, samples)


def following_verdict(evidence, explained_pixels, config, samples=100):
    return warm_verdict(judged(evidence, explained_pixels, samples), GOOD, config)


def found_verdict(evidence, explained_pixels, config, samples=100):
    return cold_verdict(judged(evidence, explained_pixels, samples), config)


@pytest.mark.parametrize("verdict", [found_verdict, following_verdict])
def test_good_evidence_is_verified_and_told_in_numbers(verdict):
    assert verdict(GOOD, 5000, CONFIG).verified
    assert verdict(GOOD, 5000, CONFIG).reason == "70% of the silhouette agrees with depth, median 1.2 mm off"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"inlier_ratio": 0.74}, "only 74% of the depth where the object should be agrees (at least 75% is"),
        ({"mask_coverage": 0.5}, "the object explains only 50% of the segment (at least 75% is needed)"),
        ({"mask_iou": 0.1}, "silhouette and segment overlap by only 10% (at least 40% is needed)"),
        ({"visible_fraction": 0.1}, "only 10% of the object was measured (at least 20% is needed)"),
        ({"margin": 0.1}, "a different pose explains the image nearly as well (margin 10%) (at least 25% is"),
    ],
)
def test_a_cold_start_is_refused_with_what_is_lacking(change, sentence):
    verdict = found_verdict(replace(GOOD, **change), 5000, CONFIG)
    assert not verdict.verified and verdict.reason.startswith(sentence)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"inlier_ratio": 0.69}, "only 69% of the depth where the object should be agrees (at least 70% is"),
        ({"visible_fraction": 0.1}, "only 10% of the object was measured (at least 20% is needed)"),
    ],
)
def test_an_update_is_refused_with_what_is_lacking(change, sentence):
    verdict = following_verdict(replace(GOOD, **change), 5000, CONFIG)
    assert not verdict.verified and verdict.reason.startswith(sentence)


@pytest.mark.parametrize("verdict", [found_verdict, following_verdict])
def test_too_few_pixels_prove_nothing(verdict):
    refused = verdict(GOOD, 149, CONFIG)
    assert not refused.verified
    assert refused.reason == "depth supports only 149 pixels of the object (at least 150 are needed)"
    assert verdict(GOOD, 150, CONFIG).verified


@pytest.mark.parametrize("verdict", [found_verdict, following_verdict])
def test_pixels_that_stand_for_many_must_be_some(verdict):
    refused = verdict(GOOD, 12_100, CONFIG, samples=1)
    assert not refused.verified
    assert refused.reason.startswith("the object was compared with depth at 1 pixels alone")
    assert verdict(GOOD, 12_100, CONFIG, samples=20).verified


@pytest.mark.parametrize("name", ["inlier_ratio", "mask_coverage", "mask_iou", "visible_fraction", "margin"])
def test_evidence_that_is_not_known_does_not_suffice_for_a_cold_start(name):
    assert not found_verdict(replace(GOOD, **{name: NAN}), 5000, CONFIG).verified


def test_an_update_asks_for_no_mask_and_no_rival():
    assert following_verdict(Evidence(0.95, 0.001, 0.7), 5000, CONFIG).verified


@pytest.mark.parametrize(
    ("before", "now", "verified"),
    [
        (0.0, 0.15, True),
        (0.05, 0.16, False),
        (0.1, 0.17, True),
        (0.4, 0.45, True),
        (0.4, 0.5, False),
        (NAN, 0.3, False),
    ],
)
def test_what_begins_to_go_on_beyond_its_rim_is_refused(before, now, verified):
    verdict = warm_verdict(
        judged(replace(GOOD, continued_fraction=now), 5000), replace(GOOD, continued_fraction=before), CONFIG
    )
    assert verdict.verified == verified
    assert verified or verdict.reason.startswith(f"the surface goes on beyond {now:.0%} of the object's rim")


def test_where_no_rim_is_seen_nothing_is_said_of_it():
    assert following_verdict(replace(GOOD, continued_fraction=NAN), 5000, CONFIG).verified


def test_where_nothing_is_left_unexplained_a_smaller_margin_suffices():
    clear = replace(GOOD, inlier_ratio=0.97, mask_coverage=0.95, mask_iou=0.96, margin=0.06)
    assert found_verdict(clear, 5000, CONFIG).verified
    assert not found_verdict(replace(clear, margin=0.04), 5000, CONFIG).verified
    for name in ("inlier_ratio", "mask_coverage", "mask_iou"):
        assert not found_verdict(replace(clear, **{name: 0.89}), 5000, CONFIG).verified


def test_what_just_suffices_suffices():
    least = replace(
        GOOD,
        inlier_ratio=CONFIG.inlier_ratio,
        mask_coverage=CONFIG.mask_coverage,
        mask_iou=CONFIG.mask_iou,
        visible_fraction=CONFIG.visible_fraction,
        margin=CONFIG.margin,
    )
    assert found_verdict(least, CONFIG.fewest_pixels, CONFIG).verified
