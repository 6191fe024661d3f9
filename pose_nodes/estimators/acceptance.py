"""Whether the evidence for a pose suffices to act on it, and in one sentence why (not)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pose_nodes.core.estimate import Evidence
from pose_nodes.estimators.config import AcceptanceConfig
from pose_nodes.registration.verification import Judgement

_FEWEST_SAMPLES = 20
"""Pixels of the grid over the object; each stands for many where that is coarse (our choice)."""


@dataclass(frozen=True)
class Verdict:
    """Whether a pose is verified, and the reason."""

    verified: bool
    reason: str


def cold_verdict(judgement: Judgement, config: AcceptanceConfig) -> Verdict:
    """Judge a pose that was found from nothing but a segment: it must also be better than every other."""
    evidence = judgement.evidence
    return _verdict(
        [
            _enough_pixels(judgement, config),
            _agrees_with_depth(evidence, config.inlier_ratio),
            _at_least(
                evidence.mask_coverage, config.mask_coverage, "the object explains only {} of the segment"
            ),
            _at_least(evidence.mask_iou, config.mask_iou, "silhouette and segment overlap by only {}"),
            _at_least(
                evidence.visible_fraction, config.visible_fraction, "only {} of the object was measured"
            ),
            _at_least(
                evidence.margin,
                _margin_needed(evidence, config),
                "a different pose explains the image nearly as well (margin {})",
            ),
        ],
        evidence,
    )


def warm_verdict(judgement: Judgement, before: Evidence, config: AcceptanceConfig) -> Verdict:
    """Judge a pose that was followed from the frame before, and the evidence there."""
    evidence = judgement.evidence
    return _verdict(
        [
            _enough_pixels(judgement, config),
            _agrees_with_depth(evidence, config.warm_inlier_ratio),
            _at_least(
                evidence.visible_fraction, config.visible_fraction, "only {} of the object was measured"
            ),
            _ends(evidence, before, config),
        ],
        evidence,
    )


def goes_on(evidence: Evidence, before: Evidence, config: AcceptanceConfig) -> bool:
    """Whether the surface goes on beyond an object's rim as it did not before: a flat side that slid onto a
    larger one. Where a segment showed the object flush with another, it did so before, too."""
    least = config.continued_fraction
    return evidence.continued_fraction > max(least, before.continued_fraction + 0.5 * least)


def _margin_needed(evidence: Evidence, config: AcceptanceConfig) -> float:
    """A pose that leaves nothing unexplained need be only a little better than others, which do."""
    agreement = min(evidence.inlier_ratio, evidence.mask_coverage, evidence.mask_iou)
    return config.clear_margin if agreement >= config.clear_agreement else config.margin


def _verdict(objections: list[str | None], evidence: Evidence) -> Verdict:
    objection = next((text for text in objections if text), None)
    if objection:
        return Verdict(False, objection)
    residual = evidence.depth_residual * 1e3
    return Verdict(
        True,
        f"{evidence.visible_fraction:.0%} of the silhouette agrees with depth, median {residual:.1f} mm off",
    )


def _ends(evidence: Evidence, before: Evidence, config: AcceptanceConfig) -> str | None:
    if not goes_on(evidence, before, config):
        return None
    return (
        f"the surface goes on beyond {evidence.continued_fraction:.0%} of the object's rim, in the plane of "
        "its side: this may be something larger"
    )


def _enough_pixels(judgement: Judgement, config: AcceptanceConfig) -> str | None:
    explained, samples = judgement.explained_pixels, judgement.explained_samples
    if explained >= config.fewest_pixels and samples < _FEWEST_SAMPLES:
        return (
            f"the object was compared with depth at {samples} pixels alone (at least {_FEWEST_SAMPLES} are "
            "needed): it is small in the image beside its diameter; see whether the mesh has parts far away"
        )
    if explained >= config.fewest_pixels:
        return None
    return (
        f"depth supports only {explained} pixels of the object (at least {config.fewest_pixels} are needed)"
    )


def _agrees_with_depth(evidence: Evidence, least: float) -> str | None:
    return _at_least(evidence.inlier_ratio, least, "only {} of the depth where the object should be agrees")


def _at_least(value: float, least: float, objection: str) -> str | None:
    if math.isfinite(value) and value >= least:
        return None
    return f"{objection.format(f'{value:.0%}')} (at least {least:.0%} is needed)"
