"""What surfaces look like: colours that vary by noise in the object's frame, so that they stick to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidConfigError

PATTERNS = ("plain", "mottled", "stripes", "speckles")
_HASH = np.array([374_761_393, 668_265_263, 2_147_483_647], np.uint64)
"""Large odd numbers that mix the coordinates of a lattice point."""


@dataclass(frozen=True)
class Material:
    """A procedural surface.

    Attributes:
        colors: two RGB colours, 0 to 1, between which the pattern blends.
        pattern: one of PATTERNS.
        grain: size of the pattern, metres.
        gloss: strength of the highlight, 0 (matt) to 1.
        seed: of the noise.
    """

    colors: tuple[tuple[float, float, float], tuple[float, float, float]]
    pattern: str = "mottled"
    grain: float = 0.02
    gloss: float = 0.2
    seed: int = 0

    def __post_init__(self) -> None:
        if self.pattern not in PATTERNS:
            raise InvalidConfigError(
                f"material: pattern '{self.pattern}' is unknown; use one of {', '.join(PATTERNS)}"
            )
        if not self.grain > 0:
            raise InvalidConfigError(f"material: grain is {self.grain} m; it must be positive")

    def albedo(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 3) points of the object frame, metres -> (n, 3) RGB, 0 to 1."""
        first, second = (np.array(color) for color in self.colors)
        share = self._share(points / self.grain)[:, None]
        return np.asarray(first + share * (second - first))

    def _share(self, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n,) how much of the second colour, 0 to 1."""
        if self.pattern == "plain":
            return np.zeros(len(places))
        noise = 0.65 * value_noise(places, self.seed) + 0.35 * value_noise(2.7 * places, self.seed + 1)
        if self.pattern == "stripes":
            return np.asarray(np.sin(3.0 * places[:, 0] + 4.0 * noise) > 0.3, np.float64)
        if self.pattern == "speckles":
            return np.asarray(noise > 0.62, np.float64)
        return noise


def random_material(rng: np.random.Generator, grain: float = 0.02) -> Material:
    """Any material; colours from dark to bright, grain within a factor of two of that given."""
    first, second = rng.uniform(0.08, 0.95, 3), rng.uniform(0.08, 0.95, 3)
    # Mostly related colours, as things have them.
    second = first + rng.uniform(0.2, 1.0) * (second - first)
    return Material(
        colors=(_rgb(first), _rgb(second)),
        pattern=str(rng.choice(PATTERNS)),
        grain=float(grain * np.exp2(rng.uniform(-1, 1))),
        gloss=float(rng.uniform(0, 0.6)),
        seed=int(rng.integers(2**31)),
    )


def value_noise(places: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """(n, 3) places -> (n,) values 0 to 1: random at whole-numbered places, smooth in between."""
    cells = np.floor(places).astype(np.int64)
    within = places - cells
    weights = within * within * (3.0 - 2.0 * within)
    total = np.zeros(len(places))
    for corner in np.ndindex(2, 2, 2):
        weight = np.where(corner, weights, 1.0 - weights).prod(axis=1)
        total += weight * _lattice_values(cells + corner, seed)
    return total


def _lattice_values(cells: NDArray[np.int64], seed: int) -> NDArray[np.float64]:
    """(n, 3) whole numbers -> (n,) values 0 to 1, the same for the same cell and seed.

    Mixing steps of the SplitMix64 generator (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number
    Generators", OOPSLA 2014); arithmetic modulo 2^64.
    """
    with np.errstate(over="ignore"):
        mixed = (cells.astype(np.uint64) * _HASH).sum(axis=1)
        mixed += np.uint64(seed) * np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed ^= mixed >> np.uint64(31)
    return np.asarray((mixed >> np.uint64(11)).astype(np.float64) / 2.0**53)


def _rgb(color: NDArray[np.float64]) -> tuple[float, float, float]:
    red, green, blue = (float(part) for part in color)
    return red, green, blue
