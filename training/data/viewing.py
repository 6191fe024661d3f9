"""One view of one object in a scene: rendered around the object alone, at the resolution of the whole image.

A crop is exactly a window of the picture that the camera would take: what the sensor model does to a pixel
depends on its neighbourhood, so more than the crop is rendered, by MARGIN pixels all around.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from pose_nodes.core.config import group, option
from pose_nodes.core.errors import InvalidConfigError, InvalidInputError
from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.synthetic.datasets.config import CameraConfig
from pose_nodes.synthetic.scenes.camera_paths import looking_at
from pose_nodes.synthetic.scenes.materials import random_material
from pose_nodes.synthetic.scenes.rendering import Rendering, SceneRenderer
from pose_nodes.synthetic.scenes.scene import Scene, SceneObject
from training.data.object_pool import ObjectPool

MARGIN = 32
"""Pixels. The shadow of a baseline of 5 cm before a wall 40 cm behind an object at 60 cm is 20 pixels wide at
a focal length of 600; all other effects reach less far (our choice)."""
_COARSE = 4
"""Pixels to one of the picture in which is looked whether a view will do."""
_TRIES = 400
"""Views of which one must do (our choice); about two of three do."""

Window = tuple[int, int, int, int]


@dataclass(frozen=True)
class ViewOptions:
    """From where objects are seen. All values are our choice, after how depth cameras are mounted."""

    nearest: float = option(2.5, "distance in diameters of the object", minimum=1.0, maximum=100.0)
    farthest: float = option(6.0, "distance in diameters of the object", minimum=1.0, maximum=100.0)
    shortest: float = option(
        0.35, "distance of a large or small object", unit="m", minimum=0.05, maximum=10.0
    )
    longest: float = option(1.8, "distance of a large or small object", unit="m", minimum=0.05, maximum=20.0)
    lowest: float = option(0.2, "elevation over the table", unit="rad", minimum=0.0, maximum=1.57)
    highest: float = option(1.5, "elevation over the table", unit="rad", minimum=0.0, maximum=1.57)
    roll: float = option(0.5, "largest turn about the optical axis", unit="rad", minimum=0.0, maximum=3.2)
    off_axis: float = option(
        0.8, "where in the image the object's middle can be; 1: up to its border, which cuts it", minimum=0.0,
        maximum=1.0,
    )  # fmt: skip
    floating: float = option(
        0.2, "share of objects that hang alone in the air, turned any way, instead of resting among others",
        minimum=0.0, maximum=1.0,
    )  # fmt: skip
    visible: float = option(
        0.2, "least share of the silhouette that is seen; 0.2 is an occlusion of 80 %", minimum=0.01,
        maximum=1.0,
    )  # fmt: skip
    pixels: int = option(
        400, "fewest that show the object; half of them must have depth", minimum=1, maximum=100_000
    )
    transparent: float = option(
        0.03, "share of objects that are as of clear glass, which depth cameras hardly see", minimum=0.0,
        maximum=1.0,
    )  # fmt: skip
    camera: CameraConfig = group(CameraConfig, "intrinsics of the whole image")

    def check(self) -> None:
        """See that the options agree with each other.

        Raises:
            InvalidConfigError: they do not.
        """
        for low, high in (("nearest", "farthest"), ("shortest", "longest"), ("lowest", "highest")):
            if getattr(self, low) > getattr(self, high):
                raise InvalidConfigError(f"view: '{low}' is more than '{high}'; exchange them")


@dataclass(frozen=True, eq=False)
class Subject:
    """An object in a scene.

    Attributes:
        scene: what is seen.
        label: of the object in it, from 1.
        number: of the object in its pool.
        diameter: of it, metres.
    """

    scene: Scene
    label: int
    number: int
    diameter: float

    @property
    def object(self) -> SceneObject:
        """The object as part of the scene."""
        return self.scene.objects[self.label - 1]


@dataclass(frozen=True, eq=False)
class View:
    """An exact picture of the surroundings of an object.

    Attributes:
        subject: what is looked at.
        T_world_camera: (4, 4).
        rendering: of the crop; its camera is that of the crop.
        left, top: column and row of the whole image at which the crop begins; may be outside.
        visible: share of the object's silhouette that is seen.
        inside: (h, w) bool pixels of the crop that are in the whole image.
    """

    subject: Subject
    T_world_camera: se3.Matrix
    rendering: Rendering
    left: int
    top: int
    visible: float
    inside: NDArray[np.bool_]

    @property
    def T_camera_object(self) -> se3.Matrix:
        """(4, 4) true pose."""
        return se3.inverse(self.T_world_camera) @ self.subject.object.T_world_object

    @property
    def mask(self) -> NDArray[np.bool_]:
        """(h, w) bool pixels of the crop that show the object, within the whole image."""
        return self.rendering.visible_mask(self.subject.label) & self.inside


def any_subject(
    pool: ObjectPool, wanted: frozenset[str], options: ViewOptions, rng: np.random.Generator
) -> Subject:
    """An object of some families, in the air or in an arrangement; all materials are drawn anew.

    Raises:
        InvalidInputError: the pool has no arrangement with such an object.
    """
    for _ in range(_TRIES):
        arrangement = pool.arrangement(int(rng.integers(pool.arrangements)))
        fits = [place for place, n in enumerate(arrangement.objects) if pool.families[n] in wanted]
        if not fits:
            continue
        place = int(rng.choice(fits))
        number = int(arrangement.objects[place])
        found = pool.object(number)
        if rng.random() < options.floating:
            T = se3.from_rotation_translation(Rotation.random(random_state=rng).as_matrix(), np.zeros(3))
            alone = Scene((SceneObject(found.mesh, T, found.family, "0"),))
            return Subject(_dressed(alone, options.transparent, rng), 1, number, found.diameter)
        scene = _dressed(pool.scene(arrangement), options.transparent, rng)
        return Subject(scene, place + 1, number, found.diameter)
    raise InvalidInputError(
        f"pool {pool.folder}: no arrangement with one of {', '.join(sorted(wanted))} was found; "
        "make a pool with more arrangements"
    )


def look_at(
    subject: Subject, options: ViewOptions, renderer: SceneRenderer, rng: np.random.Generator
) -> tuple[se3.Matrix, Window, float] | None:
    """A viewpoint at which enough of an object is seen; None if the one that was tried will not do.

    Returns:
        T_world_camera (4, 4); the rectangle (left, top, right, bottom) of the whole image, ends not included,
        that holds all that is seen of the object; and the visible share of its silhouette.
    """
    camera = options.camera.pinhole()
    T_world_camera = _viewpoint(subject, options, camera, rng)
    box = _box(subject, T_world_camera, camera)
    if box is None:
        return None
    coarse, left, top = _coarse_camera(camera, box)
    rendering = renderer.render(subject.scene, T_world_camera, coarse, whole=(subject.label,))
    seen = np.argwhere(rendering.visible_mask(subject.label))
    visible = rendering.visible_fraction(subject.label)
    if visible < options.visible or len(seen) * _COARSE**2 < options.pixels:
        return None
    (first_row, first_column), (last_row, last_column) = seen.min(axis=0), seen.max(axis=0)
    window = (
        left + _COARSE * (int(first_column) - 1),
        top + _COARSE * (int(first_row) - 1),
        left + _COARSE * (int(last_column) + 2),
        top + _COARSE * (int(last_row) + 2),
    )
    return T_world_camera, _within(window, camera), visible


def take(
    subject: Subject,
    T_world_camera: se3.Matrix,
    window: Window,
    visible: float,
    camera: PinholeCamera,
    renderer: SceneRenderer,
) -> View:
    """Render a window of the whole image, and MARGIN pixels around it."""
    left, top, right, bottom = window[0] - MARGIN, window[1] - MARGIN, window[2] + MARGIN, window[3] + MARGIN
    crop = replace(camera, cx=camera.cx - left, cy=camera.cy - top, width=right - left, height=bottom - top)
    rendering = renderer.render(subject.scene, T_world_camera, crop, whole=())
    rows, columns = np.arange(top, bottom), np.arange(left, right)
    inside = np.logical_and.outer(
        (rows >= 0) & (rows < camera.height), (columns >= 0) & (columns < camera.width)
    )
    return View(subject, T_world_camera, rendering, left, top, visible, inside)


def _dressed(scene: Scene, transparent: float, rng: np.random.Generator) -> Scene:
    """The scene with other materials each time; what has colours of its own keeps them."""
    objects = tuple(
        one
        if one.mesh.vertex_colors is not None
        else replace(one, material=random_material(rng, transparent=transparent))
        for one in scene.objects
    )
    support = scene.support and replace(scene.support, material=random_material(rng, grain=0.1))
    return Scene(objects, support)


def _viewpoint(
    subject: Subject, options: ViewOptions, camera: PinholeCamera, rng: np.random.Generator
) -> se3.Matrix:
    """T_world_camera (4, 4) of a camera that has the middle of the object somewhere in its image."""
    vertices = subject.object.mesh.vertices
    middle = 0.5 * (vertices.min(axis=0) + vertices.max(axis=0))
    target = se3.transform(subject.object.T_world_object, middle[None])[0]
    wished = rng.uniform(options.nearest, options.farthest) * subject.diameter
    distance = float(np.clip(wished, options.shortest, options.longest))
    azimuth, elevation = rng.uniform(0, 2 * np.pi), rng.uniform(options.lowest, options.highest)
    flat = np.cos(elevation)
    away = np.array([flat * np.cos(azimuth), flat * np.sin(azimuth), np.sin(elevation)])
    roll = se3.from_rotation_vector([0.0, 0.0, rng.uniform(-options.roll, options.roll)])
    aside = options.off_axis * rng.uniform(-0.5, 0.5, 2) * [camera.width, camera.height]
    ray = np.array([aside[0] / camera.fx, aside[1] / camera.fy, 1.0])
    return looking_at(target + distance * away, target) @ roll @ _turn_from(ray / np.linalg.norm(ray))


def _turn_from(ray: NDArray[np.float64]) -> se3.Matrix:
    """(4, 4) T_old_new of a camera that turns so that what was on its axis is on a ray (3,), of length 1."""
    axis = np.cross([0.0, 0.0, 1.0], ray)
    sine = float(np.linalg.norm(axis))
    vector = axis * (np.arctan2(sine, ray[2]) / sine) if sine > 0 else axis
    return se3.from_rotation_vector(-vector)


def _box(subject: Subject, T_world_camera: se3.Matrix, camera: PinholeCamera) -> Window | None:
    """The part of the whole image that the object can fill; None if it is not before the camera."""
    T_camera_object = se3.inverse(T_world_camera) @ subject.object.T_world_object
    points = se3.transform(T_camera_object, subject.object.mesh.vertices)
    if points[:, 2].min() <= 0.05:
        return None
    uv = camera.project(points)
    low, high = np.floor(uv.min(axis=0)).astype(int), np.ceil(uv.max(axis=0)).astype(int) + 1
    left, top, right, bottom = _within((low[0], low[1], high[0], high[1]), camera)
    return (left, top, right, bottom) if right > left and bottom > top else None


def _within(window: Window, camera: PinholeCamera) -> Window:
    left, right = (int(np.clip(edge, 0, camera.width)) for edge in (window[0], window[2]))
    top, bottom = (int(np.clip(edge, 0, camera.height)) for edge in (window[1], window[3]))
    return left, top, right, bottom


def _coarse_camera(camera: PinholeCamera, box: Window) -> tuple[PinholeCamera, int, int]:
    """A camera that has every so many pixels of a window, and the window's left and top."""
    left, top, right, bottom = box
    return (
        PinholeCamera(
            camera.fx / _COARSE,
            camera.fy / _COARSE,
            (camera.cx - left) / _COARSE,
            (camera.cy - top) / _COARSE,
            -(-(right - left) // _COARSE),
            -(-(bottom - top) // _COARSE),
        ),
        left,
        top,
    )
