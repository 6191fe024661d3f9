"""Which rooms a data set of indoor scenes has."""

from __future__ import annotations

from dataclasses import dataclass

from pose_nodes.core.config import option
from pose_nodes.sequences.indoor_formats import FORMATS

CLOCKWISE = "clockwise"


@dataclass(frozen=True)
class RoomsConfig:
    """The rooms of the indoor layout; each arrangement is one."""

    style: str = option(
        "scannet", "rooms, scanner and classes as those of this data set", choices=tuple(FORMATS)
    )
    points: int = option(
        100_000, "of each cloud; a single view may have fewer", minimum=1, maximum=10_000_000
    )
    headings: str = option(
        CLOCKWISE, "of sunrgbd's boxes, seen from above: clockwise for mmdetection3d 0.x, counterclockwise "
        "for 1.0", choices=(CLOCKWISE, "counterclockwise"),
    )  # fmt: skip
