"""Pairs of point clouds of one object with their true alignment, for learning local descriptors.

"views": two partial views of an object. "model": its whole surface, and a partial view; this is how a known
object is found in an image (Hamza et al., dGeDi; Caraffa et al., FreeZe: 4,000 points, thresholds of 3 % of
the diameter). A partial view is what a depth camera measures within the mask that a segmentation gives: with
noise, holes, occlusion, and at the rim what belongs to others.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pose_nodes.core.config import group, option
from pose_nodes.core.errors import InvalidInputError
from pose_nodes.geometry import se3
from pose_nodes.synthetic.scenes.rendering import SceneRenderer
from training.data.cloud_pairs import Cloud, CloudPair, paired, seen_cloud, surface_cloud
from training.data.measuring import SENSORS, measured_depth, segmented
from training.data.object_pool import ObjectPool
from training.data.seeding import sample_generator
from training.data.viewing import Subject, ViewOptions, any_subject, look_at, take

_TRIES = 400


@dataclass(frozen=True)
class CloudOptions:
    """Options of object clouds."""

    kind: str = option("model", "a whole surface and a view of it, or two views", choices=("model", "views"))
    points: int = option(4000, "of each cloud, as in the dGeDi paper", minimum=16, maximum=1_000_000)
    radius: float = option(
        0.03, "largest distance of points that correspond, in diameters (tau_1 of the dGeDi paper)",
        minimum=0.001, maximum=1.0,
    )  # fmt: skip
    overlap: float = option(
        0.2, "of two views: least share of the first cloud that has points in the second (our choice)",
        minimum=0.0, maximum=1.0,
    )  # fmt: skip
    normal_radius: float = option(
        0.05, "of the neighbourhood of which normals are estimated, in diameters (our choice)",
        minimum=0.001, maximum=1.0,
    )  # fmt: skip
    mask_error: int = option(
        2, "pixels by which the mask is too wide or too narrow at most (our choice)", minimum=0, maximum=50
    )
    sensor: str = option("mixed", "model of the depth camera; mixed: any", choices=SENSORS)
    views: ViewOptions = group(ViewOptions, "from where objects are seen")
    seed: int = option(0, "another seed gives other samples", minimum=0)


class ObjectClouds:
    """The source: `source[index]` is a `CloudPair`, for every index from 0 on."""

    name = "object_clouds"
    sample_class: type[Any] = CloudPair
    length: int | None = None

    def __init__(self, pool: ObjectPool, options: CloudOptions | None = None) -> None:
        """Build the source.

        Raises:
            InvalidConfigError: the options contradict each other.
        """
        self.pool, self.options = pool, options or CloudOptions()
        self.options.views.check()
        self._renderer = SceneRenderer()

    def __reduce__(self) -> tuple[type[ObjectClouds], tuple[ObjectPool, CloudOptions]]:
        return ObjectClouds, (self.pool, self.options)

    def origin(self) -> dict[str, str]:
        """What decides of the samples beside the options."""
        return {"pool": self.pool.fingerprint, "split": self.pool.split}

    def __getitem__(self, index: int) -> CloudPair:
        """The sample of an index.

        Raises:
            InvalidConfigError: the index is negative.
            InvalidDatasetError: the pool is damaged.
            InvalidInputError: no view was found that will do.
        """
        rng = sample_generator(self.options.seed, self.pool.split, index)
        make = self._model_pair if self.options.kind == "model" else self._view_pair
        for _ in range(_TRIES):
            subject = any_subject(self.pool, frozenset(self.pool.families), self.options.views, rng)
            pair = make(subject, rng)
            if pair is not None:
                return pair
        raise InvalidInputError(
            f"object clouds: none of {_TRIES} views shows enough of an object; lower views.visible, "
            "views.pixels or overlap, or bring the camera nearer"
        )

    def _model_pair(self, subject: Subject, rng: np.random.Generator) -> CloudPair | None:
        target = self._view_cloud(subject, rng)
        if target is None:
            return None
        source = surface_cloud(subject.object.mesh, self.options.points, rng)
        return self._pair(subject, source, target)

    def _view_pair(self, subject: Subject, rng: np.random.Generator) -> CloudPair | None:
        source, other = self._view_cloud(subject, rng), _turned(subject, rng)
        target = None if source is None else self._view_cloud(other, rng)
        if source is None or target is None:
            return None
        pair = self._pair(subject, source, target)
        return pair if len(pair.correspondences) >= self.options.overlap * self.options.points else None

    def _view_cloud(self, subject: Subject, rng: np.random.Generator) -> Cloud | None:
        """What a camera measures of an object; None if that is too little."""
        options = self.options
        found = look_at(subject, options.views, self._renderer, rng)
        if found is None:
            return None
        view = take(subject, *found, options.views.camera.pinhole(), self._renderer)
        depth = measured_depth(view, options.sensor, rng)
        pixels = np.flatnonzero(segmented(view, options.mask_error, rng) & np.isfinite(depth))
        if np.count_nonzero(view.mask.ravel()[pixels]) < options.views.pixels // 2:
            return None
        camera, radius = view.rendering.camera, options.normal_radius * subject.diameter
        return seen_cloud(depth, pixels, view.mask, camera, view.T_camera_object, options.points, radius, rng)

    def _pair(self, subject: Subject, source: Cloud, target: Cloud) -> CloudPair:
        return paired(source, target, self.options.radius, subject.diameter, subject.number)


def _turned(subject: Subject, rng: np.random.Generator) -> Subject:
    """The subject of the second view: what hangs in the air is turned by up to a right angle."""
    if subject.scene.support is not None:
        return subject
    axis = rng.normal(size=3)
    turn = se3.from_rotation_vector(axis / np.linalg.norm(axis) * rng.uniform(0, np.pi / 2))
    one = replace(subject.object, T_world_object=turn @ subject.object.T_world_object)
    return replace(subject, scene=replace(subject.scene, objects=(one,)))
