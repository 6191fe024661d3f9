"""Helpers for rooms."""

from __future__ import annotations

import numpy as np
import pytest

from pose_nodes.synthetic.rooms.programs.registry import PROGRAMS
from pose_nodes.synthetic.rooms.room import Room, RoomConfig, make_room


@pytest.fixture(scope="session")
def rooms() -> list[Room]:
    """Four rooms of each kind."""
    return [
        make_room(np.random.default_rng([number, seed]), RoomConfig(kind=kind))
        for number, kind in enumerate(PROGRAMS)
        for seed in range(4)
    ]
