"""Random sizes, in the few distributions that the families use."""

from __future__ import annotations

import numpy as np


def between(rng: np.random.Generator, low: float, high: float) -> float:
    """Uniform between two values."""
    return float(rng.uniform(low, high))


def sized(rng: np.random.Generator, low: float, high: float) -> float:
    """Log-uniform between two lengths: as many small objects as large ones."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def chance(rng: np.random.Generator, probability: float) -> bool:
    """True with a probability."""
    return bool(rng.random() < probability)


def one_of(rng: np.random.Generator, *values: float) -> float:
    """One of some values, each as likely."""
    return values[int(rng.integers(len(values)))]


def turns_about_y(order: int, flips: bool = False) -> str:
    """Notation of an n-fold axis y, with half turns about x if the body can stand on its head."""
    main = f"y:{order}" if order > 1 else ""
    return ",".join(term for term in (main, "x:2" if flips else "") if term) or "none"
