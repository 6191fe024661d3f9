"""NOCS maps: which point of its object each pixel shows, in the object's canonical frame.

Wang et al., "Normalized Object Coordinate Space for Category-Level 6D Object Pose and Size Estimation", CVPR
2019: the box that bounds the object along its axes is centred at 0.5 and scaled so that its diagonal is 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidMeshError
from pose_nodes.geometry import se3
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.synthetic.scenes.rendering import Rendering
from pose_nodes.synthetic.scenes.scene import Scene


@dataclass(frozen=True, eq=False)
class CanonicalFrame:
    """From the frame of a mesh to canonical coordinates: the axes are the same.

    Attributes:
        centre: (3,) float64 point of the mesh frame that becomes (0.5, 0.5, 0.5), metres.
        scale: length that becomes 1, metres.
    """

    centre: NDArray[np.float64]
    scale: float

    @classmethod
    def of(cls, mesh: TriangleMesh) -> CanonicalFrame:
        """That of the box which bounds a mesh.

        Raises:
            InvalidMeshError: the mesh is a point.
        """
        low, high = mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)
        if not mesh.diagonal > 0:
            raise InvalidMeshError("mesh: has no extent, and so no canonical frame; it needs a surface")
        return cls(0.5 * (low + high), mesh.diagonal)

    def coordinates(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 3) points of the mesh frame, metres -> (n, 3) canonical, 0 to 1."""
        return (points - self.centre) / self.scale + 0.5

    def points(self, coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 3) canonical coordinates -> (n, 3) points of the mesh frame, metres."""
        return (coordinates - 0.5) * self.scale + self.centre


def nocs_map(rendering: Rendering, scene: Scene, T_world_camera: se3.Matrix) -> NDArray[np.float32]:
    """(h, w, 3) float32 canonical coordinates of the surface that is seen, NaN where no object is.

    The part of one object is where `rendering.instance` has its label.
    """
    result = np.full((*rendering.camera.shape, 3), np.nan, np.float32)
    for label, one in enumerate(scene.objects, 1):
        v, u = np.nonzero(rendering.instance == label)
        T_object_camera = se3.inverse(one.T_world_object) @ T_world_camera
        points = se3.transform(T_object_camera, rendering.camera.unproject(rendering.depth, v, u))
        # Depth is rounded to float32; a coordinate of 1 must not become more by that.
        result[v, u] = np.clip(CanonicalFrame.of(one.mesh).coordinates(points), 0.0, 1.0)
    return result
