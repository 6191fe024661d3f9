"""A small camera, and a card before a wall as exact depth."""

from __future__ import annotations

import numpy as np
import pytest

from pose_nodes.geometry.camera import PinholeCamera


@pytest.fixture
def camera() -> PinholeCamera:
    return PinholeCamera(200.0, 200.0, 79.5, 59.5, 160, 120)


@pytest.fixture
def card(camera) -> np.ndarray:
    """A wall at 1 m and before it, in columns 60 to 99 and rows 40 to 79, a card at half a metre."""
    depth = np.ones(camera.shape, np.float32)
    depth[40:80, 60:100] = 0.5
    return depth


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)
