"""Remembers with which inputs a step of the setup was last done, so that it is not done again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Step:
    """One step of the setup.

    Attributes:
        name: file name of its stamp.
        announcement: the line that is printed before it is done.
        inputs: whatever it depends on; it is done anew when one of them changes.
        action: does it; raises when it fails.
    """

    name: str
    announcement: str
    inputs: tuple[str, ...]
    action: Callable[[], None]


def contents(paths: Iterable[Path]) -> tuple[str, ...]:
    """Name and text of each file; of a folder, of all files below it."""
    files = (file for path in paths for file in (sorted(path.rglob("*")) if path.is_dir() else [path]))
    return tuple(f"{file.name}\n{file.read_text(encoding='utf-8')}" for file in files if file.is_file())


def _digest(inputs: tuple[str, ...]) -> str:
    return hashlib.sha256("\0".join(inputs).encode()).hexdigest()


def done(step: Step, folder: Path) -> bool:
    """Whether ``step`` was last done with these very inputs, by its stamp in ``folder``."""
    stamp = folder / step.name
    return stamp.is_file() and stamp.read_text(encoding="utf-8") == _digest(step.inputs)


def perform(step: Step, folder: Path) -> bool:
    """Does ``step`` unless it is done; returns whether there was something to do.

    The stamp is written after success alone: an interrupted step is done again.
    """
    if done(step, folder):
        return False
    print(step.announcement, flush=True)
    step.action()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / step.name).write_text(_digest(step.inputs), encoding="utf-8")
    return True
