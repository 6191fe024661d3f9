"""evaluate: cold starts on the targets of a BOP data set, as a BOP result file and a table of scores."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pose_nodes import __version__
from pose_nodes.commands.descriptor_options import add_descriptor_arguments, instance_config
from pose_nodes.commands.evaluation.data_set import TARGETS_FILE, Asked, DataSet
from pose_nodes.commands.evaluation.finding import PLAIN, Finding
from pose_nodes.commands.evaluation.records import ImageRecord, RecordFile
from pose_nodes.commands.evaluation.report import Row, rows_of, score_tables
from pose_nodes.commands.evaluation.running import Images, find, image_tasks, images_of, score
from pose_nodes.commands.one_thread import one_thread_each
from pose_nodes.commands.parser import CommandParser, integer
from pose_nodes.commands.tables import show
from pose_nodes.features.choice import AUTO, usual_features
from pose_nodes.sequences.bop_detections import detection_files, read_detections
from pose_nodes.sequences.bop_results import PoseResult, read_results, result_name, write_results
from pose_nodes.sequences.bop_scene import VISIBLE_MASKS
from pose_nodes.sequences.files import digest, plain, write_json, write_text
from pose_nodes.synthetic.datasets.workers import Workers

DONE, INTERRUPTED = 0, 130
VISIBLE = "visible"
_RECORDS = "attempts.jsonl"
_POSES = {"best": "best poses, verified or not", "verified": "verified poses alone"}


@dataclass(frozen=True, eq=False)
class _Work:
    """What an evaluation is of.

    Attributes:
        options: the command line.
        data_set: in which poses are looked for or scored.
        asked: all that is asked for there.
        images: those that are looked at.
        unknown_symmetries: the objects whose symmetries nobody tells.
        settings: the command line as far as it decides on what is found, with digests of the files.
    """

    options: Namespace
    data_set: DataSet
    asked: Asked
    images: Images
    unknown_symmetries: Sequence[str]
    settings: Mapping[str, Any]

    @classmethod
    def of(cls, options: Namespace) -> _Work:
        data_set = DataSet.open(options.data_set, options.split, options.objects)
        asked = data_set.asked(options.targets)
        images = images_of(asked.targets, options.every)
        unknown = data_set.without_symmetries(target.object_id for target in asked.targets)
        return cls(options, data_set, asked, images, unknown, _settings(data_set, options))


def main(arguments: Sequence[str]) -> int:
    """Run the command.

    Raises:
        PoseNodesError: the data set, masks, results or weights cannot be used, or the folder not be written
            to.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    _check(parser, options)
    work = _Work.of(options)
    # Also one worker is a process of its own: what is computed with one thread is the same for any number.
    with one_thread_each(), Workers(options.workers, one_is_here=False) as workers:
        return (_evaluate if options.results is None else _score_results)(work, workers)


def _check(parser: CommandParser, options: Namespace) -> None:
    if options.results is not None and (options.baseline or options.resume):
        parser.error("--results scores a file that is there: leave out --baseline and --resume")
    if options.method == PLAIN:
        parser.error(f"--method: '{PLAIN}' is the name of the baseline; choose another")
    result_name(options.method, "", "")  # refuses an unusable name before the work begins


def _score_results(work: _Work, workers: Workers) -> int:
    file: Path = work.options.results
    results = read_results(file)
    method = file.stem.split("_")[0]
    rows = rows_of(method, score(work.data_set, work.images, [results], workers), None)
    seconds = {(each.scene_id, each.image_id): each.seconds for each in results}
    return _report(_title(work), work, rows, {method: _mean(list(seconds.values()))})


def _evaluate(work: _Work, workers: Workers) -> int:
    options, data_set, images = work.options, work.data_set, work.images
    methods = [options.method, PLAIN] if options.baseline else [options.method]
    seeds = range(options.seed, options.seed + options.seeds)
    detections = None if options.masks == VISIBLE else read_detections(Path(options.masks))
    tasks = image_tasks(images, methods, seeds, detections)
    finding = Finding(data_set, instance_config(options), options.device)
    with RecordFile(options.out / _RECORDS, work.settings, options.resume) as file:
        is_whole = find(finding, tasks, file, workers)
    keys = {(method, seed, *place) for method in methods for seed in seeds for place in images}
    records = sorted((each for each in file.records if each.key in keys), key=lambda each: each.key)
    by_method = {method: [each for each in records if each.method == method] for method in methods}
    runs = {method: _written(data_set, method, by_method[method], options) for method in methods}
    if not is_whole:
        print(f"interrupted after {len(records)} of {len(tasks)} images; --resume goes on from there")
        return INTERRUPTED
    rows: list[Row] = []
    for method, own in by_method.items():
        starts = [instance.start for record in own for instance in record.instances]
        rows += rows_of(method, score(data_set, images, runs[method], workers), starts)
    title = f"{_title(work)}; {_POSES[options.poses]}"
    means = {method: _mean([record.seconds for record in own]) for method, own in by_method.items()}
    return _report(title, work, rows, means)


def _written(
    data_set: DataSet, method: str, records: Sequence[ImageRecord], options: Namespace
) -> list[list[PoseResult]]:
    """Write a result file for each seed; what is in them."""
    runs = []
    for seed in range(options.seed, options.seed + options.seeds):
        own = [record for record in records if record.seed == seed]
        results = [line for record in own for line in record.results(options.poses == "verified")]
        suffix = f"seed{seed}" if options.seeds > 1 else ""
        path = options.out / result_name(method, data_set.name, data_set.split, suffix)
        write_results(path, results)
        print(f"written to {path}")
        runs.append(results)
    return runs


def _report(title: str, work: _Work, rows: list[Row], seconds: dict[str, float]) -> int:
    value = {
        "version": __version__,
        "title": title,
        "settings": work.settings,
        "targets": work.asked.instances,
        "targets_asked": work.asked.all_instances,
        "symmetries_unknown": work.unknown_symmetries,
        "seconds_per_image": seconds,
        "results": rows,
    }
    tables, out = score_tables(title, rows), work.options.out
    write_json(out / "scores.json", plain(value))
    write_text(out / "scores.md", "\n".join(table.markdown() for table in tables))
    for table in tables:
        show(table)
    print(f"written to {out / 'scores.json'}")
    return DONE


def _title(work: _Work) -> str:
    options, asked = work.options, work.asked
    shares = "" if options.every == 1 else f", every {_ordinal(options.every)}"
    is_whole = asked.instances == asked.all_instances
    targets = "" if is_whole else f"; {asked.instances} of {asked.all_instances} targets"
    unknown = len(work.unknown_symmetries)
    symmetries = f"; no models_info.json: symmetries of {unknown} objects unknown" if unknown else ""
    masks = "" if options.results is not None else f"; {_masks(work)}"
    where = f"{work.data_set.name}, {work.data_set.split}"
    return f"{where}: {len(work.images)} images{shares}{targets}{symmetries}{masks}"


def _masks(work: _Work) -> str:
    """Which masks were looked into: those of a folder with hidden parts are no visible ones."""
    if work.options.masks != VISIBLE:
        return f"{work.options.masks} masks"
    folders = work.data_set.mask_folders({scene_id for scene_id, _ in work.images})
    kind = VISIBLE if folders == [VISIBLE_MASKS] else "true"
    return f"{kind} masks ({', '.join(f'{folder}/' for folder in folders)})"


def _ordinal(number: int) -> str:
    return f"{number}{ {2: 'nd', 3: 'rd'}.get(number, 'th') }"


def _mean(seconds: Sequence[float]) -> float:
    """Of images; not known as soon as one is not."""
    known = len(seconds) > 0 and min(seconds) >= 0
    return float(np.mean(seconds)) if known else float("nan")


def _settings(data_set: DataSet, options: Namespace) -> dict[str, Any]:
    """The command line as far as it decides on what is found, with digests of its files, of which others may
    be under the same names when `--resume` comes."""
    names = (
        "data_set", "split", "objects", "targets", "features", "weights", "visual_weights", "device", "masks",
        "seed", "method", "results",
    )  # fmt: skip
    given = {name: getattr(options, name) for name in names}
    values = {name: str(value) if isinstance(value, Path) else value for name, value in given.items()}
    if options.features == AUTO:  # which may be others when --resume comes
        values["features"] = usual_features(options.weights)
    files: dict[str, Sequence[Path | None]] = {
        "objects": [data_set.objects_file],
        "targets": [data_set.targets_file(options.targets)],
        "masks": [] if options.masks == VISIBLE else detection_files(Path(options.masks)),
        "results": [options.results],
    }
    return values | {f"{name}_sha256": digest(filter(None, paths)) for name, paths in files.items()}


def _parser() -> CommandParser:
    parser = CommandParser(
        "pose_nodes evaluate",
        "Look for the targets of a data set in the layout of the BOP benchmark, each anew from its mask.\n"
        "Writes the poses as a BOP result file, and their scores: AR by VSD, MSSD and MSPD as in BOP 2019,\n"
        "recall by ADD (ADD-S of an object with a symmetry) below a tenth of the diameter, and how many\n"
        "verified poses are right (by the same measure), absent and wrong.\n"
        "Ctrl-C leaves what was found; the same command with --resume goes on from there.",
    )
    parser.add_argument("data_set", type=Path, metavar="DATASET", help="folder with models/ and SPLIT/")
    parser.add_argument("--split", default="test", help="folder of the scenes; default: %(default)s")
    parser.add_argument(
        "--targets",
        type=Path,
        metavar="FILE",
        help=f"default: {TARGETS_FILE} of the data set; else all that is seen by a tenth or more",
    )
    parser.add_argument("--objects", type=Path, help="objects.yaml to use instead of the data set's own")
    parser.add_argument(
        "--masks",
        default=VISIBLE,
        metavar="FILE",
        help="JSON of predicted masks in BOP's format, or a folder of such; default: the data set's own",
    )
    parser.add_argument(
        "--poses",
        choices=list(_POSES),
        default="best",
        help="which poses count for AR: the best of each mask, verified ones before all others, or only "
        "verified ones; default: %(default)s",
    )
    parser.add_argument("--baseline", action="store_true", help="also one try of plain FPFH, RANSAC and ICP")
    parser.add_argument("--results", type=Path, metavar="CSV", help="score these poses; look for nothing")
    parser.add_argument(
        "--every", type=integer(1), default=1, metavar="N", help="every n-th image; default: %(default)s"
    )
    parser.add_argument("--seed", type=integer(0), default=0, help="the first; default: %(default)s")
    parser.add_argument(
        "--seeds", type=integer(1), default=1, metavar="K", help="how many; default: %(default)s"
    )
    parser.add_argument(
        "--workers",
        type=integer(1),
        default=max(1, os.cpu_count() or 1),
        help="processes; default: %(default)s",
    )
    parser.add_argument("--method", default="pose-nodes", help="name in BOP's files; default: %(default)s")
    parser.add_argument("--resume", action="store_true", help="go on with what --out has")
    parser.add_argument("--out", type=Path, default=Path("out/evaluate"), help="default: %(default)s")
    add_descriptor_arguments(
        parser.add_argument_group("method", "of objects that objects.yaml names no features for")
    )
    return parser
