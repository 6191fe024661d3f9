"""Exact pictures of a scene: depth, normals, instances, and what of each object is hidden.

Every mesh is put into a ray casting scene of its own, once; a moved object only changes the rays that are
sent at it, and they are sent through the rectangle of pixels that can show it. The nearest hit of all wins.
With ten objects of 5,000 triangles on a table this took a third of the time of one scene that is rebuilt for
each picture, and it sees the hidden parts (amodal masks) without a second pass.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.rendering.depth import Region
from pose_nodes.synthetic.scenes.casting import Hits, MeshCaster
from pose_nodes.synthetic.scenes.scene import Scene, SceneObject
from pose_nodes.synthetic.scenes.shading_mesh import ShadingMesh

Window = tuple[slice, slice]


@dataclass(frozen=True, eq=False)
class Silhouette:
    """The pixels of one object as if it were alone.

    Attributes:
        window: rows and columns of the image that `mask` covers.
        mask: bool, of the size of the window.
        pixels: number of pixels, with those outside the image.
    """

    window: Window
    mask: NDArray[np.bool_]
    pixels: int


@dataclass(frozen=True, eq=False)
class Rendering:
    """One picture of a scene.

    Attributes:
        camera: its intrinsics.
        depth: (h, w) float32 along z, metres, NaN where nothing is.
        normals: (h, w, 3) float32 unit normals of the triangles, camera frame, towards the camera; NaN where
            nothing is.
        instance: (h, w) int32, k where objects[k - 1] of the scene is seen, 0 on the support and where
            nothing is.
        triangle: (h, w) int32 index of the face that is seen, in the mesh of its object; -1 where nothing is.
        silhouettes: of each object of the scene.
        color: (h, w, 3) uint8 RGB, or None.
    """

    camera: PinholeCamera
    depth: NDArray[np.float32]
    normals: NDArray[np.float32]
    instance: NDArray[np.int32]
    triangle: NDArray[np.int32]
    silhouettes: tuple[Silhouette, ...]
    color: NDArray[np.uint8] | None = None

    def visible_mask(self, label: int) -> NDArray[np.bool_]:
        """(h, w) bool pixels in which object `label` (from 1) is seen."""
        return np.asarray(self.instance == label)

    def amodal_mask(self, label: int) -> NDArray[np.bool_]:
        """(h, w) bool pixels that object `label` (from 1) would fill if it were alone."""
        silhouette = self.silhouettes[label - 1]
        mask = np.zeros(self.instance.shape, bool)
        mask[silhouette.window] = silhouette.mask
        return mask

    def visible_fraction(self, label: int) -> float:
        """Share of the object's silhouette that is seen, 0 to 1; what lies outside the image is not seen.

        0 for an object that is out of view altogether. As `visib_fract` of the BOP benchmark, the silhouette
        counts up to one image size around the image.
        """
        silhouette = self.silhouettes[label - 1]
        seen = np.count_nonzero(self.instance[silhouette.window] == label)
        return float(seen / silhouette.pixels) if silhouette.pixels else 0.0


class SceneRenderer:
    """Renders scenes; remembers the meshes that it has seen, as long as others use them."""

    def __init__(self) -> None:
        self._casters: WeakKeyDictionary[TriangleMesh, MeshCaster] = WeakKeyDictionary()
        self._shading_meshes: WeakKeyDictionary[TriangleMesh, ShadingMesh] = WeakKeyDictionary()

    def render(
        self,
        scene: Scene,
        T_world_camera: se3.Matrix,
        camera: PinholeCamera,
        whole: Collection[int] | None = None,
    ) -> Rendering:
        """Depth, normals, instances and silhouettes, without colour.

        Args:
            scene: what is to be seen.
            T_world_camera: (4, 4) pose of the camera's optical frame.
            camera: intrinsics.
            whole: labels of the objects whose silhouettes count beyond the border of the image; of the
                others nothing outside is looked at, which saves time in small crops. All if None.
        """
        T_camera_world = se3.inverse(T_world_camera)
        canvas = _Canvas(camera)
        if scene.support is not None:
            self._draw(canvas, scene.support, T_camera_world, 0, Region.full(camera))
        silhouettes = [
            self._draw(canvas, one, T_camera_world, label, within=whole is not None and label not in whole)
            for label, one in enumerate(scene.objects, 1)
        ]
        return canvas.finished(tuple(silhouettes))

    def caster(self, mesh: TriangleMesh) -> MeshCaster:
        """The mesh, ready for rays."""
        if mesh not in self._casters:
            self._casters[mesh] = MeshCaster(mesh)
        return self._casters[mesh]

    def shading_mesh(self, mesh: TriangleMesh) -> ShadingMesh:
        """The mesh, ready to be shaded."""
        if mesh not in self._shading_meshes:
            self._shading_meshes[mesh] = ShadingMesh.of(mesh)
        return self._shading_meshes[mesh]

    def _draw(
        self,
        canvas: _Canvas,
        one: SceneObject,
        T_camera_world: se3.Matrix,
        label: int,
        region: Region | None = None,
        within: bool = False,
    ) -> Silhouette:
        caster, T_camera_object = self.caster(one.mesh), T_camera_world @ one.T_world_object
        region = region or caster.region(T_camera_object, canvas.camera)
        if region is not None and within:
            region = _clipped(region, canvas.camera)
        if region is None:
            return Silhouette((slice(0, 0), slice(0, 0)), np.zeros((0, 0), bool), 0)
        return canvas.add(
            caster.cast(T_camera_object, canvas.camera, region), caster.normals(T_camera_object), label
        )


class _Canvas:
    """The picture while it is made: what is nearest so far."""

    def __init__(self, camera: PinholeCamera) -> None:
        self.camera = camera
        self._depth = np.full(camera.shape, np.inf, np.float32)
        self._normals = np.full((*camera.shape, 3), np.nan, np.float32)
        self._instance = np.zeros(camera.shape, np.int32)
        self._triangle = np.full(camera.shape, -1, np.int32)

    def add(self, hits: Hits, normals: NDArray[np.float32], label: int) -> Silhouette:
        """Put hits before what is farther; `normals` (faces, 3) are those of the mesh that was hit."""
        window, part = _overlap(hits.region, self.camera)
        depth, triangles = hits.depth[part], hits.triangles[part]
        nearer = np.nonzero(depth < self._depth[window])
        self._depth[window][nearer] = depth[nearer]
        self._instance[window][nearer] = label
        self._triangle[window][nearer] = triangles[nearer]
        self._normals[window][nearer] = normals[triangles[nearer]]
        hit = np.isfinite(hits.depth)
        return Silhouette(window, hit[part], int(np.count_nonzero(hit)))

    def finished(self, silhouettes: tuple[Silhouette, ...]) -> Rendering:
        self._depth[np.isinf(self._depth)] = np.nan
        return Rendering(self.camera, self._depth, self._normals, self._instance, self._triangle, silhouettes)


def _overlap(region: Region, camera: PinholeCamera) -> tuple[Window, Window]:
    """The part of a region that is in the image: as slices of the image, and of the region."""
    rows = _span(region.top, region.rows, camera.height)
    columns = _span(region.left, region.columns, camera.width)
    return (slice(*rows), slice(*columns)), (
        slice(rows[0] - region.top, rows[1] - region.top),
        slice(columns[0] - region.left, columns[1] - region.left),
    )


def _clipped(region: Region, camera: PinholeCamera) -> Region | None:
    """The part of a region that is in the image; None if there is none."""
    top, bottom = _span(region.top, region.rows, camera.height)
    left, right = _span(region.left, region.columns, camera.width)
    return Region(left, top, right - left, bottom - top) if min(right - left, bottom - top) > 0 else None


def _span(start: int, length: int, limit: int) -> tuple[int, int]:
    first = min(max(start, 0), limit)
    return first, max(first, min(start + length, limit))
