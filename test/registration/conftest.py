"""What the tests of registration from correspondences share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from pose_nodes.geometry import se3

NOISE = 0.001
WRONG = ("anywhere", "patches", "hubs")


@dataclass(frozen=True, eq=False)
class Correspondences:
    """Source and target points, of which a share correspond, and the true motion."""

    source: np.ndarray
    target: np.ndarray
    pairs: np.ndarray
    T_target_source: se3.Matrix

    def error(self, T_target_source: se3.Matrix) -> float:
        """Mean distance of the source points from where they belong, metres."""
        apart = se3.transform(T_target_source, self.source) - se3.transform(self.T_target_source, self.source)
        return float(np.linalg.norm(apart, axis=1).mean())


def _surface(rng: np.random.Generator, count: int) -> np.ndarray:
    """Points of a curved surface without symmetry, about 0.2 m long."""
    points = rng.normal(size=(count, 3))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    x, y, z = points.T
    return (
        points * (0.07 + 0.02 * x + 0.02 * np.sin(3 * y) + 0.015 * z * z)[:, None] * np.array([1.3, 1.0, 0.7])
    )


def _rigid(rng: np.random.Generator) -> se3.Matrix:
    return se3.from_rotation_vector(rng.normal(0, 1.5, 3), rng.uniform(-0.5, 0.5, 3))


@pytest.fixture(scope="session")
def correspondences() -> Callable[..., Correspondences]:
    """Makes a problem: `inliers` of the matches are right to a millimetre, the others are wrong by chance, by
    patches that are moved as a whole, or as they all end in a few points."""

    def make(inliers: float, seed: int = 0, count: int = 2000, wrong: str = "anywhere") -> Correspondences:
        rng = np.random.default_rng([seed, 7])
        surface, T = _surface(rng, count), _rigid(rng)
        matched = surface + rng.normal(0, NOISE / np.sqrt(3), (count, 3))
        bad = np.arange(count) >= inliers * count
        matched[bad] = surface[rng.integers(count, size=int(bad.sum()))]
        if wrong == "patches":
            for centre, end in surface[rng.integers(count, size=(6, 2))]:
                patch = bad & (np.linalg.norm(surface - centre, axis=1) < 0.03)
                matched[patch] = se3.rotate(_rigid(rng), surface[patch] - centre) + end
        if wrong == "hubs":
            matched[bad] = surface[rng.integers(8, size=int(bad.sum()))]
        pairs = np.stack([np.arange(count), rng.permutation(count)], axis=1)
        target = np.empty_like(matched)
        target[pairs[:, 1]] = se3.transform(T, matched)
        return Correspondences(surface, target, pairs, T)

    return make
