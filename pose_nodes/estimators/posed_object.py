"""An object at a pose: where it appears in the image, how it looks there, and how well that fits."""

from __future__ import annotations

import itertools
import math

import numpy as np
from numpy.typing import NDArray

from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.objects.model import ObjectModel
from pose_nodes.objects.simplification import simplified
from pose_nodes.registration.verification import DepthTolerance, Judgement, View, judge
from pose_nodes.rendering.depth import Region
from pose_nodes.rendering.raster_kernels import outline
from pose_nodes.rendering.rasteriser import DepthRasteriser

CORNERS = np.array(list(itertools.product((-0.5, 0.5), repeat=3)))
"""(8, 3) of a box of size one about the origin."""
_NEAREST = 0.05
"""Metres; depth cameras measure nothing nearer, and the projection of a nearer corner means nothing."""


class PosedObject:
    """Renders one object and compares it with views."""

    def __init__(self, model: ObjectModel, tolerance: DepthTolerance) -> None:
        self._model = model
        self._tolerance = tolerance
        self._corners = model.box_centre + CORNERS * model.size
        self._renderer = DepthRasteriser(simplified(model.mesh, model.diameter))

    def region(
        self, T_camera_object: se3.Matrix, camera: PinholeCamera, margin: float, pixels: int
    ) -> Region | None:
        """The grid of about `pixels` pixels over the object's bounding box, widened by `margin` metres.

        None when the object reaches behind the camera or lies outside of the image.
        """
        left, top, right, bottom, nearest = outline(
            self._corners, np.ascontiguousarray(T_camera_object), camera.fx, camera.fy, camera.cx, camera.cy
        )
        if nearest < _NEAREST:
            return None
        if right < 0 or bottom < 0 or left >= camera.width or top >= camera.height:
            return None
        return Region.around(left, top, right, bottom, math.ceil(margin * camera.fx / nearest), pixels)

    def region_around(self, centre: NDArray[np.float64], camera: PinholeCamera, pixels: int) -> Region:
        """The grid that the object covers in whatever orientation when its middle is near (3,) `centre`."""
        u, v = camera.project(centre[None])[0]
        reach = camera.fx * 0.7 * self._model.diameter / centre[2]
        return Region.around(u - reach, v - reach, u + reach, v + reach, 0, pixels)

    def render(
        self, T_camera_object: se3.Matrix, camera: PinholeCamera, region: Region
    ) -> NDArray[np.float32]:
        """(rows, columns) float32 metres, NaN beside the object."""
        return self._renderer.render(T_camera_object, camera, region)

    def judge(
        self, T_camera_object: se3.Matrix, view: View, tolerance: DepthTolerance | None = None
    ) -> Judgement:
        """Compare the object at a pose with a view; with the sensor's tolerance unless another is given."""
        rendered = self.render(T_camera_object, view.camera, view.region)
        return judge(rendered, view, tolerance or self._tolerance)
