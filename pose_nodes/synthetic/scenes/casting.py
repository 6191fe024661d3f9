"""Rays of a pinhole camera against one mesh (Open3D's Embree scene, CPU)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import open3d as o3d
from numpy.typing import NDArray

from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.rendering.depth import Region

_NEAREST = 1e-3
"""Metres before the camera; nearer points have no useful projection (our choice)."""


@dataclass(frozen=True, eq=False)
class Hits:
    """Where rays hit a mesh first.

    Attributes:
        region: the pixels, which may lie outside the image.
        depth: (rows, columns) float32 along z, metres; infinite beside the mesh.
        triangles: (rows, columns) uint32 index of the face that was hit; undefined beside the mesh.
    """

    region: Region
    depth: NDArray[np.float32]
    triangles: NDArray[np.uint32]


class MeshCaster:
    """One mesh, ready for rays. Its pose is an argument: what moves is the ray, never the mesh."""

    def __init__(self, mesh: TriangleMesh) -> None:
        self._vertices = mesh.vertices
        corners = mesh.vertices[mesh.faces]
        normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        lengths = np.linalg.norm(normals, axis=1, keepdims=True)
        self._normals = normals / np.where(lengths > 0, lengths, 1.0)
        self._anchors = corners[:, 0]
        self.centre = 0.5 * (mesh.vertices.min(axis=0) + mesh.vertices.max(axis=0))
        self.radius = float(np.linalg.norm(mesh.vertices - self.centre, axis=1).max())
        self._scene = o3d.t.geometry.RaycastingScene(nthreads=1)
        self._scene.add_triangles(
            o3d.core.Tensor(mesh.vertices.astype(np.float32)), o3d.core.Tensor(mesh.faces.astype(np.uint32))
        )

    def region(self, T_camera_object: se3.Matrix, camera: PinholeCamera) -> Region | None:
        """The pixels that can show the mesh, within one image size around the image; None if there are none.

        The canvas of three by three images is that on which the BOP benchmark counts the pixels of objects
        that the border of the image cuts.
        """
        points = se3.transform(T_camera_object, self._vertices)
        if points[:, 2].max() <= _NEAREST:
            return None
        if points[:, 2].min() <= _NEAREST:
            return Region(-camera.width, -camera.height, 3 * camera.width, 3 * camera.height)
        uv = camera.project(points)
        low = np.maximum(np.floor(uv.min(axis=0)), [-camera.width, -camera.height]).astype(int)
        high = np.minimum(np.ceil(uv.max(axis=0)) + 1, [2 * camera.width, 2 * camera.height]).astype(int)
        columns, rows = high - low
        return Region(int(low[0]), int(low[1]), int(columns), int(rows)) if min(columns, rows) > 0 else None

    def cast(self, T_camera_object: se3.Matrix, camera: PinholeCamera, region: Region) -> Hits:
        """What the pixels of a region see of the mesh at a pose."""
        rays = _rays(se3.inverse(T_camera_object), camera, region)
        # Directions have z = 1 in the camera frame, so that Embree's ray parameter is the depth along z.
        found = self._scene.cast_rays(o3d.core.Tensor(rays), nthreads=1)
        return Hits(region, found["t_hit"].numpy(), found["primitive_ids"].numpy())

    def normals(self, T_camera_object: se3.Matrix) -> NDArray[np.float32]:
        """(faces, 3) float32 unit normals in the camera frame, of the side that the camera sees."""
        away = np.einsum("ij,ij->i", self._normals, self._anchors - se3.inverse(T_camera_object)[:3, 3])
        seen = np.where(away > 0, -1.0, 1.0)[:, None] * self._normals
        return np.asarray(se3.rotate(T_camera_object, seen), np.float32)

    def highest(self, T_world_object: se3.Matrix) -> float:
        """The largest z of the mesh at a pose, metres, world frame."""
        return float((self._vertices @ T_world_object[2, :3]).max() + T_world_object[2, 3])

    def blocks(self, rays: NDArray[np.float32]) -> NDArray[np.bool_]:
        """(n,) whether the mesh lies on the ways of (n, 6) origins and the vectors from there to the ends,
        object frame, metres."""
        found = self._scene.test_occlusions(o3d.core.Tensor(rays), 0.0, 1.0, nthreads=1)
        return np.asarray(found.numpy())


def _rays(T_object_camera: se3.Matrix, camera: PinholeCamera, region: Region) -> NDArray[np.float32]:
    """(rows, columns, 6) origins and directions in the object frame."""
    x, y = (region.u - camera.cx) / camera.fx, (region.v - camera.cy) / camera.fy
    R = T_object_camera[:3, :3]
    rays = np.empty((region.rows, region.columns, 6), np.float32)
    rays[..., :3] = T_object_camera[:3, 3]
    of_column, of_row = np.outer(x, R[:, 0]), np.outer(y, R[:, 1]) + R[:, 2]
    np.add(of_row[:, None].astype(np.float32), of_column[None].astype(np.float32), out=rays[..., 3:])
    return rays
