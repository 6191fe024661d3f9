"""An ablation of a tiny network on the small pool."""

from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="training needs PyTorch")
pytest.importorskip("pytorch_lightning", reason="training needs PyTorch Lightning")

from training.ablation.runs import Ablation


@pytest.fixture
def values(caches, pool_folder, tiny_store) -> dict:
    return {
        "run.steps": 4, "run.batch_size": 1, "run.workers": 0, "run.threads": 1, "run.accelerator": "cpu",
        "run.checkpoint_steps": 1, "optimiser.averaging": 0.9, "data.pool": str(pool_folder),
        "data.caches": str(caches / "model"), "data.held_out": str(caches / "held_out"), "data.pieces": 1,
        "data.held_out_points": 100, "store": str(tiny_store), "labels.points": 150, "labels.reach": 0.2,
        "network.backbone": "tiny", "network.dimension": 8,
    }  # fmt: skip


@pytest.fixture
def ablation(values, tmp_path) -> Ablation:
    return Ablation(tmp_path / "ablation", values)
