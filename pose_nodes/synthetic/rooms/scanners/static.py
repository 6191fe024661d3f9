"""S3DIS's manner: a scanner on a tripod at a few places of a room, whose cloud is cut at the room's walls.

S3DIS (Armeni et al., CVPR 2016) was scanned with Matterport cameras and annotated in the cloud; detection
takes the axis-aligned extents of the points of an instance for its box. Floor, walls and ceiling are
complete, noise is small, and the cloud begins at the origin, as mmdetection3d shifts it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.config import group, option
from pose_nodes.sequences.indoor_scene import IndoorScene
from pose_nodes.synthetic.rooms.classes import CLASSES
from pose_nodes.synthetic.rooms.lighting import EVEN_LIGHT, LightConfig, colors_of
from pose_nodes.synthetic.rooms.room import Room
from pose_nodes.synthetic.rooms.scanners.boxes import thing_classes, tight_boxes
from pose_nodes.synthetic.rooms.scanners.distortion import slow_shift
from pose_nodes.synthetic.rooms.scanners.eyes import standing_places
from pose_nodes.synthetic.rooms.scanners.gathering import gather, least_count
from pose_nodes.synthetic.rooms.surface import Samples, Surface


@dataclass(frozen=True)
class StaticConfig:
    """A scanner on a tripod that sees all around; every figure is our choice."""

    area: float = option(10.0, "of floor that a further place serves", unit="m^2", minimum=2.0, maximum=200.0)
    most: int = option(6, "places", minimum=1, maximum=50)
    height: float = option(1.5, "of the scanner", unit="m", minimum=0.3, maximum=2.2)
    nearest: float = option(0.35, "range", unit="m", minimum=0.0, maximum=2.0)
    grazing: float = option(0.03, "least cosine of the angle of incidence", minimum=0.0, maximum=0.9)
    noise: float = option(0.002, "standard deviation along the ray", unit="m", minimum=0.0, maximum=0.1)
    warp: float = option(0.004, "standard deviation of slow shifts", unit="m", minimum=0.0, maximum=0.2)
    margin: float = option(0.12, "of the walls' thickness that is kept", unit="m", minimum=0.0, maximum=1.0)
    least_points: int = option(60, "of a box, of 100,000 of the cloud", minimum=1, maximum=100_000)
    light: LightConfig = group(LightConfig, "light and colour")

    def exact(self) -> StaticConfig:
        """The same scanner without errors."""
        return replace(self, noise=0.0, warp=0.0, light=EVEN_LIGHT)


def scan(
    name: str, room: Room, surface: Surface, config: StaticConfig, rng: np.random.Generator, points: int
) -> IndoorScene:
    """The cloud along the walls, its least coordinates at zero."""
    count = int(min(config.most, 1 + room.plan.area // config.area))
    eyes = standing_places(room, surface, rng, count, (config.height - 0.05, config.height + 0.05))
    samples = gather(surface, rng, points, lambda drawn: _seen(room, surface, drawn, eyes, config))
    measured = samples.points
    if config.noise > 0.0:
        measured = measured + rng.normal(0.0, config.noise, (len(measured), 3))
    if config.warp > 0.0:
        measured = slow_shift(measured, config.warp, 2.5, rng)
    cloud = (measured - measured.min(axis=0)).astype(np.float32)
    labels = tight_boxes(
        cloud.astype(np.float64), surface.things[samples.faces], thing_classes(room, "s3dis"),
        least_count(config.least_points, len(cloud)),
    )  # fmt: skip
    colors = colors_of(surface, samples, config.light, rng)
    return IndoorScene(
        name, CLASSES["s3dis"], cloud, colors, labels.instances, labels.semantics, labels.boxes
    )


def _seen(
    room: Room, surface: Surface, samples: Samples, eyes: NDArray[np.float64], config: StaticConfig
) -> NDArray[np.bool_]:
    """(n,) points of the room that any place sees."""
    seen = np.zeros(len(samples), bool)
    open_ones = np.flatnonzero(room.plan.inside(samples.points[:, :2], -config.margin))
    normals = surface.normals[samples.faces]
    for eye in eyes:
        ways = samples.points[open_ones] - eye
        lengths = np.linalg.norm(ways, axis=1)
        cosine = np.abs(np.einsum("ij,ij->i", ways, normals[open_ones]))
        near = np.flatnonzero((lengths > config.nearest) & (cosine > config.grazing * lengths))
        shown = surface.visible(samples.points[open_ones[near]], eye)
        seen[open_ones[near[shown]]] = True
        open_ones = np.delete(open_ones, near[shown])
    return seen
