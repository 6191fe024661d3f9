"""Depth images of a mesh at a pose by a depth buffer: for small pictures, many times as fast as rays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.rendering.depth import Region
from pose_nodes.rendering.raster_kernels import rasterise

_NEAREST = 0.01
"""Metres; a triangle that reaches nearer to the camera is not drawn."""


class DepthRasteriser:
    """Draws one mesh."""

    def __init__(self, mesh: TriangleMesh) -> None:
        self._vertices = np.ascontiguousarray(mesh.vertices, np.float64)
        self._faces = np.ascontiguousarray(mesh.faces, np.int32)

    def render(
        self, T_camera_object: se3.Matrix, camera: PinholeCamera, region: Region | None = None
    ) -> NDArray[np.float32]:
        """Depth of the mesh at a pose; the same as `DepthRenderer` gives, but for pixels on its very rim.

        Args:
            T_camera_object: (4, 4) pose of the mesh in the camera's optical frame.
            camera: intrinsics.
            region: the pixels to render; the whole image if None.

        Returns:
            (rows, columns) float32 depth along z in metres, NaN beside the mesh.
        """
        region = region or Region.full(camera)
        intrinsics = np.array([camera.fx, camera.fy, camera.cx, camera.cy])
        return rasterise(
            self._vertices,
            self._faces,
            np.ascontiguousarray(T_camera_object),
            intrinsics,
            region.left,
            region.top,
            region.stride,
            region.rows,
            region.columns,
            _NEAREST,
        )
