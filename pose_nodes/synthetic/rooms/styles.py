"""The three styles of scanned rooms: what rooms, which scanner, which classes."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from pose_nodes.core.errors import InvalidConfigError, InvalidInputError
from pose_nodes.sequences.indoor_scene import IndoorScene
from pose_nodes.synthetic.rooms.classes import CLASSES
from pose_nodes.synthetic.rooms.programs.registry import SHARES
from pose_nodes.synthetic.rooms.room import Room, RoomConfig
from pose_nodes.synthetic.rooms.scanners import fused, single_view, static
from pose_nodes.synthetic.rooms.surface import Surface

ScannerConfig = fused.FusedConfig | single_view.SingleViewConfig | static.StaticConfig


@dataclass(frozen=True)
class Style:
    """How the rooms of one data set are.

    Attributes:
        name: of the data set whose classes are used.
        kinds: share of each kind of room.
        ceiling: share of the rooms whose ceiling can be seen.
        l_share: share of L-shaped rooms.
        scanner: what they are scanned with.
    """

    name: str
    kinds: Mapping[str, float]
    ceiling: float
    l_share: float
    scanner: ScannerConfig

    def exact(self) -> Style:
        """The same rooms and scanner without noise, holes and distortion, under even light."""
        return replace(self, scanner=self.scanner.exact())

    @property
    def class_names(self) -> tuple[str, ...]:
        """In the order of the labels."""
        return CLASSES[self.name]

    def room_config(self, rng: np.random.Generator) -> RoomConfig:
        """Some room of this style."""
        kinds, shares = list(self.kinds), np.array(list(self.kinds.values()))
        kind = kinds[int(rng.choice(len(kinds), p=shares / shares.sum()))]
        return RoomConfig(kind=kind, l_share=self.l_share)


STYLES: Mapping[str, Style] = {
    "scannet": Style("scannet", SHARES["scannet"], 0.3, 0.3, fused.FusedConfig()),
    "sunrgbd": Style("sunrgbd", SHARES["sunrgbd"], 1.0, 0.2, single_view.SingleViewConfig()),
    "s3dis": Style("s3dis", SHARES["s3dis"], 1.0, 0.12, static.StaticConfig()),
}


def style_named(name: str) -> Style:
    """A style by its name.

    Raises:
        InvalidConfigError: there is none of that name.
    """
    if name not in STYLES:
        nearest = difflib.get_close_matches(name, STYLES, n=1, cutoff=0.0)[0]
        raise InvalidConfigError(f"style '{name}' is unknown; did you mean '{nearest}'?")
    return STYLES[name]


def scan(
    room: Room, style: str | Style, rng: np.random.Generator, n_points: int = 100_000, name: str = "room"
) -> IndoorScene:
    """Scan a room as a data set would have been.

    Args:
        room: what is scanned.
        style: a key of STYLES, or a style with other options.
        rng: of views, noise and colours.
        n_points: of the cloud; a single view can have fewer, as can a scan that saw hardly anything.
        name: of the scene.

    Returns:
        The cloud with labels and boxes; the module of each scanner says what its boxes and its frame are.

    Raises:
        InvalidConfigError: no such style.
        InvalidInputError: fewer than one point is asked for.
    """
    chosen = style_named(style) if isinstance(style, str) else style
    if n_points < 1:
        raise InvalidInputError(f"room scan: {n_points} points are asked for; ask for at least 1")
    surface = Surface.of(room, ceiling=bool(rng.random() < chosen.ceiling))
    config = chosen.scanner
    if isinstance(config, fused.FusedConfig):
        return fused.scan(name, room, surface, config, rng, n_points)
    if isinstance(config, single_view.SingleViewConfig):
        return single_view.scan(name, room, surface, config, rng, n_points)
    return static.scan(name, room, surface, config, rng, n_points)
