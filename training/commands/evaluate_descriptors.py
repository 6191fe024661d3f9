"""evaluate-descriptors: FPFH and trained weights, on held-out synthetic pairs and on recordings."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pose_nodes import __version__
from pose_nodes.commands.parser import CommandParser
from pose_nodes.commands.tables import TextTable, milliseconds, percent, show
from pose_nodes.core.errors import InvalidConfigError
from pose_nodes.registration.native_ransac import compile_ahead
from pose_nodes.sequences.files import plain, write_json, write_text
from training.commands.progress import progress_bar
from training.commands.set_options import add_set_arguments, cached_sets, effort_of, sets_of_recordings
from training.evaluation.describers import FPFH, NamedDescriber, named_describer
from training.evaluation.descriptor_scores import score_piece, summary
from training.evaluation.piece_sets import PieceSet
from training.evaluation.registering import Effort

DONE = 0
_COLUMNS = ("ron", "fmr", "mutual", "seen", "recall", "ar")


def main(arguments: Sequence[str]) -> int:
    """Run the command.

    Raises:
        PoseNodesError: weights, pairs, recordings or options cannot be used, or the folder cannot be written
            to.
    """
    options = _parser().parse_args(arguments)
    effort = effort_of(options)
    describers = [named_describer(text) for text in (FPFH, *options.weights)]
    sets = _sets(options)
    compile_ahead()
    rows = [row for each in sets for row in _evaluated(each, describers, effort)]
    table = _table(rows)
    show(table)
    write_json(options.out / "descriptors.json", plain({"version": __version__, "rows": rows}))
    write_text(options.out / "descriptors.md", table.markdown())
    print(f"written to {options.out / 'descriptors.md'} and {options.out / 'descriptors.json'}")
    return DONE


def _parser() -> CommandParser:
    parser = CommandParser(
        "training evaluate-descriptors",
        "Match and register pairs of clouds with FPFH and with trained weights: RON and FMR as in the dGeDi\n"
        "paper, the share of right matches among mutual nearest neighbours (mutual) and among those of the\n"
        "target's points (seen), and the share of poses with an ADD below a tenth of the diameter, one try\n"
        "each (recall; ADD-S of symmetric objects), and of recordings the average recall of the BOP\n"
        "benchmark (AR).",
    )
    parser.add_argument(
        "--weights",
        nargs="+",
        action="extend",
        default=[],
        metavar="[NAME=]FILE",
        help="trained weights beside FPFH",
    )
    add_set_arguments(parser, pairs=100)
    parser.add_argument("--out", type=Path, default=Path("out/descriptors"), help="default: %(default)s")
    return parser


def _sets(options: Namespace) -> list[PieceSet]:
    sets = cached_sets(options.cache, options.pool, options.split, options)
    sets += sets_of_recordings(options)
    if not sets:
        raise InvalidConfigError(
            "nothing to evaluate on: name pairs with --cache, or images with --recording"
        )
    return sets


def _evaluated(over: PieceSet, describers: list[NamedDescriber], effort: Effort) -> Iterator[dict[str, Any]]:
    with progress_bar() as progress:
        bar = progress.add_task(over.name, total=len(over.pieces) * len(describers))
        for describer in describers:
            scores = []
            for seed, piece in enumerate(over.pieces):
                scores.append(score_piece(piece, describer, effort, seed, over.judge(seed)))
                progress.advance(bar)
            yield {"set": over.name, "descriptor": describer.name, **summary(scores)}


def _table(rows: list[dict[str, Any]]) -> TextTable:
    headers = ("set", "descriptor", "pairs", "RON", "FMR", *_COLUMNS[2:-1], "AR", "ms")
    cells = [
        (
            row["set"],
            row["descriptor"],
            str(int(row["pairs"])),
            *(percent(row[column]) for column in _COLUMNS),
            milliseconds(row["seconds"]),
        )
        for row in rows
    ]
    return TextTable("Local descriptors", headers, tuple(cells))
