"""Crops of objects of known categories with canonical coordinates, for category-level pose estimation.

Made as AG-Pose's inputs are (Lin et al., "Instance-Adaptive and Geometric-Aware Keypoint Learning for
Category-Level 6D Object Pose Estimation", CVPR 2024, and its code): a square window around the mask, resized
to 224 pixels; 1,024 points of the masked depth, with the pixel that each is seen at.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.config import group, option
from pose_nodes.core.errors import InvalidConfigError, InvalidInputError
from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.synthetic.scenes.canonical import CanonicalFrame
from pose_nodes.synthetic.scenes.rendering import Rendering, SceneRenderer
from pose_nodes.synthetic.scenes.shading import colored, random_light
from pose_nodes.synthetic.sensor.color_sensor import ColorSensor
from pose_nodes.synthetic.sensor.presets import color_camera
from pose_nodes.synthetic.shapes.categories.registry import CATEGORIES
from training.data.measuring import SENSORS, measured_depth, segmented
from training.data.object_pool import ObjectPool
from training.data.seeding import sample_generator
from training.data.viewing import Subject, View, ViewOptions, Window, any_subject, look_at, take

_TRIES = 400
_STEP, _LARGEST = 40, 440
"""Pixels: windows have multiples of the one as sides, and at most the other (AG-Pose)."""
_BLUR_REACH = 4
"""Pixels around the window that are shaded too, so that blur has them."""


@dataclass(frozen=True)
class CropViewOptions(ViewOptions):
    """From where objects are seen: as the hand-held camera of REAL275 sees a table (our choice)."""

    nearest: float = option(3.0, "distance in diameters of the object", minimum=1.0, maximum=100.0)
    farthest: float = option(10.0, "distance in diameters of the object", minimum=1.0, maximum=100.0)
    shortest: float = option(0.4, "distance of a small object", unit="m", minimum=0.05, maximum=10.0)
    longest: float = option(1.6, "distance of a large object", unit="m", minimum=0.05, maximum=20.0)
    pixels: int = option(
        200, "fewest that show the object; half of them must have depth", minimum=1, maximum=100_000
    )


@dataclass(frozen=True)
class CropOptions:
    """Options of category crops."""

    categories: str = option("", "as 'mug, bowl'; empty: all that the pool has")
    image: int = option(
        224, "side of the colour crop, as of DINOv2's inputs", unit="pixels", minimum=16, maximum=1024
    )
    points: int = option(1024, "of the cloud (AG-Pose)", minimum=16, maximum=100_000)
    mask_error: int = option(
        2, "pixels by which the mask is too wide or too narrow at most (our choice)", minimum=0, maximum=50
    )
    sensor: str = option("mixed", "model of the depth camera; mixed: any", choices=SENSORS)
    color_sensor: bool = option(True, "noise, blur and exposure of a colour camera")
    views: CropViewOptions = group(CropViewOptions, "from where objects are seen")
    seed: int = option(0, "another seed gives other samples", minimum=0)


@dataclass(frozen=True, eq=False)
class CategoryCrop:
    """One object of a category; s is the side of the crop, n the number of points.

    Attributes:
        color: (s, s, 3) uint8 RGB.
        mask: (s, s) bool as a segmentation gives it.
        window: (4,) int64 left, top, right, bottom (ends not included) of the crop in the whole image.
        points: (n, 3) float32 measured points of the mask, camera frame, metres.
        pixels: (n,) int64 which pixel of the crop, row by row, shows the point.
        on_object: (n,) bool whether that pixel shows the object; the others are mistakes of the mask.
        nocs: (n, 3) float32 canonical coordinates, -0.5 to 0.5, of the surface that the pixel shows:
            R^T (p - t) / scale of the exact point p; zero where not on the object.
        category: () int64 place in the source's `categories`.
        rotation: (3, 3) float64 R of the canonical frame in the camera's.
        translation: (3,) float64 t, middle of the object's box in the camera's frame, metres.
        scale: () float64 diagonal of the box, metres.
        size: (3,) float64 extents of the box, metres.
        symmetric: () bool whether any turn about y leaves the object as it is.
        object: () int64 number of the object in its pool.
    """

    RAGGED: ClassVar[frozenset[str]] = frozenset()

    color: NDArray[np.uint8]
    mask: NDArray[np.bool_]
    window: NDArray[np.int64]
    points: NDArray[np.float32]
    pixels: NDArray[np.int64]
    on_object: NDArray[np.bool_]
    nocs: NDArray[np.float32]
    category: NDArray[np.int64]
    rotation: NDArray[np.float64]
    translation: NDArray[np.float64]
    scale: NDArray[np.float64]
    size: NDArray[np.float64]
    symmetric: NDArray[np.bool_]
    object: NDArray[np.int64]


class CategoryCrops:
    """The source: `source[index]` is a `CategoryCrop`, for every index from 0 on.

    Attributes:
        categories: names; a sample's `category` is a place in them.
    """

    name = "category_crops"
    sample_class: type[Any] = CategoryCrop
    length: int | None = None

    def __init__(self, pool: ObjectPool, options: CropOptions | None = None) -> None:
        """Build the source.

        Raises:
            InvalidConfigError: the options contradict each other, or the pool lacks a category.
        """
        self.pool, self.options = pool, options or CropOptions()
        self.options.views.check()
        self.categories = _categories(self.options.categories, pool)
        self._renderer = SceneRenderer()

    def __reduce__(self) -> tuple[type[CategoryCrops], tuple[ObjectPool, CropOptions]]:
        return CategoryCrops, (self.pool, self.options)

    def origin(self) -> dict[str, str]:
        """What decides of the samples beside the options."""
        return {"pool": self.pool.fingerprint, "split": self.pool.split}

    def __getitem__(self, index: int) -> CategoryCrop:
        """The sample of an index.

        Raises:
            InvalidConfigError: the index is negative.
            InvalidDatasetError: the pool is damaged.
            InvalidInputError: no view was found that will do.
        """
        rng = sample_generator(self.options.seed, self.pool.split, index)
        for _ in range(_TRIES):
            subject = any_subject(self.pool, frozenset(self.categories), self.options.views, rng)
            crop = self._crop(subject, rng)
            if crop is not None:
                return crop
        raise InvalidInputError(
            f"category crops: none of {_TRIES} views shows enough of an object; lower views.visible or "
            "views.pixels, or bring the camera nearer"
        )

    def _crop(self, subject: Subject, rng: np.random.Generator) -> CategoryCrop | None:
        """What a camera sees of an object; None if that is too little."""
        camera = self.options.views.camera.pinhole()
        found = look_at(subject, self.options.views, self._renderer, rng)
        if found is None:
            return None
        T_world_camera, seen, visible = found
        view = take(subject, T_world_camera, square_window(seen, camera), visible, camera, self._renderer)
        depth = measured_depth(view, self.options.sensor, rng)
        mask = segmented(view, self.options.mask_error, rng)
        pixels = np.flatnonzero(mask & np.isfinite(depth))
        if np.count_nonzero(view.mask.ravel()[pixels]) < self.options.views.pixels // 2:
            return None
        chosen = rng.choice(pixels, self.options.points, replace=len(pixels) < self.options.points)
        window = square_window(_bounds(mask, view), camera)
        return self._sample(view, depth, mask, chosen, window, self._color(view, window, rng))

    def _sample(
        self,
        view: View,
        depth: NDArray[np.float32],
        mask: NDArray[np.bool_],
        chosen: NDArray[np.int64],
        window: Window,
        color: NDArray[np.uint8],
    ) -> CategoryCrop:
        side = self.options.image
        v, u = np.divmod(chosen, depth.shape[1])
        on_object = view.mask[v, u]
        exact = view.rendering.camera.unproject(view.rendering.depth, v, u)
        mesh = view.subject.object.mesh
        frame, T = CanonicalFrame.of(mesh), view.T_camera_object
        nocs = frame.coordinates(se3.transform(se3.inverse(T), exact)) - 0.5
        row = (v + view.top - window[1] + 0.5) * side // (window[3] - window[1])
        column = (u + view.left - window[0] + 0.5) * side // (window[2] - window[0])
        return CategoryCrop(
            color=color,
            mask=cv2.resize(
                _cut(mask, view, window).astype(np.uint8), (side, side), interpolation=cv2.INTER_NEAREST
            )
            > 0,
            window=np.array(window),
            points=view.rendering.camera.unproject(depth, v, u).astype(np.float32),
            pixels=(row * side + column).astype(np.int64),
            on_object=on_object,
            nocs=np.where(on_object[:, None], nocs, 0.0).astype(np.float32),
            category=np.array(self.categories.index(view.subject.object.class_name)),
            rotation=T[:3, :3],
            translation=se3.transform(T, frame.centre[None])[0],
            scale=np.array(frame.scale),
            size=np.ptp(mesh.vertices, axis=0),
            symmetric=np.array(self.pool.object(view.subject.number).symmetry.axis is not None),
            object=np.array(view.subject.number),
        )

    def _color(self, view: View, window: Window, rng: np.random.Generator) -> NDArray[np.uint8]:
        """(s, s, 3) RGB of the window as a colour camera gives it."""
        reach = _BLUR_REACH
        wide = (window[0] - reach, window[1] - reach, window[2] + reach, window[3] + reach)
        rendering = _part(view, wide)
        color = colored(
            rendering, view.subject.scene, view.T_world_camera, self._renderer, random_light(rng)
        ).color
        assert color is not None
        if self.options.color_sensor:
            color = ColorSensor(rendering.camera, color_camera()).measure(color, rng)
        side = self.options.image
        shrinks = window[2] - window[0] > side
        return np.asarray(
            cv2.resize(
                color[reach:-reach, reach:-reach],
                (side, side),
                interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR,
            )
        )


def square_window(seen: Window, camera: PinholeCamera) -> Window:
    """The square around a rectangle (left, top, right, bottom) of the image, shifted to lie within it."""
    left, top, right, bottom = seen
    side = (max(right - left, bottom - top) // _STEP + 1) * _STEP
    side = min(side, _LARGEST, camera.width, camera.height)
    first_column = int(np.clip((left + right - side) // 2, 0, camera.width - side))
    first_row = int(np.clip((top + bottom - side) // 2, 0, camera.height - side))
    return first_column, first_row, first_column + side, first_row + side


def _categories(chosen: str, pool: ObjectPool) -> tuple[str, ...]:
    there = [name for name in CATEGORIES if name in pool.families]
    names = [name.strip() for name in chosen.split(",") if name.strip()] or there
    for name in names:
        if name not in there:
            raise InvalidConfigError(
                f"category crops: the pool {pool.folder} has no '{name}'; "
                f"it has {', '.join(there) or 'no category'}"
            )
    if not names:
        raise InvalidConfigError(
            f"category crops: the pool {pool.folder} has no category; make one with some"
        )
    return tuple(names)


def _bounds(mask: NDArray[np.bool_], view: View) -> Window:
    """The rectangle of the whole image that holds a mask."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return (
        view.left + int(columns[0]),
        view.top + int(rows[0]),
        view.left + int(columns[-1]) + 1,
        view.top + int(rows[-1]) + 1,
    )


def _slices(view: View, window: Window) -> tuple[slice, slice]:
    left, top, right, bottom = window
    return slice(top - view.top, bottom - view.top), slice(left - view.left, right - view.left)


def _cut(image: NDArray[np.bool_], view: View, window: Window) -> NDArray[np.bool_]:
    return image[_slices(view, window)]


def _part(view: View, window: Window) -> Rendering:
    """The rendering of a window within the view's."""
    whole, part = view.rendering, _slices(view, window)
    left, top, right, bottom = window
    camera = replace(
        whole.camera,
        cx=whole.camera.cx - (left - view.left),
        cy=whole.camera.cy - (top - view.top),
        width=right - left,
        height=bottom - top,
    )
    return Rendering(
        camera, whole.depth[part], whole.normals[part], whole.instance[part], whole.triangle[part], ()
    )
