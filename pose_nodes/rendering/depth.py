"""Depth images of a mesh at a pose, by ray casting (Open3D's Embree scene, CPU)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import open3d as o3d
from numpy.typing import NDArray

from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.objects.mesh import TriangleMesh


@dataclass(frozen=True)
class Region:
    """A grid of pixels: columns left, left + stride, ... and rows top, top + stride, ...

    Attributes:
        left, top: first column and row; may lie outside the image.
        columns, rows: size of the grid.
        stride: distance of neighbouring pixels of the grid.
    """

    left: int
    top: int
    columns: int
    rows: int
    stride: int = 1

    @classmethod
    def full(cls, camera: PinholeCamera, stride: int = 1) -> Region:
        """The whole image, every `stride`-th pixel."""
        return cls(0, 0, -(-camera.width // stride), -(-camera.height // stride), stride)

    @classmethod
    def around(cls, left: float, top: float, right: float, bottom: float, margin: int, pixels: int) -> Region:
        """The grid over a part of the image plane, pixel coordinates, with a margin, of about `pixels` pixels
        in all."""
        column, row = math.floor(left) - margin, math.floor(top) - margin
        width, height = math.ceil(right) + margin - column + 1, math.ceil(bottom) + margin - row + 1
        stride = max(1, math.ceil(math.sqrt(width * height / pixels)))
        return cls(column, row, -(-width // stride), -(-height // stride), stride)

    def grown(self, margin: int) -> Region:
        """The same grid, and `margin` pixels or somewhat more around it."""
        cells = -(-margin // self.stride)
        return Region(
            self.left - cells * self.stride,
            self.top - cells * self.stride,
            self.columns + 2 * cells,
            self.rows + 2 * cells,
            self.stride,
        )

    def in_image(self, shape: tuple[int, ...]) -> tuple[tuple[int, int], tuple[int, int]]:
        """The rows and the columns of the grid that are in an image (height, width): from one to before
        another."""
        height, width = shape
        return self._span(self.top, height, self.rows), self._span(self.left, width, self.columns)

    def _span(self, first: int, size: int, count: int) -> tuple[int, int]:
        """Of the grid from pixel `first` on: the numbers of those from 0 to before `size`."""
        begin, end = (min(max(0, -((first - limit) // self.stride)), count) for limit in (0, size))
        return begin, end

    @property
    def u(self) -> NDArray[np.int64]:
        """(columns,) pixel columns."""
        return self.left + self.stride * np.arange(self.columns)

    @property
    def v(self) -> NDArray[np.int64]:
        """(rows,) pixel rows."""
        return self.top + self.stride * np.arange(self.rows)


@dataclass(frozen=True, eq=False)
class Hits:
    """Where the rays of a grid of pixels meet a mesh.

    Attributes:
        depth: (rows, columns) float32 along z, metres, NaN beside the mesh.
        faces: (rows, columns) uint32 the triangles that are met; means nothing beside the mesh.
        weights: (rows, columns, 2) float32 of the second and third corner of these; the first has the rest.
    """

    depth: NDArray[np.float32]
    faces: NDArray[np.uint32]
    weights: NDArray[np.float32]


class DepthRenderer:
    """Casts the rays of a camera at one mesh."""

    def __init__(self, mesh: TriangleMesh) -> None:
        self._scene = o3d.t.geometry.RaycastingScene(nthreads=1)
        self._scene.add_triangles(
            o3d.core.Tensor(mesh.vertices.astype(np.float32)), o3d.core.Tensor(mesh.faces.astype(np.uint32))
        )
        # The first ray builds Embree's tree, which holds up every thread: better now than later.
        self._scene.cast_rays(o3d.core.Tensor(np.ones((1, 6), np.float32)), nthreads=1)

    def render(
        self, T_camera_object: se3.Matrix, camera: PinholeCamera, region: Region | None = None
    ) -> NDArray[np.float32]:
        """Depth of the mesh at a pose.

        Args:
            T_camera_object: (4, 4) pose of the mesh in the camera's optical frame.
            camera: intrinsics.
            region: the pixels to render; the whole image if None.

        Returns:
            (rows, columns) float32 depth along z in metres, NaN beside the mesh.
        """
        return self.hits(T_camera_object, camera, region).depth

    def hits(self, T_camera_object: se3.Matrix, camera: PinholeCamera, region: Region | None = None) -> Hits:
        """Where the rays of pixels meet the mesh; arguments are those of `render`."""
        region = region or Region.full(camera)
        rays = self._rays(T_camera_object, camera, region)
        # Directions have z = 1 in the camera frame, so that Embree's ray parameter is the depth along z.
        found = self._scene.cast_rays(o3d.core.Tensor(rays), nthreads=1)
        depth = found["t_hit"].numpy()
        depth[~np.isfinite(depth)] = np.nan
        return Hits(np.asarray(depth), found["primitive_ids"].numpy(), found["primitive_uvs"].numpy())

    @staticmethod
    def _rays(T_camera_object: se3.Matrix, camera: PinholeCamera, region: Region) -> NDArray[np.float32]:
        T_object_camera = se3.inverse(T_camera_object)
        u, v = np.meshgrid(region.u.astype(np.float64), region.v.astype(np.float64))
        directions = se3.rotate(T_object_camera, camera.rays(u.ravel(), v.ravel()))
        rays = np.empty((region.rows, region.columns, 6), np.float32)
        rays[..., :3] = T_object_camera[:3, 3]
        rays[..., 3:] = directions.reshape(region.rows, region.columns, 3)
        return rays
