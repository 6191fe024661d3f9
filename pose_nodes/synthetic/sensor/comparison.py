"""Real depth images of a recording next to synthetic ones of the same poses."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidDatasetError
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.objects.library import ObjectLibrary
from pose_nodes.objects.model import ObjectModel
from pose_nodes.rendering.depth import DepthRenderer
from pose_nodes.sequences.recording import RecordedFrame, Recording
from pose_nodes.synthetic.sensor.config import DepthSensorConfig
from pose_nodes.synthetic.sensor.depth_sensor import DepthSensor
from pose_nodes.synthetic.sensor.incidence import rays
from pose_nodes.synthetic.sensor.statistics import ResidualStatistics, ResidualView, residual_statistics

LARGEST_MEDIAN = 0.005
"""Metres. An object whose depth is further off than this in the median does not stand where its pose says."""

Image = NDArray[np.float32]
Background = Callable[[RecordedFrame], Image]


@dataclass(frozen=True, eq=False)
class Pair:
    """One object in one image, as it was measured and as the sensor model has it."""

    real: ResidualView
    synthetic: ResidualView


@dataclass(frozen=True, eq=False)
class Comparison:
    """Residuals of one object over the images of a recording."""

    real: ResidualStatistics
    synthetic: ResidualStatistics


class SensorComparison:
    """Renders the objects of a recording at their true poses and measures them with a sensor model."""

    def __init__(
        self,
        recording: Recording,
        library: ObjectLibrary,
        config: DepthSensorConfig,
        background: Background | None = None,
    ) -> None:
        """Prepare the objects.

        Args:
            recording: real images with true poses.
            library: its objects.
            config: the sensor model.
            background: gives the exact depth (h, w) of what lies behind the objects; nothing if None.
        """
        self._recording, self._config, self._background = recording, config, background
        self._renderers = {name: DepthRenderer(library[name].mesh) for name in library.names}

    def pairs(self, index: int, seed: int = 0) -> dict[str, Pair]:
        """The objects of one image by name; none where one of them does not stand where its pose says.

        Args:
            index: of the image in the recording.
            seed: of the noise, together with the index.

        Raises:
            InvalidDatasetError: a file of the image is missing or malformed.
        """
        recorded = self._recording[index]
        camera, measured = recorded.frame.camera, recorded.frame.depth
        exact = {
            truth.class_name: self._renderers[truth.class_name].render(truth.T_camera_object, camera)
            for truth in recorded.truths
        }
        if not all(_stands_there(measured, depth) for depth in exact.values()):
            return {}
        scene = self.scene(recorded, exact)
        imagined = DepthSensor(camera, self._config).measure(scene, np.random.default_rng([seed, index]))
        return {
            name: Pair(ResidualView(measured, depth, camera), ResidualView(imagined, depth, camera))
            for name, depth in exact.items()
        }

    def scene(self, recorded: RecordedFrame, exact: dict[str, Image]) -> Image:
        """Exact depth of the objects before the background."""
        depths = list(exact.values())
        if self._background is not None:
            depths.append(self._background(recorded))
        if not depths:
            raise InvalidDatasetError(f"image {recorded.image_id}: has no true pose to render an object at")
        return np.asarray(np.fmin.reduce(depths), np.float32)

    def statistics(self, indices: Iterable[int], seed: int = 0) -> dict[str, Comparison]:
        """Residual statistics of each object over some images.

        Raises:
            InvalidDatasetError: a file of an image is missing or malformed.
            InvalidInputError: an object is in none of the images.
        """
        collected: dict[str, list[Pair]] = {}
        for index in indices:
            for name, pair in self.pairs(index, seed).items():
                collected.setdefault(name, []).append(pair)
        return {
            name: Comparison(
                residual_statistics([pair.real for pair in pairs]),
                residual_statistics([pair.synthetic for pair in pairs]),
            )
            for name, pairs in collected.items()
        }


def table_under(model: ObjectModel, wall: float) -> Background:
    """A table below one object of the recording, which ends at a wall.

    Args:
        model: the object: a box that stands on one of its faces.
        wall: depth of the wall, metres.
    """

    def depth(recorded: RecordedFrame) -> Image:
        T_camera_object = next(
            truth.T_camera_object for truth in recorded.truths if truth.class_name == model.name
        )
        normal, point = _lowest_face(model, T_camera_object)
        return _plane_depth(normal, point, recorded.frame.camera, wall)

    return depth


def _lowest_face(
    model: ObjectModel, T_camera_object: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Outward normal and centre, camera frame, of the face of the box that looks down the image most."""
    outward = np.concatenate([np.eye(3), -np.eye(3)]) @ T_camera_object[:3, :3].T
    face = int(np.argmax(outward[:, 1]))
    centre = T_camera_object[:3, :3] @ model.box_centre + T_camera_object[:3, 3]
    return outward[face], centre + 0.5 * model.size[face % 3] * outward[face]


def _plane_depth(
    normal: NDArray[np.float64], point: NDArray[np.float64], camera: PinholeCamera, farthest: float
) -> Image:
    """(h, w) float32 depth of a plane, cut at a farthest depth."""
    with np.errstate(divide="ignore"):
        depth = (normal @ point) / (rays(camera) @ normal)
    return np.where((depth > 0.0) & (depth < farthest), depth, farthest).astype(np.float32)


def _stands_there(measured: Image, exact: Image) -> bool:
    off = np.abs(measured - exact)[np.isfinite(measured) & np.isfinite(exact)]
    return bool(len(off)) and bool(np.median(off) < LARGEST_MEDIAN)
