"""bench: how many samples a second a core makes; writes OUT/training.json and OUT/training.md."""

from __future__ import annotations

import statistics
import time
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pose_nodes import __version__
from pose_nodes.commands.bench import machine
from pose_nodes.commands.parser import CommandParser, integer
from pose_nodes.commands.tables import TextTable, milliseconds, number, show
from pose_nodes.sequences.files import plain, write_json, write_text
from training.commands.progress import progress_bar
from training.data.pool_config import PoolConfig
from training.data.pool_making import make_pool
from training.data.sources import ConfiguredSource, open_source
from training.data.stream import SampleStream
from training.data.workers import in_order

DONE = 0
_RUNS = 5
"""Into which the samples are parted; the median of their rates is told."""
POOL = PoolConfig(train=2, val=0, test=0)
"""What is made where no pool is given: two objects of each family."""


@dataclass(frozen=True)
class Measured:
    """A source and the options it is measured with."""

    title: str
    source: str
    values: dict[str, Any]


SOURCES = (
    Measured("object clouds: model and view, 4,000 points each", "object_clouds", {"kind": "model"}),
    Measured("object clouds: two views, 4,000 points each", "object_clouds", {"kind": "views"}),
    Measured("category crops: 224 px, 1,024 points", "category_crops", {}),
    Measured("rooms, fused scan: 100,000 points", "rooms", {"style": "scannet"}),
    Measured("rooms, single view: 100,000 points", "rooms", {"style": "sunrgbd"}),
    Measured("rooms, room block: 100,000 points", "rooms", {"style": "s3dis"}),
)


def main(arguments: Sequence[str]) -> int:
    """Run the command.

    Raises:
        PoseNodesError: the pool cannot be used, or the folder cannot be written to.
    """
    options = _parser().parse_args(arguments)
    pool = options.pool or _small_pool(options)
    values: dict[str, Any] = {"version": __version__, "machine": machine(), "sources": []}
    for each in SOURCES:
        values["sources"].append(
            _measure(each, open_source(each.source, "train", pool, each.values), options)
        )
    table = _table(values["sources"])
    show(table)
    write_json(options.out / "training.json", plain(values))
    write_text(options.out / "training.md", table.markdown())
    print(f"written to {options.out / 'training.md'} and {options.out / 'training.json'}")
    return DONE


def _parser() -> CommandParser:
    parser = CommandParser(
        "training bench",
        "Measure how many samples a second a core makes, and how many come from worker processes; write\n"
        "OUT/training.json and OUT/training.md.",
    )
    parser.add_argument("--pool", type=Path, help="objects; default: a small pool, made in OUT/pool")
    parser.add_argument("--samples", type=integer(5), default=60, help="of each source; default: %(default)s")
    parser.add_argument("--workers", type=integer(1), default=2, help="of the streams; default: %(default)s")
    parser.add_argument(
        "--batch-size", type=integer(1), default=4, help="of the streams; default: %(default)s"
    )
    parser.add_argument("--out", type=Path, default=Path("out/bench"), help="default: %(default)s")
    return parser


def _small_pool(options: Namespace) -> Path:
    folder: Path = options.out / "pool"
    with progress_bar() as progress:
        bar = progress.add_task("objects", total=None)
        for step in make_pool(POOL, folder, options.workers):
            progress.update(bar, completed=step.done, total=step.total, description=step.stage)
    return folder


def _measure(each: Measured, source: ConfiguredSource, options: Namespace) -> dict[str, Any]:
    (seconds,) = in_order(partial(core_seconds, source), [options.samples], workers=1)
    stream = streamed(source, options)
    return {
        "title": each.title,
        "source": each.source,
        "options": each.values,
        "samples": len(seconds),
        "core_seconds": {"median": statistics.median(seconds), "longest": max(seconds)},
        "per_core_second": statistics.median(_rates(seconds)),
        "stream": stream,
    }


def core_seconds(source: ConfiguredSource, samples: int) -> list[float]:
    """Seconds of processor time of each of some samples, after a first one.

    Processor time, as others' work on the machine does not count; a worker's, whose libraries compute on one
    thread.
    """
    seconds = []
    for index in range(samples + 1):
        begun = time.process_time()
        source[index]
        seconds.append(time.process_time() - begun)
    return seconds[1:]


def _rates(seconds: Sequence[float]) -> list[float]:
    """Samples a second of each of some runs."""
    runs = [seconds[start::_RUNS] for start in range(_RUNS)]
    return [len(run) / sum(run) for run in runs]


def streamed(source: ConfiguredSource, options: Namespace) -> dict[str, Any]:
    """What worker processes give to a training that does nothing but take."""
    with SampleStream(source, options.batch_size, options.workers) as stream:
        for _ in range(2 * options.workers):  # what is under way when all processes have started
            next(stream)
        stream.meter.reset()
        while stream.meter.samples < options.samples:
            next(stream)
        return {"workers": options.workers, "per_second": stream.meter.samples_per_second}


def _table(sources: Sequence[dict[str, Any]]) -> TextTable:
    headers = (
        "source",
        "ms median",
        "ms longest",
        "samples/s a core",
        "workers",
        "samples/s streamed",
    )
    rows = [
        (
            each["title"],
            *(milliseconds(each["core_seconds"][key]) for key in ("median", "longest")),
            number(each["per_core_second"], 1),
            str(each["stream"]["workers"]),
            number(each["stream"]["per_second"], 1),
        )
        for each in sources
    ]
    return TextTable("Samples for training", headers, tuple(rows))
