"""Scanned rooms by style, seed and index."""

from __future__ import annotations

import zlib

import numpy as np

from pose_nodes.core.errors import InvalidConfigError
from pose_nodes.sequences.indoor_scene import IndoorScene
from pose_nodes.synthetic.rooms.room import make_room
from pose_nodes.synthetic.rooms.styles import scan, style_named


def room_scene(style: str, seed: int, index: int, points: int = 100_000) -> IndoorScene:
    """The index-th scanned room of a style and a seed: the same bits at each call on one machine.

    Args:
        style: a key of `styles.STYLES`.
        seed: any whole number from 0 on; another seed gives other rooms.
        index: of the room, from 0 on.
        points: of the cloud, see `styles.scan`.

    Raises:
        InvalidConfigError: no such style, or a negative seed or index.
        InvalidInputError: fewer than one point is asked for.
    """
    chosen = style_named(style)
    if min(seed, index) < 0:
        raise InvalidConfigError(
            f"room of style '{style}': seed {seed} and index {index} must be whole numbers from 0 on"
        )
    rng = np.random.default_rng([zlib.crc32(style.encode()), seed, index])
    room = make_room(rng, chosen.room_config(rng))
    return scan(room, chosen, rng, points, f"{style}_{seed}_{index:06d}")
