"""Pairs of point clouds of one object with their true alignment, for learning local descriptors.

"views": two partial views of an object. "model": its whole surface, and a partial view; this is how a known
object is found in an image (Hamza et al., dGeDi; Caraffa et al., FreeZe: 4,000 points, thresholds of 3 % of
the diameter). A partial view is what a depth camera measures within the mask that a segmentation gives: with
noise, holes, occlusion, and at the rim what belongs to others.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from pose_nodes.core.config import group, option
from pose_nodes.core.errors import InvalidInputError
from pose_nodes.geometry import se3
from pose_nodes.geometry.pointcloud import estimate_normals, thin
from pose_nodes.objects.sampling import random_surface_points
from pose_nodes.synthetic.scenes.rendering import SceneRenderer
from training.data.measuring import SENSORS, measured_depth, segmented
from training.data.object_pool import ObjectPool
from training.data.seeding import sample_generator
from training.data.viewing import Subject, View, ViewOptions, any_subject, look_at, take

_TRIES = 400
_SAME_SIDE = 0.5
"""Least cosine between the normals of points that correspond: those on both sides of a thin wall do not."""


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


@dataclass(frozen=True, eq=False)
class CloudPair:
    """Two clouds of one object, of n points each.

    Attributes:
        source_points, target_points: (n, 3) float32 metres; of a view in its camera's frame, of a whole
            surface in the object's.
        source_normals, target_normals: (n, 3) float32 unit; of a view estimated from its points and turned
            towards the camera, of a whole surface those of its triangles.
        source_on_object, target_on_object: (n,) bool whether the point's pixel shows the object; the others
            are what the mask took in by mistake.
        T_target_source: (4, 4) float64 true alignment; symmetric objects have others as good.
        T_source_object: (4, 4) float64 that takes the object's mesh into the source's frame.
        correspondences: (k, 2) int64 indices of a point of the source and the nearest of the target, for all
            that are within the radius, on the object and on the same side of it.
        diameter: () float64 of the object, metres.
        object: () int64 number of the object in its pool.
    """

    RAGGED: ClassVar[frozenset[str]] = frozenset({"correspondences"})

    source_points: NDArray[np.float32]
    source_normals: NDArray[np.float32]
    source_on_object: NDArray[np.bool_]
    target_points: NDArray[np.float32]
    target_normals: NDArray[np.float32]
    target_on_object: NDArray[np.bool_]
    T_target_source: NDArray[np.float64]
    T_source_object: NDArray[np.float64]
    correspondences: NDArray[np.int64]
    diameter: NDArray[np.float64]
    object: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class _Cloud:
    """One of the two; `T_cloud_object` takes the object into its frame."""

    points: NDArray[np.float32]
    normals: NDArray[np.float32]
    on_object: NDArray[np.bool_]
    T_cloud_object: se3.Matrix


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
        points, normals = random_surface_points(subject.object.mesh, self.options.points, rng)
        everywhere = np.ones(len(points), bool)
        source = _Cloud(points.astype(np.float32), normals.astype(np.float32), everywhere, np.eye(4))
        return self._pair(subject, source, target)

    def _view_pair(self, subject: Subject, rng: np.random.Generator) -> CloudPair | None:
        source, other = self._view_cloud(subject, rng), _turned(subject, rng)
        target = None if source is None else self._view_cloud(other, rng)
        if source is None or target is None:
            return None
        pair = self._pair(subject, source, target)
        return pair if len(pair.correspondences) >= self.options.overlap * self.options.points else None

    def _view_cloud(self, subject: Subject, rng: np.random.Generator) -> _Cloud | None:
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
        return self._cloud(view, depth, pixels, rng)

    def _cloud(
        self, view: View, depth: NDArray[np.float32], pixels: NDArray[np.int64], rng: np.random.Generator
    ) -> _Cloud:
        pixels = pixels[thin(len(pixels), self.options.points, rng)]
        v, u = np.divmod(pixels, depth.shape[1])
        points = view.rendering.camera.unproject(depth, v, u)
        normals = estimate_normals(points, self.options.normal_radius * view.subject.diameter)
        # Fewer pixels than points: some are had twice, as batches need equal lengths.
        missing = rng.integers(len(pixels), size=self.options.points - len(pixels))
        order = rng.permutation(np.concatenate([np.arange(len(pixels)), missing]))
        return _Cloud(
            points[order].astype(np.float32),
            normals[order].astype(np.float32),
            view.mask[v, u][order],
            view.T_camera_object,
        )

    def _pair(self, subject: Subject, source: _Cloud, target: _Cloud) -> CloudPair:
        T_target_source = target.T_cloud_object @ se3.inverse(source.T_cloud_object)
        return CloudPair(
            source.points,
            source.normals,
            source.on_object,
            target.points,
            target.normals,
            target.on_object,
            T_target_source,
            source.T_cloud_object,
            _correspondences(source, target, T_target_source, self.options.radius * subject.diameter),
            np.array(subject.diameter),
            np.array(subject.number),
        )


def _turned(subject: Subject, rng: np.random.Generator) -> Subject:
    """The subject of the second view: what hangs in the air is turned by up to a right angle."""
    if subject.scene.support is not None:
        return subject
    axis = rng.normal(size=3)
    turn = se3.from_rotation_vector(axis / np.linalg.norm(axis) * rng.uniform(0, np.pi / 2))
    one = replace(subject.object, T_world_object=turn @ subject.object.T_world_object)
    return replace(subject, scene=replace(subject.scene, objects=(one,)))


def _correspondences(
    source: _Cloud, target: _Cloud, T_target_source: se3.Matrix, radius: float
) -> NDArray[np.int64]:
    """(k, 2) pairs of points, see `CloudPair`."""
    ours, theirs = np.flatnonzero(source.on_object), np.flatnonzero(target.on_object)
    moved = se3.transform(T_target_source, source.points[ours].astype(np.float64))
    distances, nearest = cKDTree(target.points[theirs].astype(np.float64)).query(
        moved, distance_upper_bound=radius
    )
    near = np.isfinite(distances)
    pairs = np.stack([ours[near], theirs[nearest[near]]], axis=1)
    normals = se3.rotate(T_target_source, source.normals[pairs[:, 0]].astype(np.float64))
    same = np.einsum("ij,ij->i", normals, target.normals[pairs[:, 1]]) > _SAME_SIDE
    return np.asarray(pairs[same], np.int64)
