"""Which pairs of clouds a command evaluates descriptors on: the options, and the sets that they mean."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path

from pose_nodes.commands.parser import integer
from pose_nodes.core.errors import InvalidConfigError
from training.data.seeding import SPLITS
from training.evaluation.piece_sets import PieceSet, cached_set, recorded_sets
from training.evaluation.registering import (
    EITHER,
    MATCHES,
    NATIVE,
    OPEN3D,
    RANKINGS,
    SEARCHES,
    SUPPORT,
    Effort,
)


def add_set_arguments(parser: ArgumentParser, pairs: int) -> None:
    """Add the options that `cached_sets` and `sets_of_recordings` read.

    Args:
        parser: of the command.
        pairs: of a cache, unless the user says otherwise.
    """
    parser.add_argument(
        "--cache", type=Path, nargs="+", action="extend", default=[], help="held-out pairs of object clouds"
    )
    parser.add_argument(
        "--pool", type=Path, default=Path("out/training/pool"), help="their objects; default: %(default)s"
    )
    parser.add_argument("--split", choices=SPLITS, default="test", help="of these; default: %(default)s")
    parser.add_argument("--pairs", type=integer(1), default=pairs, help="of a cache; default: %(default)s")
    parser.add_argument(
        "--recording", nargs="+", action="extend", default=[], metavar="FOLDER[=OBJECTS]",
        help="BOP scenes or data sets, and an objects file where symmetries are to be said",
    )  # fmt: skip
    parser.add_argument(
        "--every", type=integer(1), default=4, help="n-th image of them; default: %(default)s"
    )
    parser.add_argument(
        "--check-references", action="store_true",
        help="leave out images whose depth contradicts the recorded pose, as the camera looks through most "
        "of the object; not for transparent ones",
    )  # fmt: skip
    parser.add_argument(
        "--matches", choices=tuple(MATCHES), default=EITHER,
        help="that poses are made of: the nearest of both directions; mutual ones alone, as in the dGeDi "
        "paper; mutual ones by scaled distances, so that hubs attract less; or what is nearest to each "
        "point that is seen; default: %(default)s",
    )  # fmt: skip
    parser.add_argument(
        "--ranking", choices=RANKINGS, default=SUPPORT,
        help="what decides between poses: how many matches agree on them, as in the dGeDi paper; or, of the "
        "ten best by that, how well descriptors agree where the pose lays them, as in FreeZeV2; default: "
        "%(default)s",
    )  # fmt: skip
    parser.add_argument(
        "--search", choices=SEARCHES, default=NATIVE,
        help="whose RANSAC finds poses: this package's; or Open3D's, which with `--matches nearest` is the "
        "textbook pipeline; default: %(default)s",
    )  # fmt: skip
    parser.add_argument("--points", type=integer(16), default=4000, help="of a cloud; default: %(default)s")


def effort_of(options: Namespace) -> Effort:
    """How poses are looked for.

    Raises:
        InvalidConfigError: descriptors are to choose between poses where one is found.
    """
    if options.search == OPEN3D and options.ranking != SUPPORT:
        raise InvalidConfigError(
            f"--ranking {options.ranking}: chooses between several poses, and --search {OPEN3D} finds one; "
            "leave one of them out"
        )
    return Effort(matches=options.matches, ranking=options.ranking, search=options.search)


def cached_sets(folders: Sequence[Path], pool: Path, split: str, options: Namespace) -> list[PieceSet]:
    """Pairs of some caches.

    Raises:
        PoseNodesError: a cache or the pool cannot be used.
    """
    return [cached_set(folder, pool, split, options.pairs, options.points) for folder in folders]


def sets_of_recordings(options: Namespace) -> list[PieceSet]:
    """Pairs of all recordings, one set an object; how many were left out is printed.

    Raises:
        PoseNodesError: a recording or its objects cannot be used.
    """
    found = [
        one
        for text in options.recording
        for one in recorded_sets(text, options.every, options.points, options.check_references)
    ]
    for one in found:
        if one.left_out:
            told = f"{one.left_out} of {one.left_out + len(one.pieces)} pairs left out"
            print(f"{one.name}: {told}, as depth contradicts their recorded poses")
    return found
