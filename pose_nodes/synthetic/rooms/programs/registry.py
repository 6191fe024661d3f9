"""All kinds of rooms, how large they are, and how often each data set has them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pose_nodes.synthetic.rooms.arranger import Arranger
from pose_nodes.synthetic.rooms.programs import dwellings, offices, wet_rooms


@dataclass(frozen=True)
class Program:
    """One kind of room.

    Attributes:
        furnish: puts its furniture in.
        area: least and most, square metres (our choice).
        windows: mean number.
        curtains: share of the windows that have some.
        clutter: mean number of things on the floor in disorder.
        wet: tiles instead of carpets.
        longest: length over width at most.
    """

    furnish: Callable[[Arranger], None]
    area: tuple[float, float]
    windows: float = 1.2
    curtains: float = 0.5
    clutter: float = 2.0
    wet: bool = False
    longest: float = 1.7


PROGRAMS: Mapping[str, Program] = {
    "bedroom": Program(dwellings.bedroom, (8.0, 22.0), 1.2, 0.75),
    "living_room": Program(dwellings.living_room, (12.0, 36.0), 1.8, 0.65, 2.5),
    "dining_room": Program(dwellings.dining_room, (8.0, 22.0), 1.2, 0.6, 1.0),
    "studio": Program(dwellings.studio, (11.0, 26.0), 1.2, 0.6, 3.0),
    "kitchen": Program(wet_rooms.kitchen_room, (6.0, 18.0), 0.9, 0.25, 0.6, True),
    "bathroom": Program(wet_rooms.bathroom, (3.6, 9.0), 0.4, 0.25, 0.4, True),
    "pantry": Program(wet_rooms.pantry, (12.0, 32.0), 0.8, 0.1, 0.6, True),
    "office": Program(offices.office, (9.0, 26.0), 1.0, 0.15, 2.0),
    "open_office": Program(offices.open_office, (26.0, 60.0), 2.0, 0.1, 2.5),
    "conference_room": Program(offices.conference_room, (14.0, 45.0), 1.0, 0.15, 0.8),
    "lecture_hall": Program(offices.lecture_hall, (45.0, 90.0), 0.8, 0.1, 0.5),
    "classroom": Program(offices.classroom, (35.0, 65.0), 1.5, 0.2, 1.0),
    "lobby": Program(offices.lobby, (16.0, 50.0), 1.5, 0.15, 1.0),
    "store_room": Program(offices.store_room, (6.0, 20.0), 0.4, 0.0, 2.0),
}

SHARES: Mapping[str, Mapping[str, float]] = {
    "scannet": {
        "bathroom": 0.17, "bedroom": 0.15, "living_room": 0.15, "office": 0.13, "kitchen": 0.12,
        "studio": 0.08, "conference_room": 0.06, "lobby": 0.04, "store_room": 0.04, "classroom": 0.03,
        "dining_room": 0.03,
    },
    "sunrgbd": {
        "bedroom": 0.2, "office": 0.15, "bathroom": 0.14, "living_room": 0.13, "classroom": 0.08,
        "dining_room": 0.07, "conference_room": 0.06, "studio": 0.06, "kitchen": 0.05, "lobby": 0.04,
        "store_room": 0.02,
    },
    "s3dis": {
        "office": 0.5, "conference_room": 0.14, "lobby": 0.1, "open_office": 0.08, "store_room": 0.06,
        "pantry": 0.06, "classroom": 0.03, "lecture_hall": 0.03,
    },
}  # fmt: skip
"""By data set: how often each kind of room occurs (our choice, after the rooms that the data sets name).
Bathrooms are more frequent here than in SUN RGB-D, so that toilets and bathtubs are not rare.
"""
