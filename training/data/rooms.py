"""Scanned rooms with the boxes of their furniture, for indoor detection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.config import option
from pose_nodes.core.errors import InvalidConfigError
from pose_nodes.sequences.indoor_scene import IndoorScene
from pose_nodes.synthetic.rooms.library import room_scene
from pose_nodes.synthetic.rooms.styles import STYLES, style_named
from training.data.seeding import SPLITS, split_number


@dataclass(frozen=True)
class RoomOptions:
    """Options of rooms."""

    style: str = option("scannet", "the data set that they are like", choices=tuple(STYLES))
    points: int = option(
        100_000, "of a cloud, as many as detectors are trained with; a single view can have fewer", minimum=1,
        maximum=10_000_000,
    )  # fmt: skip
    seed: int = option(0, "another seed gives other rooms", minimum=0)


@dataclass(frozen=True, eq=False)
class RoomCloud:
    """One scanned room of n points and m boxes; see `IndoorScene`.

    Attributes:
        points: (n, 3) float32 metres, z up.
        colors: (n, 3) uint8 RGB.
        instances: (n,) int64 the box that a point belongs to, or -1.
        semantics: (n,) int64 its class in the source's `class_names`, or -1.
        box_classes: (m,) int64.
        box_centres: (m, 3) float64 metres.
        box_sizes: (m, 3) float64 full extents along the box's own axes, metres.
        box_yaws: (m,) float64 turn about z, radians.
        T_aligned_scan: (4, 4) float64.
    """

    RAGGED: ClassVar[frozenset[str]] = frozenset(
        {"points", "colors", "instances", "semantics", "box_classes", "box_centres", "box_sizes", "box_yaws"}
    )

    points: NDArray[np.float32]
    colors: NDArray[np.uint8]
    instances: NDArray[np.int64]
    semantics: NDArray[np.int64]
    box_classes: NDArray[np.int64]
    box_centres: NDArray[np.float64]
    box_sizes: NDArray[np.float64]
    box_yaws: NDArray[np.float64]
    T_aligned_scan: NDArray[np.float64]

    @classmethod
    def of(cls, scene: IndoorScene) -> RoomCloud:
        """The arrays of a scene."""
        boxes = scene.boxes
        return cls(
            scene.points,
            scene.colors,
            scene.instances,
            scene.semantics,
            boxes.classes,
            boxes.centres,
            boxes.sizes,
            boxes.yaws,
            scene.T_aligned_scan,
        )


class Rooms:
    """The source: `source[index]` is a `RoomCloud`, for every index from 0 on.

    Attributes:
        class_names: of the labels.
    """

    name = "rooms"
    sample_class: type[Any] = RoomCloud
    length: int | None = None

    def __init__(self, split: str = "train", options: RoomOptions | None = None) -> None:
        """Build the source.

        Raises:
            InvalidConfigError: there is no such split or style.
        """
        self.options, self.split = options or RoomOptions(), split
        self.class_names = style_named(self.options.style).class_names
        # Rooms are told apart by seed and index: splits get seeds of their own.
        self._seed = len(SPLITS) * self.options.seed + split_number(split)

    def origin(self) -> dict[str, str]:
        """What decides of the samples beside the options."""
        return {"split": self.split}

    def __getitem__(self, index: int) -> RoomCloud:
        """The sample of an index.

        Raises:
            InvalidConfigError: the index is negative.
        """
        return RoomCloud.of(self.scene(index))

    def scene(self, index: int) -> IndoorScene:
        """The room of an index.

        Raises:
            InvalidConfigError: the index is negative.
        """
        if index < 0:
            raise InvalidConfigError(f"rooms: index {index} must be a whole number from 0 on")
        return room_scene(self.options.style, self._seed, index, self.options.points)
