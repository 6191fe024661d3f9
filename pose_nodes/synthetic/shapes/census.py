"""Makes many procedural objects and notes of each what must hold: closed, whole, as symmetric as it says."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from pose_nodes.core.errors import InvalidInputError, PoseNodesError
from pose_nodes.objects.symmetry_detection import DIFFERENCE_SHARE
from pose_nodes.objects.winding import signed_volume
from pose_nodes.synthetic.shapes.categories.registry import CATEGORIES, seed_of
from pose_nodes.synthetic.shapes.generic.registry import GENERIC
from pose_nodes.synthetic.shapes.library import generate
from pose_nodes.synthetic.shapes.symmetry_check import check_symmetry

_SPLIT_SHARES = {"train": 0.8, "val": 0.1, "test": 0.1}
_LEAST_TOLERANCE = 2e-5
"""Metres: float32 coordinates and the sampling of curved surfaces by triangles (our choice)."""


@dataclass(frozen=True)
class Entry:
    """What was found out about one object; lengths in metres.

    Attributes:
        family: what made it.
        seed: of its random numbers.
        failure: why it could not be made, in a sentence; empty if it could. The rest is then 0.
        watertight: whether its mesh is closed.
        parts: closed surfaces of the solid; all but the largest are left out of the mesh.
        triangles: of the mesh.
        volume: cubic metres.
        x: extent.
        y: extent.
        z: extent.
        mesh_error: `MeshQuality.error`.
        symmetry: the group that it says it has.
        detected: the group that `objects.symmetry_detection` finds.
        agreed: whether that is the same group.
        diameter: largest distance of two points.
        chamfer: `SymmetryCheck.chamfer`.
        claimed_residual: `SymmetryCheck.claimed_residual`.
        other_residual: `SymmetryCheck.other_residual`.
        other_turn: `SymmetryCheck.other_turn`.
        seconds: to make the object.
    """

    family: str
    seed: int
    failure: str = ""
    watertight: bool = False
    parts: int = 0
    triangles: int = 0
    volume: float = 0.0
    x: float = 0.0
    y: float = 0.0
    z: float = 0.0
    mesh_error: float = 0.0
    symmetry: str = ""
    detected: str = ""
    agreed: bool = False
    diameter: float = 0.0
    chamfer: float = 0.0
    claimed_residual: float = 0.0
    other_residual: float = 0.0
    other_turn: str = ""
    seconds: float = 0.0

    @property
    def complaints(self) -> tuple[str, ...]:
        """What is wrong with the object, each in a few words; empty for a good one."""
        if self.failure:
            return (self.failure,)
        # Both surfaces, the turned one and the other, are off the solid by the error of the mesh.
        tolerance = max(2.0 * self.mesh_error, _LEAST_TOLERANCE)
        wrong = {
            "not watertight": not self.watertight,
            "no volume": self.volume <= 0.0,
            f"{self.parts} parts": self.parts != 1,
            f"not symmetric as {self.symmetry}": self.claimed_residual > tolerance,
            f"also symmetric as {self.other_turn}": self.other_residual < DIFFERENCE_SHARE * self.diameter,
        }
        return tuple(words for words, so in wrong.items() if so)


def examine(family: str, seed: int) -> Entry:
    """Make one object and look at it; what goes wrong is part of the answer."""
    begun = time.process_time()
    try:
        item = generate(family, seed)
        seconds = time.process_time() - begun
        check = check_symmetry(item.mesh, item.symmetry, np.random.default_rng(seed))
    except (PoseNodesError, ArithmeticError, ValueError, LookupError, RuntimeError) as error:
        return Entry(family, seed, failure=f"{type(error).__name__}: {' '.join(str(error).split())}")
    x, y, z = np.ptp(item.mesh.vertices, axis=0).tolist()
    return Entry(
        family,
        seed,
        watertight=item.quality.watertight,
        parts=item.quality.parts,
        triangles=item.quality.triangles,
        volume=signed_volume(item.mesh),
        x=x,
        y=y,
        z=z,
        mesh_error=item.quality.error,
        symmetry=item.symmetry.notation,
        detected=check.detected,
        agreed=check.agreed,
        diameter=check.diameter,
        chamfer=check.chamfer,
        claimed_residual=check.claimed_residual,
        other_residual=check.other_residual,
        other_turn=check.other_turn,
        seconds=seconds,
    )


def subjects(generic: int, per_category: int) -> list[tuple[str, int]]:
    """(family, seed) of so many generic objects, by turns of the families, and of so many of each category.

    Eight of ten instances of a category are of its training split, the others of validation and test.
    """
    families = list(GENERIC)
    chosen = [(families[k % len(families)], k // len(families)) for k in range(generic)]
    counts = {split: round(share * per_category) for split, share in _SPLIT_SHARES.items()}
    counts["train"] = per_category - counts["val"] - counts["test"]
    seeds = [seed_of(split, index) for split, count in counts.items() for index in range(count)]
    return chosen + [(category, seed) for seed in seeds for category in CATEGORIES]


def append(path: Path, entry: Entry) -> None:
    """Add an entry to a CSV file, which is begun if it is not there."""
    begun = path.is_file()
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Entry)])
        if not begun:
            writer.writeheader()
        writer.writerow(asdict(entry))


def rewrite(path: Path, entries: Iterable[Entry]) -> None:
    """Write a CSV file anew, of these entries alone."""
    path.unlink(missing_ok=True)
    for entry in entries:
        append(path, entry)


def read(path: Path) -> list[Entry]:
    """The entries of a CSV file; none if it is not there. A last line that was cut off is left out.

    Raises:
        InvalidInputError: the file is not a census of this version.
    """
    if not path.is_file():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    names = [field.name for field in fields(Entry)]
    if not rows or rows[0] != names:
        raise InvalidInputError(f"{path}: is not a census of this version; choose another folder")
    return [_entry(row) for row in rows[1:] if len(row) == len(names)]


def _entry(row: Sequence[str]) -> Entry:
    kinds = [str(field.type) for field in fields(Entry)]  # names, as annotations are not evaluated here
    return Entry(*[_READERS[kind](text) for kind, text in zip(kinds, row, strict=True)])


_READERS: Mapping[str, Callable[[str], Any]] = {
    "bool": "True".__eq__,
    "int": int,
    "float": float,
    "str": str,
}
