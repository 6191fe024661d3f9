"""Whether a mug or cup shows its handle, without which nobody can tell how it is turned about its axis."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.synthetic.scenes.rendering import Rendering

HANDLED = ("mug", "cup")
"""Categories whose instances are a body of revolution about y with a handle at +x, if any."""
_HEIGHTS = 32
_MARGIN = 0.04
"""In radii of the body: what sticks out more is handle (our choice)."""
_LEAST_SHARE, _LEAST_PIXELS = 0.02, 10
"""Of the pixels in which the object is seen that must show its handle (our choice)."""


@functools.lru_cache(maxsize=512)
def handle_faces(mesh: TriangleMesh) -> NDArray[np.bool_]:
    """(faces,) whether a triangle belongs to the handle.

    The radius of the body at each height is that of its half without the handle, x below the axis.

    Args:
        mesh: canonical axes: the body is round about y, the handle at +x.
    """
    x, y, z = mesh.vertices.T
    axis = x.min() + 0.5 * np.ptp(z)
    radius = np.hypot(x - axis, z)
    bins = np.minimum((_HEIGHTS * (y - y.min()) / np.ptp(y)).astype(int), _HEIGHTS - 1)
    profile = np.zeros(_HEIGHTS)
    np.maximum.at(profile, bins[x < axis], radius[x < axis])
    # A bin without a vertex is taken for its neighbours; coarse triangles span several.
    known = np.flatnonzero(profile)
    body = np.interp(np.arange(_HEIGHTS), known, profile[known])
    wide = np.maximum(body, np.maximum(np.append(body[1:], 0), np.append(0, body[:-1])))
    outside = (x > axis) & (radius > wide[bins] + _MARGIN * wide.max())
    return np.asarray(outside[mesh.faces].all(axis=1))


def shows_handle(rendering: Rendering, label: int, mesh: TriangleMesh) -> bool:
    """Whether a picture shows enough of the handle of object `label` (from 1), which has this mesh."""
    seen = rendering.triangle[rendering.instance == label]
    handle = int(np.count_nonzero(handle_faces(mesh)[seen]))
    return handle >= max(_LEAST_PIXELS, _LEAST_SHARE * len(seen))
