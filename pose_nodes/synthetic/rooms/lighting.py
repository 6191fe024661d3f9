"""How bright surfaces are, and what a colour camera makes of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.config import option
from pose_nodes.synthetic.rooms.surface import Samples, Surface


@dataclass(frozen=True)
class LightConfig:
    """Light and camera; every figure is our choice. With all spreads at zero, colours are the paints'."""

    shading: float = option(
        0.45, "share of the light that comes from lamps, not from all sides", minimum=0.0, maximum=1.0
    )
    exposure: float = option(0.2, "standard deviation of the exposure, stops", minimum=0.0, maximum=2.0)
    tint: float = option(0.04, "standard deviation of the white balance", minimum=0.0, maximum=0.5)
    mottle: float = option(0.06, "of slow changes of brightness over the room", minimum=0.0, maximum=0.5)
    noise: float = option(0.02, "standard deviation of a colour, of 1", minimum=0.0, maximum=0.3)


EVEN_LIGHT = LightConfig(shading=0.0, exposure=0.0, tint=0.0, mottle=0.0, noise=0.0)
"""Colours are those of the paints."""


def colors_of(
    surface: Surface, samples: Samples, light: LightConfig, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """(n, 3) uint8 RGB of points of a room under lamps at random places."""
    normals = surface.normals[samples.faces]
    color = surface.palette.albedo(samples.points, normals, surface.paints[samples.faces])
    bright = _lamps(surface, samples.points, normals, light.shading, rng)
    bright *= 1.0 + light.mottle * _slow(samples.points, rng)
    gain = 2.0 ** rng.normal(0.0, light.exposure) * np.exp(rng.normal(0.0, light.tint, 3))
    color *= bright[:, None] * gain.astype(np.float32)
    color += light.noise * rng.standard_normal(color.shape, np.float32)
    return np.asarray(np.rint(255.0 * np.clip(color, 0.0, 1.0)), np.uint8)


def _lamps(
    surface: Surface,
    points: NDArray[np.float64],
    normals: NDArray[np.float32],
    share: float,
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    """(n,) light from one to three lamps near the ceiling, and from everywhere."""
    low, high = surface.vertices.min(axis=0), surface.vertices.max(axis=0)
    total = np.zeros(len(points), np.float32)
    count = int(rng.integers(1, 4))
    for _ in range(count):
        lamp = rng.uniform(low, high)
        lamp[2] = low[2] + 0.9 * (high[2] - low[2])
        ways = (lamp - points).astype(np.float32)
        lengths = np.sqrt(np.einsum("ij,ij->i", ways, ways)) + 0.3
        facing = np.einsum("ij,ij->i", ways, normals) / lengths
        # The back of a thin sheet is lit through it.
        total += np.maximum(facing, -0.3 * facing) * (1.6 / (0.6 + 0.4 * lengths)) / count
    return np.asarray(1.0 - share + 1.1 * share * total, np.float32)


def _slow(points: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float32]:
    """(n,) smooth noise of about unit size over metres."""
    total = np.zeros(len(points), np.float32)
    for _ in range(4):
        wave = rng.normal(0.0, 1.3, 3)
        along = points[:, 0] * wave[0] + points[:, 1] * wave[1] + points[:, 2] * wave[2]
        total += np.sin(along.astype(np.float32) + np.float32(rng.uniform(0, 2 * np.pi)))
    return 0.7 * total
