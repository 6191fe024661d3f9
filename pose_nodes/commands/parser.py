"""Command lines whose mistakes are told in one sentence."""

from __future__ import annotations

import argparse
import difflib
import math
from collections.abc import Callable
from typing import NoReturn


class CommandParser(argparse.ArgumentParser):
    """An argument parser that answers a mistake with one line and exit code 2."""

    def __init__(self, prog: str, description: str, epilog: str = "", usage: str | None = None) -> None:
        # No abbreviations: a script that uses one would break when an option is added.
        super().__init__(
            prog=prog,
            usage=usage,
            description=description,
            epilog=epilog,
            allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )

    def error(self, message: str) -> NoReturn:
        """End the process with one sentence."""
        sentence = " ".join(message.split())
        self.exit(2, f"{self.prog}: {sentence}{self._suggestion(message)}; see `{self.prog} --help`\n")

    def _suggestion(self, message: str) -> str:
        known = [option for action in self._actions for option in action.option_strings]
        unknown = [word.split("=")[0] for word in message.split() if word.startswith("--")]
        if "unrecognized" not in message or not unknown:
            return ""
        nearest = difflib.get_close_matches(unknown[0], known, n=1)
        return f" (did you mean {nearest[0]}?)" if nearest else ""


def integer(smallest: int) -> Callable[[str], int]:
    """Reads a whole number that is not below `smallest`."""

    def read(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = smallest - 1
        if value < smallest:
            raise argparse.ArgumentTypeError(f"'{text}' is not a whole number of at least {smallest}")
        return value

    return read


def positive(text: str) -> float:
    """Reads a positive number."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value > 0):
        raise argparse.ArgumentTypeError(f"'{text}' is not a positive number")
    return value
