"""ablation: students that differ in supervision and loss alone, trained and evaluated one after another."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pose_nodes import __version__
from pose_nodes.commands.parser import CommandParser, integer
from pose_nodes.commands.tables import show
from pose_nodes.core.errors import InvalidConfigError
from pose_nodes.registration.native_ransac import compile_ahead
from pose_nodes.sequences.files import plain, write_json, write_text
from training.ablation.report import REPORT_FILE, ablation_table
from training.ablation.rows import ROWS, AblationRow, rows_named
from training.commands.option_values import add_option_arguments, option_values, read_options
from training.commands.progress import progress_bar
from training.commands.train import PRESET_FOLDER, require_libraries
from training.data.seeding import SPLITS
from training.evaluation.describers import named_describer
from training.evaluation.descriptor_scores import summary
from training.evaluation.kept_scores import KeptScores
from training.evaluation.piece_sets import PieceSet, cached_set
from training.evaluation.registering import Effort

if TYPE_CHECKING:
    from training.ablation.runs import Ablation

DONE = 0


def main(arguments: Sequence[str]) -> int:
    """Run the command.

    Raises:
        PoseNodesError: options, data or a checkpoint cannot be used.
        KeyboardInterrupt: it was ended; the same command goes on.
    """
    options = _parser().parse_args(arguments)
    require_libraries()
    rows, ablation = rows_named(options.only), _ablation(options)
    ablation.claim()
    over = _pairs(options, ablation)
    for row in rows:
        _train(ablation, row)
    compile_ahead()
    report = _report(ablation, over)
    table = ablation_table(report)
    show(table)
    write_json(options.out / REPORT_FILE, plain(report))
    write_text(options.out / "ablation.md", table.markdown())
    print(f"written to {options.out / 'ablation.md'} and {options.out / REPORT_FILE}")
    return DONE


def _parser() -> CommandParser:
    parser = CommandParser(
        "training ablation",
        "Train one small student for each supervision (query, target, both) and each loss (mse, huber,\n"
        "eq2, eq1), all from the same initial weights with the same samples, and evaluate them on held-out\n"
        "pairs. Ctrl-C ends it after a step; the same command goes on from there. Options are those of\n"
        "`python -m training distil`, after those of config/training/ablation/small.yaml.",
    )
    parser.add_argument("--steps", type=integer(1), help="of each row")
    parser.add_argument("--threads", type=integer(1), help="of PyTorch")
    parser.add_argument(
        "--only", nargs="+", action="extend", default=[], metavar="ROW",
        help=f"rows that are trained now, of {', '.join(row.name for row in ROWS)}; default: all",
    )  # fmt: skip
    add_option_arguments(parser, also=("--config",))
    parser.add_argument("--cache", type=Path, help="held-out pairs to evaluate on; default: data.held_out")
    parser.add_argument(
        "--split", choices=SPLITS, default="val", help="of their objects; default: %(default)s"
    )
    parser.add_argument("--pairs", type=integer(1), default=100, help="of them; default: %(default)s")
    parser.add_argument("--points", type=integer(16), default=4000, help="of a cloud; default: %(default)s")
    parser.add_argument(
        "--out", type=Path, default=Path("out/training/ablation"), help="folder; default: %(default)s"
    )
    return parser


def _ablation(options: Namespace) -> Ablation:
    from training.ablation.runs import Ablation

    values = {**read_options(PRESET_FOLDER / "ablation" / "small.yaml"), **option_values(options)}
    fixed = sorted({name for row in ROWS for name in row.values()} & set(values))
    if fixed:
        raise InvalidConfigError(f"ablation: '{fixed[0]}' is what rows differ in; choose rows with --only")
    for name, value in (("run.steps", options.steps), ("run.threads", options.threads)):
        if value is not None:
            values[name] = value
    return Ablation(options.out, values)


def _pairs(options: Namespace, ablation: Ablation) -> PieceSet:
    from training.clouds.cached_pairs import folders_of

    data = ablation.config(ROWS[0]).data
    folder = options.cache or folders_of(data.held_out)[0]
    return cached_set(folder, Path(data.pool).expanduser(), options.split, options.pairs, options.points)


def _train(ablation: Ablation, row: AblationRow) -> None:
    if ablation.is_trained(row):
        print(f"{row.name}: is trained already", flush=True)
        return
    print(f"{row.name}: {ablation.steps(row)} of {ablation.config(row).run.steps} steps are done", flush=True)
    ablation.train(row)


def _report(ablation: Ablation, over: PieceSet) -> dict[str, Any]:
    """Scores of all rows that are trained, those of earlier commands with them."""
    kept, found = KeptScores(ablation.folder / "scores"), []
    trained = [row for row in ROWS if ablation.is_trained(row)]
    with progress_bar() as progress:
        bar = progress.add_task("pairs", total=len(trained) * len(over.pieces))
        for row in trained:
            describer, scores = named_describer(f"{row.name}={ablation.weights(row)}"), []
            for score in kept.evaluate(over, describer, Effort()):
                scores.append(score)
                progress.update(bar, advance=1, description=row.name)
            about = {"row": row.name, "supervision": row.supervision, "loss": row.loss}
            found.append({**about, **summary(scores)})
    steps = ablation.config(ROWS[0]).run.steps
    return {"version": __version__, "steps": steps, "set": over.name, "rows": found}
