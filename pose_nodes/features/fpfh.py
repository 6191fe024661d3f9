"""Fast point feature histograms.

Rusu, Blodow and Beetz, "Fast Point Feature Histograms (FPFH) for 3D Registration", ICRA 2009;
Open3D's implementation.
"""

from __future__ import annotations

import numpy as np
import open3d as o3d
from numpy.typing import NDArray

from pose_nodes.geometry.pointcloud import PointCloud

DIMENSION = 33
MOST_NEIGHBOURS = 500
"""Bounds the time on dense clouds; a neighbourhood of 0.3 diameters rarely holds more of 4,000 points."""


def describe(cloud: PointCloud, radius: float) -> NDArray[np.float32]:
    """FPFH of every point.

    Args:
        cloud: n points with normals.
        radius: of the neighbourhood, in the unit of the points.

    Returns:
        (n, 33) float32.
    """
    # Open3D's tensor interface: unlike the older one it lets other threads run meanwhile, and it is faster.
    centred = cloud.points - cloud.points.mean(axis=0)  # far from the origin float32 has no millimetres
    source = o3d.t.geometry.PointCloud(o3d.core.Tensor(centred.astype(np.float32)))
    source.point.normals = o3d.core.Tensor(cloud.normals.astype(np.float32))
    histograms = o3d.t.pipelines.registration.compute_fpfh_feature(source, MOST_NEIGHBOURS, radius)
    return np.array(histograms.numpy())  # a copy: memory of Open3D's own that outlives it makes it complain
