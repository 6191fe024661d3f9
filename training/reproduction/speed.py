"""Time and memory of teacher and student on the same cloud."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pose_nodes.commands.bench_networks import COUNT, NetworkFigures, measure_alone
from pose_nodes.demo_data import BUNNY_OBJECTS
from pose_nodes.objects.library import ObjectLibrary
from training.reproduction.contenders import Contender

MEMORY_COUNT = 5000
"""Points at which the paper tells the student's memory."""
PUBLISHED = ("dGeDi base", "GeDi published")
"""Networks as the paper has them, by the names of `bench_networks`."""


@dataclass(frozen=True)
class Case:
    """What is measured: a network by name, and a number of points."""

    network: str
    points: int


def cases_of(contenders: Sequence[Contender], published: Sequence[str] = PUBLISHED) -> list[Case]:
    """Each network once: those of the contenders, and those of the paper; students with more points, too."""
    names = [each.network for each in contenders if each.network]
    networks = list(dict.fromkeys([*names, *published]))
    return [
        Case(name, points)
        for name in networks
        for points in ((COUNT, MEMORY_COUNT) if name.startswith("dGeDi") else (COUNT,))
    ]


def measured(cases: Sequence[Case]) -> Iterator[NetworkFigures]:
    """The figures of each case, one after another, on the surface of the bunny that comes along."""
    library = ObjectLibrary.from_file(BUNNY_OBJECTS)
    for case in cases:
        yield measure_alone(case.network, library[library.names[0]], case.points)
