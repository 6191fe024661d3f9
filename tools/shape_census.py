"""Makes many procedural objects, checks each, and writes down what it found.

    python tools/shape_census.py --generic 1000 --per-category 100 --workers 2 --out out/census

`objects.csv` in the folder has a row for each object. Rows that are there are not made again: an interrupted
census goes on from there, and after a change of a family `--again FAMILY,...` makes its rows anew.
The tables are printed, and put into docs/shapes.md with `--document docs/shapes.md`.
"""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from pose_nodes.core.errors import PoseNodesError
from pose_nodes.synthetic.shapes import census
from pose_nodes.synthetic.shapes.census import Entry
from pose_nodes.synthetic.shapes.census_report import report

MARKS = "<!-- census: made by tools/shape_census.py -->", "<!-- end of census -->"


def taken(subjects: Sequence[tuple[str, int]], workers: int) -> Iterator[Entry]:
    """The entries of (family, seed), as they are ready; of one worker in this process."""
    if workers == 1:
        yield from itertools.starmap(census.examine, subjects)
        return
    # Not forked: Open3D's threads do not survive that.
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        running = [pool.submit(census.examine, *subject) for subject in subjects]
        try:
            for future in as_completed(running):
                yield future.result()
        finally:
            pool.shutdown(cancel_futures=True)


def completed(path: Path, subjects: Sequence[tuple[str, int]], workers: int) -> list[Entry]:
    """The entries of all subjects, in their order; those that the file lacks are added to it."""
    known = {(entry.family, entry.seed): entry for entry in census.read(path)}
    missing = [subject for subject in subjects if subject not in known]
    random.Random(0).shuffle(missing)  # an interrupted census is a fair sample
    with Progress(console=Console(stderr=True)) as progress:
        bar = progress.add_task("objects", total=len(subjects), completed=len(subjects) - len(missing))
        for entry in taken(missing, workers):
            census.append(path, entry)
            known[entry.family, entry.seed] = entry
            progress.advance(bar)
    return [known[subject] for subject in subjects]


def put_into(document: Path, tables: str) -> None:
    """Replace what stands between the marks of a document."""
    before, _, rest = document.read_text(encoding="utf-8").partition(MARKS[0])
    _, _, after = rest.partition(MARKS[1])
    document.write_text(f"{before}{MARKS[0]}\n\n{tables}\n{MARKS[1]}{after}", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Take the census."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--generic", type=int, default=1000, help="generic objects, by turns of the families")
    parser.add_argument("--per-category", type=int, default=100, help="instances of each category")
    parser.add_argument("--workers", type=int, default=2, help="processes")
    parser.add_argument("--out", type=Path, default=Path("out/census"), help="folder of objects.csv")
    parser.add_argument("--again", default="", help="families whose rows are made anew: mug,generic_gear")
    parser.add_argument("--document", type=Path, help="Markdown file with marks that the tables go between")
    parser.add_argument("--no-more", action="store_true", help="make none; tell of those that are there")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    path, again = options.out / "objects.csv", options.again.split(",")
    try:
        if options.again:
            census.rewrite(path, [entry for entry in census.read(path) if entry.family not in again])
        subjects = census.subjects(options.generic, options.per_category)
        if options.no_more:
            there = {(entry.family, entry.seed) for entry in census.read(path)}
            subjects = [subject for subject in subjects if subject in there]
        entries = completed(path, subjects, options.workers)
    except PoseNodesError as error:
        parser.error(str(error))
    tables = report(entries)
    print(tables)
    if options.document is not None:
        put_into(options.document, tables)


if __name__ == "__main__":
    main()
