"""Colour images of a mesh at a pose, on black, lit from the camera."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.rendering.depth import DepthRenderer, Hits, Region

_GREY = 180
"""Of a mesh without colours."""
_AMBIENT = 0.4
"""Share of the light that comes from everywhere; the rest, from the camera (our choice)."""


class ColorRenderer:
    """Draws one mesh by its texture, else by the colours of its vertices, else in grey."""

    def __init__(self, mesh: TriangleMesh) -> None:
        """Prepare a mesh."""
        self._mesh = mesh
        self._rays = DepthRenderer(mesh)
        corners = mesh.vertices[mesh.faces]
        normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        self._normals = normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-30)

    def render(
        self, T_camera_object: se3.Matrix, camera: PinholeCamera, region: Region | None = None
    ) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """Colour and depth of the mesh at a pose.

        Args:
            T_camera_object: (4, 4) pose of the mesh in the camera's optical frame.
            camera: intrinsics.
            region: the pixels to render; the whole image if None.

        Returns:
            (rows, columns, 3) uint8 RGB, black beside the mesh; (rows, columns) float32 depth along z in
            metres, NaN beside the mesh.
        """
        region = region or Region.full(camera)
        hits = self._rays.hits(T_camera_object, camera, region)
        rows, columns = np.nonzero(np.isfinite(hits.depth))
        rays = camera.rays(region.u[columns].astype(np.float64), region.v[rows].astype(np.float64))
        faces = hits.faces[rows, columns]
        normals = se3.rotate(T_camera_object, self._normals[faces])
        facing = np.abs(np.einsum("ij,ij->i", normals, rays)) / np.linalg.norm(rays, axis=1)
        light = _AMBIENT + (1.0 - _AMBIENT) * facing
        image = np.zeros((*hits.depth.shape, 3), np.uint8)
        image[rows, columns] = np.rint(light[:, None] * self._albedo(hits, rows, columns))
        return image, hits.depth

    def _albedo(self, hits: Hits, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> NDArray[np.float64]:
        """(n, 3) RGB, 0 to 255, of pixels that show the mesh."""
        mesh, second = self._mesh, hits.weights[rows, columns].astype(np.float64)
        weights = np.concatenate([1.0 - second.sum(axis=1, keepdims=True), second], axis=1)
        corners = mesh.faces[hits.faces[rows, columns]]
        if mesh.texture is not None:
            coordinates = np.einsum("ij,ijk->ik", weights, mesh.texture.coordinates[corners])
            return mesh.texture.at(coordinates).astype(np.float64)
        if mesh.vertex_colors is not None:
            return np.asarray(
                np.einsum("ij,ijk->ik", weights, mesh.vertex_colors[corners].astype(np.float64))
            )
        return np.full((len(rows), 3), float(_GREY))
