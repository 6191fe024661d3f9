"""pool: objects and arrangements of them, which samples are made of."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

from pose_nodes.commands.parser import CommandParser, integer
from pose_nodes.core.config import from_mapping
from training.commands.help_text import option_help
from training.commands.option_values import add_option_arguments, option_values
from training.commands.progress import progress_bar
from training.data.object_pool import ObjectPool
from training.data.pool_config import PoolConfig
from training.data.pool_making import make_pool
from training.data.seeding import SPLITS

DONE = 0


def main(arguments: Sequence[str]) -> int:
    """Run the command.

    Raises:
        PoseNodesError: the options cannot be used, or the folder cannot be written to.
    """
    options = _parser().parse_args(arguments)
    config = from_mapping(PoolConfig, option_values(options), "options of the pool")
    begun = time.perf_counter()
    with progress_bar() as progress:
        bar = progress.add_task("objects", total=None)
        for step in make_pool(config, options.out, options.workers):
            progress.update(bar, completed=step.done, total=step.total, description=step.stage)
    pools = [ObjectPool(options.out, split) for split in SPLITS if config.objects(split)]
    counts = ", ".join(
        f"{len(pool)} objects in {pool.arrangements} arrangements to {pool.split}" for pool in pools
    )
    print(f"{counts} with; {time.perf_counter() - begun:.0f} s; in {options.out}")
    return DONE


def _parser() -> CommandParser:
    parser = CommandParser(
        "training pool",
        "Make objects and lay them on tables and into bins. Ctrl-C keeps what is whole; the same command\n"
        "goes on from there.",
        option_help("options, with their defaults:", PoolConfig),
    )
    add_option_arguments(parser)
    parser.add_argument(
        "--workers", type=integer(0), default=max(1, os.cpu_count() or 1),
        help="processes, 0: all in this; default: %(default)s",
    )  # fmt: skip
    parser.add_argument("--out", type=Path, default=Path("out/training/pool"), help="default: %(default)s")
    return parser
