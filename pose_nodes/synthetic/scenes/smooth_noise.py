"""Random smooth functions of time with values in space, of bounded size and speed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_WAVES = 5


@dataclass(frozen=True, eq=False)
class SmoothNoise:
    """A sum of sine waves.

    Attributes:
        amplitudes: (k, 3) float64.
        frequencies: (k,) float64, Hz.
        phases: (k, 3) float64, radians.
    """

    amplitudes: NDArray[np.float64]
    frequencies: NDArray[np.float64]
    phases: NDArray[np.float64]

    @classmethod
    def random(
        cls, rng: np.random.Generator, reach: float, max_speed: float, slowest: float, quickest: float
    ) -> SmoothNoise:
        """Noise as large as two bounds allow; slow waves are larger, as in the motion of a hand.

        Args:
            rng: chooses the waves.
            reach: bound of the length of the value.
            max_speed: bound of the length of its derivative, a second.
            slowest, quickest: frequencies, Hz.
        """
        frequencies = np.exp(rng.uniform(np.log(slowest), np.log(max(quickest, slowest)), _WAVES))
        amplitudes = rng.normal(size=(_WAVES, 3)) / frequencies[:, None]
        phases = rng.uniform(0.0, 2 * np.pi, (_WAVES, 3))
        lengths = np.linalg.norm(amplitudes, axis=1)
        fastest = float((2 * np.pi * frequencies * lengths).sum())
        return cls(amplitudes * min(reach / float(lengths.sum()), max_speed / fastest), frequencies, phases)

    def __call__(self, time: float) -> NDArray[np.float64]:
        """(3,) value at a time in seconds."""
        waves = np.sin(2 * np.pi * self.frequencies[:, None] * time + self.phases)
        return np.asarray((self.amplitudes * waves).sum(axis=0))
