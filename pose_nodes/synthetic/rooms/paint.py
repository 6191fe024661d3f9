"""What surfaces look like: two colours and a pattern between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pose_nodes.synthetic.shapes.choice import between, chance

PATTERNS = ("mottled", "wood", "stripes", "tiles", "checks")
RGB = tuple[float, float, float]


@dataclass(frozen=True)
class Paint:
    """Colours of a part.

    Attributes:
        color: main RGB, 0 to 1.
        second: RGB that the pattern leads to.
        pattern: one of PATTERNS. Mottled and wood change smoothly, wood slowly along its axis; stripes
            change along the axis; tiles have joints of the second colour; checks alternate.
        grain: size of the pattern, metres.
        axis: of the room, 0 to 2.
        gloss: how much the surface mirrors or lets light through, 0 to 1; depth cameras lose such points.
    """

    color: RGB
    second: RGB
    pattern: str = "mottled"
    grain: float = 0.05
    axis: int = 2
    gloss: float = 0.0


def near(rng: np.random.Generator, color: Sequence[float], spread: float = 0.08) -> RGB:
    """A colour like another one: its lightness differs more than its hue."""
    shift = rng.normal(0.0, spread) + rng.normal(0.0, 0.35 * spread, 3)
    red, green, blue = np.clip(np.asarray(color) + shift, 0.02, 0.98)
    return float(red), float(green), float(blue)


def toned(
    rng: np.random.Generator,
    color: Sequence[float],
    contrast: float = 0.08,
    pattern: str = "mottled",
    grain: float = 0.08,
    axis: int = 2,
    gloss: float = 0.0,
) -> Paint:
    """A paint about a colour, whose pattern differs from it by about `contrast`."""
    first = near(rng, color)
    change = contrast * float(rng.choice((-1.0, 1.0))) * between(rng, 0.5, 1.2)
    red, green, blue = np.clip(np.asarray(first) + change, 0.02, 0.98)
    return Paint(first, (float(red), float(green), float(blue)), pattern, grain, axis, gloss)


_WOODS = ((0.72, 0.55, 0.36), (0.55, 0.36, 0.2), (0.38, 0.23, 0.13), (0.82, 0.7, 0.52), (0.24, 0.15, 0.1),
          (0.62, 0.42, 0.27))  # fmt: skip
_FABRICS = ((0.35, 0.35, 0.37), (0.75, 0.7, 0.6), (0.25, 0.3, 0.42), (0.45, 0.2, 0.18), (0.3, 0.38, 0.28),
            (0.6, 0.5, 0.4), (0.15, 0.15, 0.16), (0.2, 0.35, 0.55), (0.8, 0.78, 0.75), (0.55, 0.35, 0.2),
            (0.85, 0.6, 0.2), (0.5, 0.25, 0.4))  # fmt: skip
_PLAIN = ((0.9, 0.9, 0.88), (0.1, 0.1, 0.11), (0.55, 0.56, 0.58), (0.75, 0.74, 0.7), (0.2, 0.3, 0.5),
          (0.65, 0.15, 0.12), (0.2, 0.45, 0.3), (0.85, 0.75, 0.3))  # fmt: skip
_WALLS = ((0.92, 0.91, 0.88), (0.86, 0.83, 0.75), (0.8, 0.84, 0.87), (0.84, 0.78, 0.68), (0.75, 0.8, 0.72),
          (0.9, 0.85, 0.8), (0.65, 0.7, 0.78), (0.72, 0.58, 0.5))  # fmt: skip


def _pick(rng: np.random.Generator, colors: Sequence[RGB]) -> RGB:
    return colors[int(rng.integers(len(colors)))]


def wood(rng: np.random.Generator) -> Paint:
    """Sawn and oiled, or veneer."""
    color = _pick(rng, _WOODS)
    return toned(rng, color, 0.09, "wood", between(rng, 0.02, 0.06), int(rng.integers(3)))


def lacquer(rng: np.random.Generator) -> Paint:
    """White mostly, else a plain colour."""
    color = (0.9, 0.9, 0.88) if chance(rng, 0.6) else _pick(rng, _PLAIN)
    return toned(rng, color, 0.02, grain=0.3)


def panel(rng: np.random.Generator) -> Paint:
    """Of furniture: wood, or lacquered."""
    return wood(rng) if chance(rng, 0.65) else lacquer(rng)


def fabric(rng: np.random.Generator) -> Paint:
    """Of covers: plain, striped or checked."""
    color = _pick(rng, _FABRICS)
    if chance(rng, 0.75):
        return toned(rng, color, 0.06, grain=between(rng, 0.01, 0.05))
    pattern = "stripes" if chance(rng, 0.6) else "checks"
    return toned(rng, color, 0.2, pattern, between(rng, 0.04, 0.15), int(rng.integers(2)))


def plastic(rng: np.random.Generator) -> Paint:
    """A plain colour."""
    return toned(rng, _pick(rng, _PLAIN), 0.02, grain=0.2)


def metal(rng: np.random.Generator) -> Paint:
    """Bright, grey or black."""
    color = ((0.75, 0.76, 0.78), (0.45, 0.46, 0.48), (0.12, 0.12, 0.13))[int(rng.integers(3))]
    return toned(rng, color, 0.06, grain=0.1, gloss=0.2)


def white(rng: np.random.Generator) -> Paint:
    """Ceramics, enamel, paper, linen."""
    return toned(rng, (0.92, 0.92, 0.9), 0.03, grain=0.15)


def dark(rng: np.random.Generator) -> Paint:
    """Screens, rubber, black devices."""
    return toned(rng, (0.07, 0.07, 0.08), 0.03, grain=0.2, gloss=0.1)


def vivid(rng: np.random.Generator) -> Paint:
    """Any colour: books, boxes, toys, prints."""
    red, green, blue = rng.uniform(0.08, 0.95, 3)
    return toned(rng, (red, green, blue), 0.15, grain=between(rng, 0.02, 0.1))


def glass(rng: np.random.Generator) -> Paint:
    """A pane with what is seen through it: sky, trees, a dark outside."""
    color = ((0.75, 0.85, 0.95), (0.5, 0.6, 0.5), (0.9, 0.92, 0.95), (0.2, 0.22, 0.28))[int(rng.integers(4))]
    return toned(rng, color, 0.2, grain=0.5, gloss=0.7)


def wall_paint(rng: np.random.Generator) -> Paint:
    """Of walls: light, now and then a colour."""
    return toned(rng, _pick(rng, _WALLS), 0.03, grain=0.6)


def wall_tiles(rng: np.random.Generator) -> Paint:
    """Of bathrooms and kitchens."""
    color = ((0.9, 0.9, 0.88), (0.75, 0.8, 0.82), (0.8, 0.72, 0.6), (0.5, 0.6, 0.65))[int(rng.integers(4))]
    return toned(rng, color, 0.15, "tiles", between(rng, 0.1, 0.4))


def flooring(rng: np.random.Generator, wet: bool = False) -> Paint:
    """Boards, carpet, tiles or linoleum; tiles mostly where it is wet."""
    kind = 2 if wet and chance(rng, 0.85) else int(rng.integers(4))
    if kind == 0:
        return toned(rng, _pick(rng, _WOODS), 0.1, "wood", between(rng, 0.05, 0.12), int(rng.integers(2)))
    if kind == 1:
        return toned(rng, _pick(rng, _FABRICS), 0.05, grain=0.04)
    if kind == 2:
        return toned(rng, (0.7, 0.66, 0.6), -0.15, "tiles", between(rng, 0.15, 0.6))
    return toned(rng, (0.6, 0.6, 0.58), 0.06, grain=0.1)


@dataclass(frozen=True, eq=False)
class Palette:
    """Paints of many faces as arrays, to colour points by their face.

    Attributes:
        first, second: (k, 3) float32 colours.
        scales: (k, 3) float32 cells of the noise a metre, along the axes of the room.
        patterns: (k,) int8 index in PATTERNS.
        axes: (k,) int64.
        grains: (k,) float32 metres.
        gloss: (k,) float32.
    """

    first: NDArray[np.float32]
    second: NDArray[np.float32]
    scales: NDArray[np.float32]
    patterns: NDArray[np.int8]
    axes: NDArray[np.int64]
    grains: NDArray[np.float32]
    gloss: NDArray[np.float32]

    @classmethod
    def of(cls, paints: Sequence[Paint]) -> Palette:
        """The paints in their order."""
        scales = np.array([[1.0 / paint.grain] * 3 for paint in paints], np.float32)
        for row, paint in zip(scales, paints, strict=True):
            if paint.pattern == "wood":
                row[paint.axis] *= 0.1
        return cls(
            np.array([paint.color for paint in paints], np.float32),
            np.array([paint.second for paint in paints], np.float32),
            scales,
            np.array([PATTERNS.index(paint.pattern) for paint in paints], np.int8),
            np.array([paint.axis for paint in paints]),
            np.array([paint.grain for paint in paints], np.float32),
            np.array([paint.gloss for paint in paints], np.float32),
        )

    def albedo(
        self, points: NDArray[np.float64], normals: NDArray[np.float32], paints: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Colour of points.

        Args:
            points: (n, 3) room frame, metres.
            normals: (n, 3) unit normals of the surface.
            paints: (n,) which paint each point has.

        Returns:
            (n, 3) float32 RGB, 0 to 1.
        """
        shares = _noise(points.astype(np.float32) * self.scales[paints])
        for name, rule in (("stripes", _stripes), ("tiles", _joints), ("checks", _checks)):
            chosen = np.flatnonzero(self.patterns[paints] == PATTERNS.index(name))
            if len(chosen):
                which = paints[chosen]
                cells = points[chosen] / self.grains[which][:, None]
                shares[chosen] = rule(cells, normals[chosen], self.axes[which])
        first = self.first[paints]
        return np.asarray(first + shares[:, None] * (self.second[paints] - first))


def _stripes(
    cells: NDArray[np.float64], normals: NDArray[np.float32], axes: NDArray[np.int64]
) -> NDArray[np.float64]:
    along = np.take_along_axis(cells, axes[:, None], axis=1)[:, 0]
    return np.asarray(along % 1.0 < 0.5, np.float64)


def _joints(
    cells: NDArray[np.float64], normals: NDArray[np.float32], axes: NDArray[np.int64]
) -> NDArray[np.float64]:
    near_joint = (cells % 1.0 < 0.03) & (np.abs(normals) < 0.7)
    return np.asarray(near_joint.any(axis=1), np.float64)


def _checks(
    cells: NDArray[np.float64], normals: NDArray[np.float32], axes: NDArray[np.int64]
) -> NDArray[np.float64]:
    # A face lies in a plane of constant coordinate, where rounding would make the parity flicker.
    whole = np.where(np.abs(normals) < 0.7, np.floor(cells), 0.0)
    return np.asarray(whole.sum(axis=1) % 2.0)


_SIDE = 32
_FINE = 4
"""Cells of the periodic noise, and steps in each."""


def _make_volume() -> NDArray[np.float32]:
    """Periodic value noise, cubes of smooth steps between random values, 0 to 1."""
    volume = np.random.default_rng(5).random((_SIDE,) * 3, np.float32)
    share = (np.arange(_FINE) + 0.5) / _FINE
    share = (share * share * (3.0 - 2.0 * share)).astype(np.float32)
    for axis in range(3):
        following = np.roll(volume, -1, axis)
        steps = [volume + s * (following - volume) for s in share]
        shape = list(volume.shape)
        shape[axis] *= _FINE
        volume = np.stack(steps, axis + 1).reshape(shape)
    spread = float(volume.std())
    return np.asarray(np.clip(0.5 + 0.25 * (volume - volume.mean()) / spread, 0.0, 1.0), np.float32)


_VOLUME = _make_volume().ravel()


def _noise(places: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, 3) -> (n,) smooth noise of one cell a unit, 0 to 1; looked up, which takes a tenth of the time."""
    side = _SIDE * _FINE
    cells = np.floor(places * _FINE).astype(np.int64) % side
    return _VOLUME[(cells[:, 0] * side + cells[:, 1]) * side + cells[:, 2]]
