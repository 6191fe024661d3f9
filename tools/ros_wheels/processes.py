"""Runs the programs that the setup needs."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from .failure import SetupFailure

_LAST_LINES = 40


def run(command: Sequence[str | Path], purpose: str, environment: Mapping[str, str] | None = None) -> str:
    """Output of ``command``; ``environment`` is added to the one of this process.

    Raises:
        SetupFailure: the command is missing or failed; names ``purpose`` and shows its last lines.
    """
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words,
            env={**os.environ, **(environment or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    except FileNotFoundError as missing:
        raise SetupFailure(f"{purpose} failed: there is no program '{words[0]}'.") from missing
    if done.returncode != 0:
        tail = "\n".join(done.stdout.splitlines()[-_LAST_LINES:])
        raise SetupFailure(f"{tail}\n{purpose} failed (exit code {done.returncode}): {' '.join(words)}")
    return done.stdout
