"""MSPD, the maximum symmetry-aware projection distance of the BOP benchmark."""

from __future__ import annotations

from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.metrics.bop.surface_points import SurfacePoints

IMAGE_WIDTH = 640
"""Distances are told as in an image of so many columns."""


def mspd(surface: SurfacePoints, camera: PinholeCamera, T_estimate: se3.Matrix, T_true: se3.Matrix) -> float:
    """The largest distance of the projections of corresponding vertices, least over the symmetries, in pixels
    of an image that is `IMAGE_WIDTH` wide.

    Args:
        surface: vertices and symmetries of the object.
        camera: intrinsics.
        T_estimate: (4, 4) estimated T_camera_object.
        T_true: (4, 4) true T_camera_object.
    """
    pixels = surface.largest_distance(T_estimate, T_true, camera.project)
    return pixels * IMAGE_WIDTH / camera.width
