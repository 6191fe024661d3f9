"""The local reference frame of GeDi's patches: it turns with the surface, so that a patch in it does not.

After Yang et al., "TOLDI: An effective and robust approach for 3D local shape description", Pattern
Recognition 2017, as published with GeDi.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_SMALLEST = 1e-12
"""Length under which a direction is noise: a flat or round patch has no x axis of its own."""


def local_frames(
    apart: NDArray[np.float64], radius: float, z: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Axes of m patches.

    z is the direction of least extent and points away from most points, unless it is given; x points to where
    the surface leaves the plane across z most; y is x cross z, not z cross x: the frame is left-handed, and
    published weights need it so.
    Where no x stands out, any direction across z is taken (our choice; published: not a number).

    Args:
        apart: (m, n, 3) points of the patches, seen from their middle.
        radius: of the patches.
        z: (m, 3) unit vectors, see above; where one is zero it is not given.

    Returns:
        (m, 3, 3) axes x, y, z as columns.
    """
    z = _least_extent(apart) if z is None else _given(z, apart)
    rise = np.einsum("mni,mi->mn", apart, z)
    weights = (radius - np.linalg.norm(apart, axis=2)) ** 2 * rise**2
    along = apart - rise[:, :, None] * z[:, None]
    x = np.einsum("mn,mni->mi", weights, along)
    length = np.linalg.norm(x, axis=1, keepdims=True)
    x = np.where(length > _SMALLEST * radius**5, x / np.maximum(length, 1e-300), _across(z))
    return np.stack([x, np.cross(x, z), z], axis=2)


def _given(z: NDArray[np.float64], apart: NDArray[np.float64]) -> NDArray[np.float64]:
    missing = ~np.any(z, axis=1, keepdims=True)
    return np.where(missing, _least_extent(apart), z) if np.any(missing) else z


def _least_extent(apart: NDArray[np.float64]) -> NDArray[np.float64]:
    spread = np.einsum("mni,mnj->mij", apart, apart) / apart.shape[1]
    z = np.linalg.eigh(spread)[1][:, :, 0]
    return np.where(np.einsum("mi,mni->m", z, apart)[:, None] > 0, -z, z)


def _across(z: NDArray[np.float64]) -> NDArray[np.float64]:
    """A unit vector across each."""
    least = np.eye(3)[np.abs(z).argmin(axis=1)]
    x = np.cross(z, least)
    return np.asarray(x / np.linalg.norm(x, axis=1, keepdims=True))
