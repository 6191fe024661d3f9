"""What surfaces look like: colours that vary by noise in the object's frame, so that they stick to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidConfigError

PATTERNS = ("plain", "mottled", "stripes", "speckles")
TRANSPARENT = 0.7
"""Share of what lies behind in the colour of a transparent surface (our choice)."""
_DENSEST = 4
"""Lattice points a place, up to which a whole box of them is computed."""
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
        transparent: whether it is as of clear glass: one sees what lies behind, and depth cameras hardly see
            it.
    """

    colors: tuple[tuple[float, float, float], tuple[float, float, float]]
    pattern: str = "mottled"
    grain: float = 0.02
    gloss: float = 0.2
    seed: int = 0
    transparent: bool = False

    def __post_init__(self) -> None:
        if self.pattern not in PATTERNS:
            raise InvalidConfigError(
                f"material: pattern '{self.pattern}' is unknown; use one of {', '.join(PATTERNS)}"
            )
        if not self.grain > 0:
            raise InvalidConfigError(f"material: grain is {self.grain} m; it must be positive")

    def albedo(self, points: NDArray[np.floating]) -> NDArray[np.float32]:
        """(n, 3) points of the object frame, metres -> (n, 3) RGB, 0 to 1."""
        first, second = (np.array(color, np.float32) for color in self.colors)
        share = self._share(points / self.grain)[:, None]
        return np.asarray(first + share * (second - first))

    def _share(self, places: NDArray[np.floating]) -> NDArray[np.float32]:
        """(n,) how much of the second colour, 0 to 1."""
        if self.pattern == "plain":
            return np.zeros(len(places), np.float32)
        noise = 0.65 * value_noise(places, self.seed) + 0.35 * value_noise(2.7 * places, self.seed + 1)
        if self.pattern == "stripes":
            return np.asarray(np.sin(3.0 * places[:, 0] + 4.0 * noise) > 0.3, np.float32)
        if self.pattern == "speckles":
            return np.asarray(noise > 0.62, np.float32)
        return noise


def random_material(rng: np.random.Generator, grain: float = 0.02, transparent: float = 0.0) -> Material:
    """Any material; colours from dark to bright, grain within a factor of two of that given, transparent with
    a probability."""
    first, second = rng.uniform(0.08, 0.95, 3), rng.uniform(0.08, 0.95, 3)
    # Mostly related colours, as things have them.
    second = first + rng.uniform(0.2, 1.0) * (second - first)
    return Material(
        colors=(_rgb(first), _rgb(second)),
        pattern=str(rng.choice(PATTERNS)),
        grain=float(grain * np.exp2(rng.uniform(-1, 1))),
        gloss=float(rng.uniform(0, 0.6)),
        seed=int(rng.integers(2**31)),
        transparent=transparent > 0 and bool(rng.random() < transparent),
    )


def value_noise(places: NDArray[np.floating], seed: int) -> NDArray[np.float32]:
    """(n, 3) places -> (n,) values 0 to 1: random at whole-numbered places, smooth in between."""
    if len(places) == 0:
        return np.zeros(0, np.float32)
    cells = np.floor(places)
    within = np.asarray(places - cells, np.float32)
    x, y, z = (within * within * (np.float32(3) - np.float32(2) * within)).T
    corners = _corner_values(cells.astype(np.int64), seed)
    # Axis by axis; the last corners of each are those with the larger coordinate.
    for weight in (x, y, z):
        half = len(corners) // 2
        corners = [
            low + weight * (high - low) for low, high in zip(corners[:half], corners[half:], strict=True)
        ]
    return np.asarray(np.clip(corners[0], 0.0, 1.0))


def _corner_values(cells: NDArray[np.int64], seed: int) -> list[NDArray[np.float32]]:
    """(n,) values at each of the eight corners of (n, 3) cells; the last coordinate counts up first.

    Where many places share a box of the lattice, its values are computed once, and looked up.
    """
    steps = list(np.ndindex(2, 2, 2))
    low = cells.min(axis=0)
    size = cells.max(axis=0) - low + 2
    if float(np.prod(size.astype(np.float64))) > _DENSEST * len(cells):
        return [_lattice_values(cells + step, seed) for step in steps]
    box = np.stack(np.meshgrid(*(np.arange(n) for n in size), indexing="ij"), axis=-1).reshape(-1, 3)
    values = _lattice_values(box + low, seed)
    stride = np.array([size[1] * size[2], size[2], 1])
    first = (cells - low) @ stride
    return [values[first + int(np.dot(step, stride))] for step in steps]


def _lattice_values(cells: NDArray[np.int64], seed: int) -> NDArray[np.float32]:
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
    return np.asarray((mixed >> np.uint64(40)).astype(np.float32) / np.float32(2**24))


def _rgb(color: NDArray[np.float64]) -> tuple[float, float, float]:
    red, green, blue = (float(part) for part in color)
    return red, green, blue
