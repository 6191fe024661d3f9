"""The toy task for all tests of the harness."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("toy_task.py")


@pytest.fixture(scope="session")
def toy():
    """The module of the toy task."""
    pytest.importorskip("torch", reason="training needs PyTorch")
    pytest.importorskip("pytorch_lightning", reason="training needs PyTorch Lightning")
    spec = importlib.util.spec_from_file_location("toy_task", PROGRAM)
    module = importlib.util.module_from_spec(spec)
    sys.modules["toy_task"] = module  # its samples are pickled by name
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def run(toy):
    """Train the toy task in this process."""
    from training.harness.run import train

    def run(folder: Path, resume: bool = False, crash_at: int = -1, **values) -> None:
        train(toy.ToyTask(toy.toy_config(**values), toy.crash, crash_at), folder, resume)

    return run


@pytest.fixture(scope="session")
def whole(run, tmp_path_factory) -> Path:
    """A run without interruption."""
    folder = tmp_path_factory.mktemp("whole")
    run(folder)
    return folder
