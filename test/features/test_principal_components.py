"""Principal components."""

from __future__ import annotations

import numpy as np
import pytest

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.features.principal_components import PrincipalComponents


@pytest.fixture(scope="module")
def vectors():
    rng = np.random.default_rng(0)
    spread = np.diag([5.0, 3.0, 1.0, 0.5, 0.1, 0.01])
    turn, _ = np.linalg.qr(rng.normal(size=(6, 6)))
    return (rng.normal(size=(500, 6)) @ spread @ turn + 7.0).astype(np.float32)


def test_components_are_uncorrelated_the_widest_first(vectors):
    found = PrincipalComponents.fitted(vectors, 4).of(vectors)
    covariance = np.cov(found.T)
    deviations = np.sqrt(np.diag(covariance))
    assert found.shape == (500, 4) and (np.diff(deviations) < 0).all() and deviations[0] > 4.0
    np.testing.assert_allclose(covariance - np.diag(np.diag(covariance)), 0.0, atol=1e-3)
    np.testing.assert_allclose(found.mean(axis=0), 0.0, atol=1e-4)


def test_all_components_lose_nothing(vectors):
    components = PrincipalComponents.fitted(vectors, 100)
    assert components.axes.shape == (6, 6)
    np.testing.assert_allclose(components.of(vectors) @ components.axes + components.mean, vectors, atol=1e-4)


def test_signs_do_not_depend_on_the_order_or_mirror_image_of_the_vectors(vectors):
    axes = PrincipalComponents.fitted(vectors, 6).axes
    np.testing.assert_allclose(PrincipalComponents.fitted(vectors[::-1], 6).axes, axes, atol=1e-5)
    np.testing.assert_allclose(PrincipalComponents.fitted(-vectors, 6).axes, axes, atol=1e-5)
    assert (axes.max(axis=1) > -axes.min(axis=1)).all()


@pytest.mark.parametrize("bad", [np.zeros((1, 3), np.float32), np.full((5, 3), np.nan, np.float32)])
def test_what_has_no_components_is_refused(bad):
    with pytest.raises(InvalidInputError, match="at least two are needed, all of them finite"):
        PrincipalComponents.fitted(bad, 2)
