"""ScanNet's manner: a hand-held depth camera, many views fused into one surface.

ScanNet (Dai et al., CVPR 2017) was scanned with a Structure sensor on a tablet, fused by BundleFusion in
voxels, and annotated on the surface: its boxes are the axis-aligned extents of the annotated points, once
the scan is turned to the walls. What no view saw is missing, from boxes too; edges are round, thin things
incomplete.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.config import group, option
from pose_nodes.geometry import se3
from pose_nodes.sequences.indoor_scene import IndoorScene
from pose_nodes.synthetic.rooms.classes import CLASSES
from pose_nodes.synthetic.rooms.lighting import EVEN_LIGHT, LightConfig, colors_of
from pose_nodes.synthetic.rooms.room import Room
from pose_nodes.synthetic.rooms.scanners.boxes import thing_classes, tight_boxes
from pose_nodes.synthetic.rooms.scanners.distortion import slow_shift, smoothed
from pose_nodes.synthetic.rooms.scanners.eyes import View, walk
from pose_nodes.synthetic.rooms.scanners.gathering import gather, least_count
from pose_nodes.synthetic.rooms.surface import Samples, Surface


@dataclass(frozen=True)
class FusedConfig:
    """A hand-held scanner whose views are fused."""

    views_per_area: float = option(
        2.2, "views a square metre of floor (our choice)", unit="1/m^2", minimum=0.1, maximum=20.0
    )
    fewest: int = option(22, "views (our choice)", minimum=1, maximum=500)
    most: int = option(56, "views (our choice)", minimum=1, maximum=500)
    lowest: float = option(1.1, "least height of the camera (our choice)", unit="m", minimum=0.2, maximum=2.2)
    highest: float = option(
        1.75, "greatest height of the camera (our choice)", unit="m", minimum=0.2, maximum=2.2
    )
    half_width: float = option(
        0.554,
        "tangent of half the angle of view, across; 58 degrees (Structure sensor)",
        minimum=0.1,
        maximum=3.0,
    )
    half_height: float = option(
        0.414,
        "tangent of half the angle of view, upright; 45 degrees (Structure sensor)",
        minimum=0.1,
        maximum=3.0,
    )
    nearest: float = option(0.4, "range (Structure sensor)", unit="m", minimum=0.0, maximum=2.0)
    farthest: float = option(
        3.8, "range (Structure sensor: 3.5 and more)", unit="m", minimum=1.0, maximum=20.0
    )
    grazing: float = option(
        0.1, "least cosine of the angle of incidence (our choice)", minimum=0.0, maximum=0.9
    )
    smoothing: float = option(
        0.03,
        "size of the cells whose points are drawn together (our choice)",
        unit="m",
        minimum=0.0,
        maximum=0.2,
    )
    noise: float = option(
        0.002, "standard deviation along the normal (our choice)", unit="m", minimum=0.0, maximum=0.1
    )
    warp: float = option(
        0.008,
        "standard deviation of slow shifts, as drift leaves them (our choice)",
        unit="m",
        minimum=0.0,
        maximum=0.2,
    )
    misalignment: float = option(
        0.008,
        "standard deviation of the turn that alignment leaves (our choice)",
        unit="rad",
        minimum=0.0,
        maximum=0.2,
    )
    least_points: int = option(
        40, "of a box, of 100,000 of the cloud (our choice)", minimum=1, maximum=100_000
    )
    offset: float = option(
        0.2, "standard deviation of the origin from the middle of the room (our choice)",
        unit="m", minimum=0.0, maximum=5.0,
    )  # fmt: skip
    light: LightConfig = group(LightConfig, "light and colour")

    def exact(self) -> FusedConfig:
        """The same scanner without errors, and the origin in the middle of the floor."""
        return replace(
            self, smoothing=0.0, noise=0.0, warp=0.0, misalignment=0.0, offset=0.0, light=EVEN_LIGHT
        )


def scan(
    name: str, room: Room, surface: Surface, config: FusedConfig, rng: np.random.Generator, points: int
) -> IndoorScene:
    """The cloud in the frame whose axes are along the walls; T_aligned_scan leads to it from the camera's."""
    count = int(
        np.clip(config.views_per_area * room.plan.area, config.fewest, max(config.fewest, config.most))
    )
    views = walk(room, surface, rng, count, (config.lowest, config.highest))
    samples = gather(surface, rng, points, lambda drawn: _seen(surface, drawn, views, config))
    measured = _fused(surface, samples, config, rng)
    T_aligned_room, T_aligned_scan = _frames(room, config, rng)
    things = surface.things[samples.faces]
    cloud = (np.einsum("ij,kj->ik", measured, T_aligned_room[:3, :3]) + T_aligned_room[:3, 3]).astype(
        np.float32
    )
    labels = tight_boxes(
        cloud.astype(np.float64),
        things,
        thing_classes(room, "scannet"),
        least_count(config.least_points, len(cloud)),
    )
    colors = colors_of(surface, samples, config.light, rng)
    return IndoorScene(
        name,
        CLASSES["scannet"],
        cloud,
        colors,
        labels.instances,
        labels.semantics,
        labels.boxes,
        T_aligned_scan,
    )


def _seen(surface: Surface, samples: Samples, views: list[View], config: FusedConfig) -> NDArray[np.bool_]:
    """(n,) points that any view sees: in its image, in range, not too steeply, and nothing before them."""
    seen = np.zeros(len(samples), bool)
    # Columns are many times faster than rows here. Points that were seen are given up: NaN is in no view.
    unseen = np.arange(len(samples))
    columns = np.concatenate([samples.points.T, surface.normals[samples.faces].T]).astype(np.float32)
    done = 0
    for view in views:
        inside = _in_view(columns, view, config)
        shown = inside[surface.visible(samples.points[unseen[inside]], view.eye)]
        seen[unseen[shown]] = True
        columns[0, shown] = np.nan
        done += len(shown)
        if done > 0.25 * len(unseen):
            kept = np.flatnonzero(~np.isnan(columns[0]))
            unseen, columns, done = unseen[kept], columns[:, kept], 0
    return seen


def _in_view(columns: NDArray[np.float32], view: View, config: FusedConfig) -> NDArray[np.int64]:
    """Indices of the points, (6, n) places and normals, that lie in an image and face the camera enough."""
    right, down, forward = view.axes().astype(np.float32)
    eye = view.eye.astype(np.float32)
    ahead = _along(columns[:3], forward, eye)
    chosen = np.flatnonzero((ahead > config.nearest) & (ahead < config.farthest))
    ahead, near = ahead[chosen], columns[:3, chosen]
    inside = np.abs(_along(near, right, eye)) < np.float32(config.half_width) * ahead
    inside &= np.abs(_along(near, down, eye)) < np.float32(config.half_height) * ahead
    chosen, ways = chosen[inside], near[:, inside] - eye[:, None]
    across = np.abs((ways * columns[3:, chosen]).sum(axis=0))
    return np.asarray(chosen[across > np.float32(config.grazing) * np.sqrt((ways * ways).sum(axis=0))])


def _along(
    places: NDArray[np.float32], axis: NDArray[np.float32], eye: NDArray[np.float32]
) -> NDArray[np.float32]:
    """(n,) how far (3, n) places lie along an axis from an eye."""
    x, y, z = places
    return np.asarray(x * axis[0] + y * axis[1] + z * axis[2] - np.float32(eye @ axis))


def _fused(
    surface: Surface, samples: Samples, config: FusedConfig, rng: np.random.Generator
) -> NDArray[np.float64]:
    points = samples.points
    if config.smoothing > 0.0:
        points = smoothed(points, config.smoothing)
    if config.noise > 0.0:
        along = rng.normal(0.0, config.noise, len(points))
        points = points + along[:, None] * surface.normals[samples.faces]
    return slow_shift(points, config.warp, 1.5, rng) if config.warp > 0.0 else points


def _frames(room: Room, config: FusedConfig, rng: np.random.Generator) -> tuple[se3.Matrix, se3.Matrix]:
    """T_aligned_room and T_aligned_scan: the room's middle lies near the origin; the scan began anyhow."""
    left = float(rng.normal(0.0, config.misalignment)) if config.misalignment > 0.0 else 0.0
    middle = np.array([*(0.5 * np.array(room.plan.size) + rng.normal(0.0, config.offset, 2)), 0.0])
    turn = se3.from_rotation_vector((0.0, 0.0, left))
    T_aligned_room = turn @ se3.from_rotation_vector((0.0, 0.0, 0.0), -middle)
    start = np.array([*rng.uniform(-3.0, 3.0, 2), rng.normal(0.0, 0.05)])
    return T_aligned_room, se3.from_rotation_vector((0.0, 0.0, rng.uniform(-np.pi, np.pi)), start)
