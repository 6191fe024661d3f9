"""How fast networks describe clouds: the students, and the teacher that describes point by point."""

from __future__ import annotations

import importlib.util
import multiprocessing
import resource
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pose_nodes.commands.tables import ABSENT, TextTable, number
from pose_nodes.features.learned import require_torch
from pose_nodes.geometry.pointcloud import PointCloud
from pose_nodes.objects.model import ObjectModel
from pose_nodes.objects.sampling import random_surface_points

COUNT = 4000
"""Points of a cloud, as in the dGeDi paper."""
COUNTS = (1000, 2000, 4000, 8000, 16000, 32000)
STUDENTS = ("small", "base")
TEACHERS = ("small", "published")
REPEATS = {"dGeDi": 15, "GeDi": 5}
"""By kind; the faster ones are the noisier on a shared machine."""
_STATUS = Path("/proc/self/status")
_PART = 20
"""One of so many points is described by teachers, and the time multiplied: a whole cloud takes minutes."""


@dataclass(frozen=True)
class NetworkFigures:
    """One network and one cloud.

    Attributes:
        network: its name.
        points: of the cloud.
        seconds: for all of them, the median and the least of some repetitions.
        least: see above.
        megabytes: that the process grew by at most, from before the network was built.
    """

    network: str
    points: int
    seconds: float
    least: float
    megabytes: float

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "network": self.network, "points": self.points, "seconds": self.seconds, "least": self.least,
            "megabytes": self.megabytes,
        }  # fmt: skip


def measure_networks(model: ObjectModel) -> list[NetworkFigures]:
    """Describe clouds of a model with random weights, each in a process of its own; [] without PyTorch."""
    if importlib.util.find_spec("torch") is None:
        return []
    cases = [(f"dGeDi {name}", count) for name in STUDENTS for count in COUNTS]
    cases += [(f"GeDi {name}", COUNT) for name in TEACHERS]
    return [measure_alone(name, model, count) for name, count in cases]


def measure_alone(name: str, model: ObjectModel, count: int) -> NetworkFigures:
    """One network in a process of its own.

    Args:
        name: "dGeDi SIZE" or "GeDi SIZE".
        model: whose surface is described.
        count: points of the cloud.
    """
    cloud = PointCloud(*random_surface_points(model.mesh, count, np.random.default_rng(count)))
    context: Any = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as process:
        return process.submit(measure_network, name, cloud, model.diameter).result()


def measure_network(name: str, cloud: PointCloud, diameter: float) -> NetworkFigures:
    """One network and cloud, in this process."""
    require_torch("networks").manual_seed(0)
    before = peak_megabytes()
    kind, size = name.split()
    describe, part = (_student(size), 1) if kind == "dGeDi" else (_teacher(size), _PART)
    seconds = [_timed(describe, cloud, diameter, part) for _ in range(REPEATS[kind] + 1)][1:]
    return NetworkFigures(
        name, len(cloud), float(np.median(seconds)), min(seconds), peak_megabytes() - before
    )


Describe = Callable[[PointCloud, float, int], Any]


def _timed(describe: Describe, cloud: PointCloud, diameter: float, part: int) -> float:
    start = time.perf_counter()
    describe(cloud, diameter, part)
    return part * (time.perf_counter() - start)


def _student(size: str) -> Describe:
    from pose_nodes.features.dgedi import Dgedi
    from pose_nodes.networks.descriptor import DescriptorConfig, DescriptorNetwork

    features = Dgedi(DescriptorNetwork(DescriptorConfig(backbone=size)))
    return lambda cloud, diameter, _part: features.describe(cloud, diameter)


def _teacher(size: str) -> Describe:
    """Patches are cut out of the whole cloud, around a part of its points."""
    from pose_nodes.features.gedi import Gedi
    from pose_nodes.networks.gedi import GediConfig, GediNetwork

    features = Gedi([GediNetwork(GediConfig(size=size))])
    return lambda cloud, diameter, part: features.describe(cloud, diameter, cloud.points[::part])


def peak_megabytes() -> float:
    """The most memory that this process has had.

    Linux hands `ru_maxrss` down from the process that starts another, so that a small one of a large one
    would never seem to grow; what it says of a process's own memory (VmHWM) begins anew.
    """
    if _STATUS.is_file():
        for line in _STATUS.read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return float(line.split()[1]) / 1024.0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


def network_tables(measured: Sequence[NetworkFigures]) -> list[TextTable]:
    """Networks on one cloud; students on clouds of more and more points."""
    same = [one for one in measured if one.points == COUNT]
    counts = sorted({one.points for one in measured})
    return [
        TextTable(
            f"Describing a cloud of {COUNT:,} points (teachers: every {_PART}th point, times {_PART})",
            ("network", "median (ms)", "least (ms)", "memory (MB)", "of dGeDi small"),
            tuple(_row(one, _least_of(same, "dGeDi small")) for one in same)
            or (("PyTorch is not installed", *[ABSENT] * 4),),
        ),
        TextTable(
            "Time by points (least, ms)",
            ("network", *(f"{count:,}" for count in counts), "exponent"),
            tuple(_growth_row(measured, f"dGeDi {name}", counts) for name in STUDENTS if measured),
        ),
    ]


def _row(one: NetworkFigures, reference: float) -> tuple[str, ...]:
    return (
        one.network, number(one.seconds, 1, 1000.0), number(one.least, 1, 1000.0), number(one.megabytes, 0),
        number(one.least / reference, 1),
    )  # fmt: skip


def _least_of(measured: Sequence[NetworkFigures], network: str) -> float:
    return next((one.least for one in measured if one.network == network), float("nan"))


def _growth_row(measured: Sequence[NetworkFigures], network: str, counts: Sequence[int]) -> tuple[str, ...]:
    found = {one.points: one.least for one in measured if one.network == network}
    cells = [number(found.get(count, float("nan")), 1, 1000.0) for count in counts]
    return network, *cells, number(growth(list(found), list(found.values())), 2)


def growth(counts: Sequence[int], seconds: Sequence[float]) -> float:
    """The exponent of the number of points that the time grows with: 1 is linear."""
    if len(counts) < 2:
        return float("nan")
    return float(np.polyfit(np.log(counts), np.log(seconds), 1)[0])
