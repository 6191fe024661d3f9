"""Trains a task: from the beginning, or from where it was interrupted."""

from __future__ import annotations

import importlib.util
import logging
import os
import warnings
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytorch_lightning as lightning
import torch
import yaml
from pytorch_lightning.loggers import Logger, TensorBoardLogger

from pose_nodes.core.config import to_mapping
from pose_nodes.core.errors import InvalidConfigError
from pose_nodes.sequences.files import write_text
from training.harness.beginning import Beginning, begin, is_first
from training.harness.checkpoints import CheckpointWriter, signed
from training.harness.config import PRECISIONS, RunOptions
from training.harness.curves import Curve
from training.harness.layout import CHECKPOINTS, CONFIG_FILE, CURVE_FILE, SCORES_FILE, TENSORBOARD, WEIGHTS
from training.harness.lock import locked
from training.harness.loss_curve import LossCurve
from training.harness.memory import GiveBackMemory
from training.harness.module import TrainingModule
from training.harness.reports import Reports
from training.harness.stopping import Stop
from training.harness.task import Task
from training.harness.validation import Validation, is_due, kept_steps

_NOTHING: Mapping[str, str] = {}


def train(task: Task, folder: Path, resume: bool = False, origin: Mapping[str, str] = _NOTHING) -> None:
    """Train a task.

        config.yaml      the options
        curve.csv        the loss by step; validation.csv the held-out scores
        checkpoints/     to go on from
        weights/         the latest and the best that were validated

    Args:
        task: what to train.
        folder: for all that is written.
        resume: go on from the last checkpoint in it, or begin anew where a run ended before its first.
        origin: what the data are, a line for each option that names some; goes on with no others.

    Raises:
        KeyboardInterrupt: the run was ended by a signal, after a step whose checkpoint is written.
        PoseNodesError: another run is in the folder; it, the checkpoint or the samples cannot be used; or the
            loss is not finite.
    """
    run: RunOptions = task.config.run
    _check_devices(run)
    torch.set_num_threads(run.threads or os.cpu_count() or 1)
    # The first device writes; it holds the folder for the others.
    with locked(folder) if is_first() else nullcontext():
        beginning = begin(task, folder, resume, origin)
        write_text(folder / CONFIG_FILE, yaml.safe_dump(nested(to_mapping(task.config)), sort_keys=False))
        _fit(task, folder, beginning)


def _fit(task: Task, folder: Path, beginning: Beginning) -> None:
    found = beginning.found
    stop = Stop()
    module = _Signing(task, beginning.origin)
    try:
        with stop.listening(), warnings.catch_warnings():
            _quiet()
            trainer = _trainer(task, folder, stop, beginning)
            trainer.fit(module, ckpt_path=None if found is None else str(found.path), weights_only=True)
    except SystemExit as end:
        # Lightning makes one of Ctrl-C.
        if stop.asked:
            raise KeyboardInterrupt from end
        raise
    finally:
        if module.stream is not None:
            module.stream.close()
    if stop.asked:  # after the last step
        raise KeyboardInterrupt


class _Signing(TrainingModule):
    """Signs its checkpoints."""

    def __init__(self, task: Task, origin: Mapping[str, str]) -> None:
        super().__init__(task)
        self._origin = origin

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """See `signed`."""
        signed(checkpoint, self.task, self._origin)


def _trainer(task: Task, folder: Path, stop: Stop, beginning: Beginning) -> lightning.Trainer:
    run: RunOptions = task.config.run
    precision: Any = PRECISIONS[run.precision]
    step = beginning.step
    # The row of a validation that was not finished is made again.
    scored = step if kept_steps(folder / WEIGHTS) == step or not is_due(step, run) else step - 1
    losses = LossCurve(Curve(folder / CURVE_FILE, step) if is_first() else None, run.log_steps)
    scores = Curve(folder / SCORES_FILE, scored) if is_first() else None
    validation = Validation(task, folder / WEIGHTS, scores, beginning.pieces, beginning.origin)
    writer = CheckpointWriter(folder / CHECKPOINTS, run.checkpoint_steps, run.checkpoint_minutes, stop.ends)
    reports = Reports(run.report_seconds, validation)
    return lightning.Trainer(
        accelerator=run.accelerator,
        devices=run.devices,
        strategy="ddp" if run.devices > 1 else "auto",
        precision=precision,
        max_steps=run.steps,
        max_epochs=-1,
        accumulate_grad_batches=run.accumulate,
        gradient_clip_val=task.config.optimiser.clip or None,
        callbacks=[losses, writer, validation, reports, GiveBackMemory(), stop],
        logger=_tensorboard(folder),
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        use_distributed_sampler=False,
        num_sanity_val_steps=0,
        log_every_n_steps=run.log_steps,
    )


def nested(values: dict[str, Any]) -> dict[str, Any]:
    """Dotted names as mappings within mappings."""
    tree: dict[str, Any] = {}
    for name, value in values.items():
        *path, last = name.split(".")
        place = tree
        for part in path:
            place = place.setdefault(part, {})
        place[last] = value
    return tree


def _tensorboard(folder: Path) -> Logger | bool:
    """The logger of TensorBoard if that is installed."""
    if importlib.util.find_spec("tensorboard") is None:
        return False
    return TensorBoardLogger(folder, name=TENSORBOARD, version="")


def _check_devices(run: RunOptions) -> None:
    there = torch.cuda.device_count()
    if run.accelerator == "gpu" and there < run.devices:
        raise InvalidConfigError(
            f"run.accelerator is gpu and run.devices is {run.devices}; PyTorch sees {there} here: use fewer, "
            "or run.accelerator=cpu"
        )


def _quiet() -> None:
    """Lightning's hints are for those who write loops, not for those who run them."""
    logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
    logging.getLogger("lightning_fabric").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module="pytorch_lightning|lightning_fabric")
    warnings.filterwarnings("ignore", message=".*does not have many workers.*|.*isinstance.*LeafSpec.*")
