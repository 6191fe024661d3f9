"""Pairs of clouds that are evaluated in moments."""

from __future__ import annotations

import pytest

from training.evaluation.piece_sets import PieceSet, cached_set


@pytest.fixture
def held_out(caches, pool_folder) -> PieceSet:
    return cached_set(caches / "held_out", pool_folder, "val", pairs=3, points=120)
