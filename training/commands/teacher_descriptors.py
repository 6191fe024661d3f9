"""teacher-descriptors: a teacher's descriptors of all objects of a pool, for distillation."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pose_nodes.commands.parser import CommandParser, integer
from pose_nodes.core.errors import InvalidConfigError
from pose_nodes.features.learned import usable_device
from training.commands.progress import progress_bar
from training.commands.train import require_libraries
from training.data.object_pool import ObjectPool
from training.data.seeding import SPLITS

DONE = 0


def main(arguments: Sequence[str]) -> int:
    """Run the command.

    Raises:
        PoseNodesError: weights or pool cannot be used, or the folder cannot be written to.
    """
    options = _parser().parse_args(arguments)
    require_libraries()
    from pose_nodes.networks.gedi import GediNetwork
    from pose_nodes.networks.weight_files import load_network
    from training.clouds.teacher_store import write_store

    network: Any = load_network(options.weights)
    if not isinstance(network, GediNetwork):
        raise InvalidConfigError(
            f"{options.weights}: is no teacher; make one with `python -m training teacher`"
        )
    network.to(usable_device("gedi", options.device))
    pool, begun, done = ObjectPool(options.pool, options.split), time.perf_counter(), 0
    with progress_bar() as progress:
        bar = progress.add_task("objects", total=len(pool))
        for done in write_store(options.out, network, options.weights, pool, options.points):
            progress.update(bar, completed=done)
    print(f"{done} objects in {time.perf_counter() - begun:.0f} s; in {options.out}")
    return DONE


def _parser() -> CommandParser:
    parser = CommandParser(
        "training teacher-descriptors",
        "Describe the surfaces of a pool's objects by a teacher. Ctrl-C keeps what is whole; the same\n"
        "command goes on from there.",
    )
    parser.add_argument("--weights", type=Path, required=True, help="of the teacher")
    parser.add_argument(
        "--pool", type=Path, default=Path("out/training/pool"), help="objects; default: %(default)s"
    )
    parser.add_argument("--split", choices=SPLITS, default="train", help="default: %(default)s")
    parser.add_argument("--points", type=integer(16), default=4000, help="of an object; default: %(default)s")
    parser.add_argument("--device", default="cpu", help="of PyTorch; default: %(default)s")
    parser.add_argument(
        "--out", type=Path, default=Path("out/training/teacher_descriptors"), help="default: %(default)s"
    )
    return parser
