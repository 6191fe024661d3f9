"""SUN RGB-D's manner: one image of a depth camera.

SUN RGB-D (Song, Lichtenberg, Xiao, CVPR 2015) has single images of four cameras (Kinect 1 and 2, Xtion,
RealSense). Its boxes are oriented about the vertical and enclose whole objects, as annotators judged them,
also where they are hidden or cut by the image. The cloud's frame is that of the camera without its tilt:
x right, y forward, z up, the origin in the camera. A box's own x is the front of the thing, as the mean
sizes show that VoteNet's configuration lists (a bed is 2.11 m along x, a sofa 0.92 m).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.config import group, option
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.sequences.indoor_scene import IndoorScene
from pose_nodes.synthetic.rooms.classes import CLASSES
from pose_nodes.synthetic.rooms.lighting import EVEN_LIGHT, LightConfig, colors_of
from pose_nodes.synthetic.rooms.room import Room
from pose_nodes.synthetic.rooms.scanners.boxes import amodal_boxes, thing_classes
from pose_nodes.synthetic.rooms.scanners.eyes import View, look_at, standing_places
from pose_nodes.synthetic.rooms.scanners.gathering import least_count
from pose_nodes.synthetic.rooms.surface import Samples, Surface
from pose_nodes.synthetic.sensor import config as sensor
from pose_nodes.synthetic.sensor.depth_sensor import DepthSensor
from pose_nodes.synthetic.sensor.incidence import rays
from pose_nodes.synthetic.sensor.material_holes import Materials
from pose_nodes.synthetic.shapes.choice import between

_KINECT_FOCAL = 580.0
"""Pixels of 640 across (KE: 5.45 mm over pixels of 9.3 um)."""
_SHINY, _TRANSPARENT, _DARK = 0.15, 0.5, 0.09
"""From which gloss on a surface mirrors or lets light through; below which brightness it is dark
(our choice)."""


@dataclass(frozen=True)
class SingleViewConfig:
    """A depth camera that takes one image. Sources KE, NIL: see `sensor.config`."""

    pixels_per_point: float = option(
        1.3, "pixels of the image for each point that is wanted", minimum=1.0, maximum=10.0
    )
    half_width: float = option(
        0.55, "tangent of half the angle of view, across; 57.6 degrees (Kinect)", minimum=0.1, maximum=3.0
    )
    lowest: float = option(0.9, "least height of the camera (our choice)", unit="m", minimum=0.2, maximum=2.2)
    highest: float = option(
        1.7, "greatest height of the camera (our choice)", unit="m", minimum=0.2, maximum=2.2
    )
    tries: int = option(
        16, "views of which that with most furniture is likely taken (our choice)", minimum=1, maximum=100
    )
    nearest: float = option(0.45, "range (Kinect: 0.5)", unit="m", minimum=0.0, maximum=2.0)
    farthest: float = option(7.5, "range (our choice)", unit="m", minimum=1.0, maximum=20.0)
    noise: float = option(
        0.001425, "standard deviation at 1 m, grows with z^2 (KE)", unit="1/m", minimum=0.0, maximum=0.1
    )
    disparity: float = option(
        0.125, "step of the disparity; 1/8 (KE)", unit="pixels", minimum=0.0, maximum=1.0
    )
    edge_loss: float = option(
        0.35, "share of the pixels at silhouettes without depth (our choice)", minimum=0.0, maximum=1.0
    )
    flying: float = option(
        0.06,
        "share of pixels between foreground and background at edges (our choice)",
        minimum=0.0,
        maximum=1.0,
    )
    shadow: float = option(
        0.075, "baseline whose shadow has no depth (KE)", unit="m", minimum=0.0, maximum=0.5
    )
    grazing: float = option(
        0.8, "share without depth at the most grazing angle (our choice)", minimum=0.0, maximum=1.0
    )
    material: float = option(
        1.0, "how far dark, shiny and transparent surfaces have holes (our choice)", minimum=0.0, maximum=1.0
    )
    dropout: float = option(0.01, "share without depth anywhere (our choice)", minimum=0.0, maximum=1.0)
    least_points: int = option(
        80, "of a box, of 100,000 of the cloud (our choice)", minimum=1, maximum=100_000
    )
    least_seen: float = option(
        0.05,
        "share of a thing's surface that must be in view for a box (our choice)",
        minimum=0.0,
        maximum=1.0,
    )
    light: LightConfig = group(LightConfig, "light and colour")

    def exact(self) -> SingleViewConfig:
        """The same camera without errors and holes."""
        return replace(
            self, noise=0.0, disparity=0.0, edge_loss=0.0, flying=0.0, shadow=0.0, grazing=0.0, material=0.0,
            dropout=0.0, light=EVEN_LIGHT,
        )  # fmt: skip

    def depth_sensor(self, focal_length: float) -> sensor.DepthSensorConfig:
        """The effects on depth images of a focal length in pixels."""
        scale = focal_length / _KINECT_FOCAL
        return sensor.DepthSensorConfig(
            shadow=sensor.ShadowConfig(baseline=self.shadow),
            flying_pixels=sensor.FlyingPixelsConfig(share=self.flying),
            axial_noise=sensor.AxialNoiseConfig(quadratic=self.noise, length=1.5, white=0.3),
            edge_loss=sensor.EdgeLossConfig(share=self.edge_loss, width=1.5, back_share=0.5 * self.edge_loss),
            grazing_holes=sensor.GrazingHolesConfig(share=self.grazing, angle=1.4, width=0.05),
            material_holes=sensor.MaterialHolesConfig(
                dark=0.15 * self.material, shiny=0.1 * self.material, highlight=0.4 * self.material,
                transparent=0.8 * self.material,
            ),
            dropout=sensor.DropoutConfig(share=self.dropout, length=2.0),
            range=sensor.RangeConfig(nearest=self.nearest, farthest=self.farthest),
            quantisation=sensor.QuantisationConfig(disparity=self.disparity * scale),
        )  # fmt: skip


def scan(
    name: str, room: Room, surface: Surface, config: SingleViewConfig, rng: np.random.Generator, points: int
) -> IndoorScene:
    """What one image shows; at most `points` points."""
    classes = thing_classes(room, "sunrgbd")
    view = choose_view(room, surface, config, rng, classes)
    camera = camera_of(config, points)
    samples, measured = _picture(surface, view, camera, config, rng)
    things = surface.things[samples.faces]
    counts = np.bincount(things[things >= 0], minlength=len(classes))
    kept = np.flatnonzero((classes >= 0) & (counts >= least_count(config.least_points, points)))
    shares = np.array([seen_share(surface, int(k), view, config, camera) for k in kept])
    kept = kept[shares >= config.least_seen] if len(kept) else kept
    yaw = view.yaw - np.pi / 2  # y is forward
    labels = amodal_boxes(room, things, classes, kept, view.eye, yaw)
    colors = colors_of(surface, samples, config.light, rng)
    chosen = rng.permutation(len(samples))[:points]
    return IndoorScene(
        name, CLASSES["sunrgbd"], measured[chosen].astype(np.float32), colors[chosen],
        labels.instances[chosen], labels.semantics[chosen], labels.boxes,
    )  # fmt: skip


def camera_of(config: SingleViewConfig, points: int) -> PinholeCamera:
    """Intrinsics of an image of sides 4 to 3 that has enough pixels for a number of points."""
    width = int(np.ceil(np.sqrt(points * config.pixels_per_point * 4 / 3)))
    height = -(-3 * width // 4)
    focal = 0.5 * width / config.half_width
    return PinholeCamera(focal, focal, 0.5 * (width - 1), 0.5 * (height - 1), width, height)


def choose_view(
    room: Room,
    surface: Surface,
    config: SingleViewConfig,
    rng: np.random.Generator,
    classes: NDArray[np.int64],
) -> View:
    """One of several views of furniture, rather one that shows much of it; never one into a near wall."""
    labelled = np.flatnonzero(classes >= 0)
    places = np.array([room.things[k].centre for k in labelled]).reshape(-1, 3)
    coarse = PinholeCamera(10.0, 10.0, 9.5, 7.0, 20, 15)
    best, best_score = None, -np.inf
    for eye in standing_places(room, surface, rng, config.tries, (config.lowest, config.highest)):
        if len(labelled):
            far = np.linalg.norm(places - eye, axis=1) > 1.3
            target = rng.choice(places[far] if far.any() else places)
        else:
            target = np.array([*(0.5 * np.array(room.plan.size)), 0.8])
        view = look_at(eye, target + rng.normal(0.0, 0.25, 3))
        view = View(eye, view.yaw, float(np.clip(view.pitch, -0.75, 0.15)))
        depth, faces = _cast(surface, view, coarse)
        seen = surface.things[faces[faces >= 0]]
        kinds = np.unique(seen[np.isin(seen, labelled)])
        score = min(len(kinds), 6) + between(rng, 0.0, 2.0) - 8.0 * float(np.mean(depth < 0.9))
        if score > best_score:
            best, best_score = view, score
    assert best is not None, "there is always a place to stand"
    return best


def seen_share(
    surface: Surface, thing: int, view: View, config: SingleViewConfig, camera: PinholeCamera
) -> float:
    """Share of a thing's surface that lies in the image and in range with nothing before it."""
    own = np.where(surface.things == thing, surface.areas, 0.0)
    points = surface.sample(80, np.random.default_rng(thing), own).points
    right, down, forward = view.axes() @ (points - view.eye).T
    tall = config.half_width * camera.height / camera.width
    inside = (forward > config.nearest) & (forward < config.farthest)
    inside &= (np.abs(right) < config.half_width * forward) & (np.abs(down) < tall * forward)
    return float(np.count_nonzero(surface.visible(points[inside], view.eye)) / len(points))


def _cast(
    surface: Surface, view: View, camera: PinholeCamera
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """(h, w) depth along z, infinite where nothing is, and faces."""
    directions = np.einsum("hwk,kj->hwj", rays(camera), view.axes().astype(np.float32))
    bundle = np.empty((*camera.shape, 6), np.float32)
    bundle[..., :3], bundle[..., 3:] = view.eye, directions
    return surface.cast(bundle)


def _picture(
    surface: Surface, view: View, camera: PinholeCamera, config: SingleViewConfig, rng: np.random.Generator
) -> tuple[Samples, NDArray[np.float64]]:
    """Where the rays of the image hit, and where the camera says they do, in the frame of the cloud."""
    exact, faces = _cast(surface, view, camera)
    exact[faces < 0] = np.nan
    axes = view.axes()
    normals = np.einsum("kj,hwj->hwk", axes.astype(np.float32), surface.normals[faces])
    gloss = surface.palette.gloss[surface.paints[faces]]
    dark = surface.palette.first[surface.paints[faces]].max(axis=-1) < _DARK
    materials = Materials(dark=dark, shiny=gloss > _SHINY, transparent=gloss > _TRANSPARENT)
    measured = DepthSensor(camera, config.depth_sensor(camera.fx)).measure(exact, rng, normals, materials)
    rows, columns = np.nonzero(np.isfinite(measured) & (faces >= 0))
    directions = rays(camera)[rows, columns].astype(np.float64)
    in_room = np.einsum("nk,kj->nj", directions, axes)
    samples = Samples(view.eye + exact[rows, columns, None] * in_room, faces[rows, columns])
    c, s = np.cos(view.yaw - np.pi / 2), np.sin(view.yaw - np.pi / 2)
    R_cloud_room = np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]])
    cloud = np.einsum("nj,kj->nk", measured[rows, columns, None] * in_room, R_cloud_room)
    return samples, cloud
