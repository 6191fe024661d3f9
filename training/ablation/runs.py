"""Trains the student of a row, or goes on with it.

<row>/          a run of `python -m training distil`
options.json    what all rows share; a folder has rows of one kind alone
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pose_nodes.core.config import from_mapping, to_mapping
from pose_nodes.core.errors import InvalidConfigError, InvalidDatasetError
from pose_nodes.core.json_files import read_json
from pose_nodes.sequences.files import write_json
from training.ablation.rows import ROWS, AblationRow
from training.clouds.teacher_store import STORE_FILE
from training.harness.config import FREE
from training.harness.layout import CHECKPOINTS, WEIGHTS, is_begun
from training.harness.resuming import find, has_checkpoint
from training.harness.run import train
from training.harness.validation import LATEST, kept_steps
from training.tasks.distil import DistilTask, DistilTraining
from training.tasks.origins import origin_of

OPTIONS_FILE = "options.json"


@dataclass(frozen=True)
class Ablation:
    """Rows that share a folder, and all options but those of a row.

    Attributes:
        folder: for all rows.
        values: options of `DistilTraining` by dotted name.
    """

    folder: Path
    values: Mapping[str, Any]

    def config(self, row: AblationRow) -> DistilTraining:
        """The options of a row. It is validated once, at its end, so that all are judged after equal steps.

        Raises:
            InvalidConfigError: an option is unknown or out of range.
        """
        config = from_mapping(DistilTraining, {**self.values, **row.values()}, "options of ablation")
        return from_mapping(DistilTraining, {**to_mapping(config), "run.validate_steps": config.run.steps})

    def weights(self, row: AblationRow) -> Path:
        """Where the trained weights of a row are."""
        return self.folder / row.name / WEIGHTS / f"{LATEST}.safetensors"

    def steps(self, row: AblationRow) -> int:
        """How many steps a row has done; those since its last checkpoint do not count.

        Raises:
            PoseNodesError: its checkpoint is damaged, or of other options or data.
        """
        checkpoints = self.folder / row.name / CHECKPOINTS
        if not has_checkpoint(checkpoints):
            return 0
        config = self.config(row)
        return find(checkpoints, DistilTask(config), origin_of(config)).step

    def is_trained(self, row: AblationRow) -> bool:
        """Whether a row has all its steps and its weights; errors as of `steps`."""
        return self.weights(row).is_file() and self.steps(row) >= self.config(row).run.steps

    def train(self, row: AblationRow) -> None:
        """Train a row from where it is.

        Raises:
            KeyboardInterrupt: the run was ended by a signal; it can go on.
            InvalidDatasetError: it was trained, and its weights are gone.
            PoseNodesError: as of `training.harness.run.train`.
        """
        done, folder, config = self.steps(row), self.folder / row.name, self.config(row)
        if done >= config.run.steps and kept_steps(folder / WEIGHTS) == done:
            raise InvalidDatasetError(
                f"{self.weights(row)}: is missing, though the row was trained; delete {folder}, and it is "
                "trained anew"
            )
        train(DistilTask(config), folder, is_begun(folder), origin_of(config))

    def claim(self) -> None:
        """See that the data can be used, and note what all rows share, or see that it is what they have.

        Raises:
            InvalidConfigError: rows of the folder were begun with something else; the message names it.
            PoseNodesError: objects, pairs or the teacher's descriptors are missing or do not belong together.
        """
        config = self.config(ROWS[0])
        task = DistilTask(config)
        task.samples()
        task.held_out()
        shared, path = _shared(config), self.folder / OPTIONS_FILE
        if not path.is_file():
            write_json(path, shared)
            return
        # Folders of earlier versions do not say what their data were.
        before = {**_contents(config), **read_json(path)}
        for name in sorted({*before, *shared}):
            if before.get(name) != shared.get(name):
                raise InvalidConfigError(
                    f"{self.folder}: its rows were begun with other options ('{name}' was "
                    f"{before.get(name)!r}, is {shared.get(name)!r}); use the same ones, or another folder"
                )


def _shared(config: DistilTraining) -> dict[str, Any]:
    """What all rows of a folder have in common."""
    apart = FREE | {name for row in ROWS for name in row.values()}
    options = {name: value for name, value in to_mapping(config).items() if name not in apart}
    teacher = read_json(Path(config.store).expanduser() / STORE_FILE)["teacher"]
    return {**options, **_contents(config), "run.steps": config.run.steps, "teacher": teacher}


def _contents(config: DistilTraining) -> dict[str, Any]:
    """What the data are that all rows share; the teacher is told by itself."""
    return {f"content of {name}": line for name, line in origin_of(config).items() if name != "store"}
