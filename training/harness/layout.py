"""What a run leaves in its folder, by name."""

from __future__ import annotations

from pathlib import Path

CONFIG_FILE, CURVE_FILE, SCORES_FILE = "config.yaml", "curve.csv", "validation.csv"
CHECKPOINTS, WEIGHTS, TENSORBOARD = "checkpoints", "weights", "tensorboard"


def is_begun(folder: Path) -> bool:
    """Whether a run has left something in a folder that it could go on with, or would be mixed up with."""
    return any((folder / name).exists() for name in (CHECKPOINTS, CURVE_FILE))
