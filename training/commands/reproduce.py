"""reproduce: the tables of a paper beside our own figures on whatever data is there."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from pose_nodes import __version__
from pose_nodes.commands.bench import machine
from pose_nodes.commands.bench_networks import NetworkFigures
from pose_nodes.commands.parser import CommandParser, integer
from pose_nodes.commands.tables import milliseconds, percent, show
from pose_nodes.registration.native_ransac import compile_ahead
from pose_nodes.sequences.files import plain, write_json, write_text
from training.ablation.report import read_report
from training.commands.progress import progress_bar
from training.commands.set_options import add_set_arguments, cached_sets, effort_of, sets_of_recordings
from training.evaluation.kept_scores import KeptScores
from training.evaluation.piece_sets import PieceSet
from training.evaluation.registering import Effort
from training.reproduction import own_pairs
from training.reproduction.comparison import Scored, scores_of_sets
from training.reproduction.contenders import (
    Contender,
    fpfh_contender,
    student_contender,
    teacher_contender,
)
from training.reproduction.report import Measured, markdown, sections
from training.reproduction.speed import cases_of, measured

DONE = 0
PAPERS = ("dgedi",)


def main(arguments: Sequence[str]) -> int:
    """Run the command.

    Raises:
        PoseNodesError: weights, pairs, recordings or kept scores cannot be used, or the folder cannot be
            written to.
        KeyboardInterrupt: it was ended; the same command goes on.
    """
    options = _parser().parse_args(arguments)
    effort = effort_of(options)
    contenders = [
        fpfh_contender(),
        teacher_contender(options.teacher),
        student_contender(options.student),
    ]
    ablation = None if options.ablation is None else read_report(options.ablation)
    _use_threads(options.threads)
    sets = _sets(options)
    compile_ahead()
    scored = _scored(sets, contenders, effort, options.out)
    times = [] if options.no_times else _timed(contenders)
    _write(Measured(contenders, scored, times, ablation, effort), options.out)
    return DONE


def _parser() -> CommandParser:
    parser = CommandParser(
        "training reproduce",
        "Print the tables of a paper beside our own figures: FPFH, a teacher and a student with the same\n"
        "registration, on held-out synthetic pairs (which are made if none are given) and on recordings.\n"
        "What was computed for the same weights and clouds is kept in OUT/scores and not computed again;\n"
        "Ctrl-C ends it, and the same command goes on.",
    )
    parser.add_argument("paper", choices=PAPERS, help="of dgedi")
    parser.add_argument("--teacher", type=Path, metavar="FILE", help="weights; without, its rows are empty")
    parser.add_argument(
        "--student", type=Path, metavar="FILE", help="weights; default: those that come with the package"
    )
    add_set_arguments(parser, pairs=44)
    parser.add_argument("--ablation", type=Path, metavar="FOLDER", help="of `python -m training ablation`")
    parser.add_argument(
        "--no-times", action="store_true", help="do not time networks, as while others use the processor"
    )
    parser.add_argument(
        "--threads", type=integer(0), default=0, help="of PyTorch; 0: as many as it takes by itself"
    )
    parser.add_argument(
        "--workers", type=integer(0), default=max(1, os.cpu_count() or 1),
        help="processes that make pairs, 0: none; default: %(default)s",
    )  # fmt: skip
    parser.add_argument(
        "--out", type=Path, default=Path("out/reproduction/dgedi"), help="folder; default: %(default)s"
    )
    return parser


def _use_threads(count: int) -> None:
    import torch

    torch.set_num_threads(count or torch.get_num_threads())


def _sets(options: Namespace) -> list[PieceSet]:
    """Synthetic pairs first, then recordings."""
    folders, pool, split = options.cache, options.pool, options.split
    if not folders:
        _make_pairs(options)
        folders, pool = [own_pairs.pairs_folder(options.out)], own_pairs.pool_folder(options.out)
        split = own_pairs.SPLIT
    return cached_sets(folders, pool, split, options) + sets_of_recordings(options)


def _make_pairs(options: Namespace) -> None:
    with progress_bar() as progress:
        bar = progress.add_task("objects", total=None)
        for step in own_pairs.make_own_pairs(options.out, options.pairs, options.workers):
            progress.update(bar, completed=step.done, total=step.total, description=step.stage)


def _scored(
    sets: Sequence[PieceSet], contenders: Sequence[Contender], effort: Effort, folder: Path
) -> list[Scored]:
    found: list[Scored] = []
    there = sum(each.describer is not None for each in contenders)
    with progress_bar() as progress:
        bar = progress.add_task("pairs", total=there * sum(len(over.pieces) for over in sets))
        kept = KeptScores(folder / "scores")
        for each in scores_of_sets(sets, contenders, effort, kept, lambda: progress.advance(bar)):
            found.append(each)
            row = each.row
            if "absent" not in row:
                told = f"RON {percent(row['ron'])}, recall {percent(row['recall'])}"
                progress.console.print(f"{row['set']}, {row['role']}: {told}", highlight=False)
    return found


def _timed(contenders: Sequence[Contender]) -> list[NetworkFigures]:
    found, cases = [], cases_of(contenders)
    with progress_bar() as progress:
        bar = progress.add_task("times of networks", total=len(cases))
        for one in measured(cases):
            found.append(one)
            told = f"{one.network}, {one.points:,} points: {milliseconds(one.least)} ms"
            progress.console.print(told, highlight=False)
            progress.advance(bar)
    return found


def _write(found: Measured, folder: Path) -> None:
    about = machine()
    for section in sections(found):
        show(section.table)
        print("What differs in the protocol:")
        for text in section.differs:
            print(f"  - {text}")
    values = {"version": __version__, "machine": about, **found.plain()}
    write_json(folder / "reproduction.json", plain(values))
    write_text(folder / "reproduction.md", markdown(found, about))
    print(f"written to {folder / 'reproduction.md'} and {folder / 'reproduction.json'}")
