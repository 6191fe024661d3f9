"""cache: the samples of a source, written to disk."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

from pose_nodes.commands.parser import CommandParser, integer
from training.commands.help_text import option_help
from training.commands.option_values import add_option_arguments, option_values
from training.commands.progress import progress_bar
from training.data.cache import CachedSource, write_cache
from training.data.seeding import SPLITS
from training.data.sources import SOURCES, open_source

DONE = 0


def main(arguments: Sequence[str]) -> int:
    """Run the command.

    Raises:
        PoseNodesError: the options or the pool cannot be used, or the folder cannot be written to.
    """
    options = _parser().parse_args(arguments)
    source = open_source(options.source, options.split, options.pool, option_values(options))
    begun, first, done = time.perf_counter(), None, 0
    with progress_bar() as progress:
        bar = progress.add_task("samples", total=options.count)
        for done in write_cache(source, options.count, options.out, options.workers):
            first = done if first is None else first
            progress.update(bar, completed=done)
    seconds, made = time.perf_counter() - begun, done - (first or 0)
    rate = f"{made / seconds:.1f} a second; " if made else ""
    print(
        f"{made} samples in {seconds:.0f} s, {rate}{len(CachedSource(options.out))} in all; in {options.out}"
    )
    return DONE


def _parser() -> CommandParser:
    parser = CommandParser(
        "training cache",
        "Write samples of a source to disk. Ctrl-C keeps what is whole; the same command goes on from\n"
        "there, and with a larger count adds to it.",
        "\n\n".join(
            option_help(f"options of {name}, with their defaults:", kind.options)
            for name, kind in SOURCES.items()
        ),
    )
    parser.add_argument(
        "--source", choices=list(SOURCES), required=True, help=f"of {', '.join(SOURCES)}", metavar="SOURCE"
    )
    parser.add_argument("--split", choices=SPLITS, default="train", help="default: %(default)s")
    parser.add_argument(
        "--pool",
        type=Path,
        default=Path("out/training/pool"),
        help="objects, see `training pool`; default: %(default)s",
    )
    parser.add_argument("--count", type=integer(1), required=True, help="samples in all")
    parser.add_argument("--out", type=Path, required=True, help="folder")
    parser.add_argument(
        "--workers", type=integer(0), default=max(1, os.cpu_count() or 1),
        help="processes, 0: all in this; default: %(default)s",
    )  # fmt: skip
    add_option_arguments(parser)
    return parser
