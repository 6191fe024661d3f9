"""Similarities between point sets: exact without noise, optimal with it, robust against wrong matches."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_nodes.core.errors import RegistrationError
from pose_nodes.geometry import se3
from pose_nodes.geometry.umeyama import Similarity, fit_similarity, fit_similarity_robustly

SEEDS = st.integers(0, 2**32 - 1)


def random_similarity(rng: np.random.Generator) -> Similarity:
    T = se3.from_rotation_vector(rng.normal(size=3) * 2, rng.normal(size=3))
    return Similarity(float(np.exp(rng.uniform(-3, 3))), T)


def assert_equal(found: Similarity, true: Similarity, tolerance: float = 1e-9) -> None:
    assert found.scale == pytest.approx(true.scale, rel=tolerance)
    assert se3.is_rigid(found.T_target_source, 1e-9)
    np.testing.assert_allclose(
        found.T_target_source, true.T_target_source, atol=tolerance * max(1, true.scale)
    )


@given(seed=SEEDS, count=st.integers(3, 40), flat=st.booleans())
def test_exact_matches_give_the_exact_similarity_also_in_a_plane(seed, count, flat):
    rng = np.random.default_rng(seed)
    source = rng.normal(size=(count, 3)) * [1, 1, 0 if flat else 1] + rng.normal(size=3)
    true = random_similarity(rng)
    assert_equal(fit_similarity(source, true.apply(source)), true, 1e-7)
    assert_equal(fit_similarity(source, true.apply(source), true.scale), true, 1e-7)


@given(seed=SEEDS)
def test_no_other_similarity_is_nearer(seed):
    rng = np.random.default_rng(seed)
    source = rng.normal(size=(20, 3))
    target = random_similarity(rng).apply(source) + rng.normal(size=(20, 3)) * 0.1

    def cost(similarity: Similarity) -> float:
        return float(np.sum((similarity.apply(source) - target) ** 2))

    best = fit_similarity(source, target)
    for _ in range(10):
        other = Similarity(
            best.scale * float(np.exp(rng.normal() * 0.01)),
            se3.perturb(best.T_target_source, rng.normal(size=6) * 0.01),
        )
        assert cost(other) > cost(best)


@given(seed=SEEDS)
def test_a_mirrored_set_gives_a_rotation_none_the_less(seed):
    rng = np.random.default_rng(seed)
    source = rng.normal(size=(30, 3))
    assert se3.is_rigid(fit_similarity(source, source * [1, 1, -1]).T_target_source, 1e-9)


@given(seed=SEEDS)
def test_a_known_scale_is_kept(seed):
    rng = np.random.default_rng(seed)
    source = rng.normal(size=(15, 3))
    found = fit_similarity(source, 2.0 * source + rng.normal(size=(15, 3)) * 0.1, scale=1.7)
    assert found.scale == 1.7


@given(seed=SEEDS, wrong=st.floats(0.0, 0.6), known=st.booleans())
def test_wrong_matches_do_not_count(seed, wrong, known):
    rng = np.random.default_rng(seed)
    source = rng.uniform(-0.5, 0.5, size=(300, 3))
    true = Similarity(0.3, random_similarity(rng).T_target_source)
    target = true.apply(source) + rng.normal(size=(300, 3)) * 0.001
    outlier = rng.random(300) < wrong
    target[outlier] += rng.normal(size=(int(outlier.sum()), 3)) * 0.3
    fit = fit_similarity_robustly(source, target, 0.005, rng, true.scale if known else None)
    assert_equal(fit.similarity, true, 0.01)
    assert fit.inliers[~outlier].mean() > 0.98 and fit.inliers[outlier].sum() <= 0.1 * max(10, outlier.sum())


def test_the_same_generator_gives_the_same_bits():
    rng = np.random.default_rng(3)
    source, target = rng.normal(size=(2, 50, 3))
    target[:30] = 0.5 * source[:30]
    fits = [fit_similarity_robustly(source, target, 0.01, np.random.default_rng(7)) for _ in range(2)]
    assert fits[0].similarity.scale == fits[1].similarity.scale
    np.testing.assert_array_equal(fits[0].similarity.T_target_source, fits[1].similarity.T_target_source)


LINE = np.linspace(0, 1, 10)[:, None] * [[1.0, 2.0, 3.0]]


@pytest.mark.parametrize("fit", [fit_similarity, lambda s, t: fit_similarity_robustly(s, t, 0.1, RNG)])
@pytest.mark.parametrize(
    ("source", "target", "sentence"),
    [
        (np.zeros((2, 3)), np.zeros((2, 3)), "at least three pairs"),
        (np.zeros((4, 3)), np.zeros((5, 3)), "at least three pairs"),
        (np.zeros((4, 2)), np.zeros((4, 2)), "at least three pairs"),
        (np.full((4, 3), np.nan), np.zeros((4, 3)), "NaN or infinite"),
        (LINE, LINE, "on one line"),
        (np.zeros((5, 3)), np.zeros((5, 3)), "on one line"),
    ],
)
def test_what_has_no_similarity_is_told(fit, source, target, sentence):
    with pytest.raises(RegistrationError, match=sentence):
        fit(source, target)


RNG = np.random.default_rng(0)


def test_matches_of_which_no_three_agree_are_told():
    rng = np.random.default_rng(5)
    with pytest.raises(RegistrationError, match="no three of 20 matches agree to 1e-06"):
        fit_similarity_robustly(*rng.normal(size=(2, 20, 3)), 1e-6, rng)
