"""What is done to a cloud each time it is used.

The dGeDi paper names rotation, jitter and the dropping of points, and gives no amounts: all are our choice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from pose_nodes.core.config import option

Points = NDArray[np.float64]


@dataclass(frozen=True)
class AugmentationOptions:
    """How clouds are changed. Lengths are in diameters of the object."""

    rotation: bool = option(True, "each cloud is turned any way")
    jitter: float = option(0.002, "standard deviation of noise on each coordinate", minimum=0.0, maximum=0.1)
    normal_jitter: float = option(
        0.05, "standard deviation of noise on each component of a normal", minimum=0.0, maximum=1.0
    )
    drop: float = option(0.4, "largest share of points that are left out at random", minimum=0.0, maximum=0.9)
    cut: float = option(0.3, "how often a part of a view is cut off by a plane", minimum=0.0, maximum=1.0)
    cut_share: float = option(0.5, "largest part that is cut off", minimum=0.0, maximum=0.9)
    scale: float = option(
        0.01, "standard deviation of the size, of both clouds alike", minimum=0.0, maximum=0.2
    )


def kept(
    points: NDArray[np.float32], options: AugmentationOptions, view: bool, most: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Indices of the points that stay, at most `most`, in random order.

    Args:
        points: (n, 3).
        options: how much is dropped.
        view: whether the cloud is a view, of which a part may be hidden.
        most: points that stay.
        rng: draws them.
    """
    chosen = rng.permutation(len(points))
    if view and rng.random() < options.cut:
        direction = rng.normal(size=3)
        heights = points @ (direction / np.linalg.norm(direction))
        chosen = chosen[heights[chosen] >= np.quantile(heights, rng.uniform(0.0, options.cut_share))]
    share = 1.0 - rng.uniform(0.0, options.drop)
    return np.asarray(chosen[: max(16, min(most, int(share * len(chosen))))])


def size_of(diameter: float, options: AugmentationOptions, rng: np.random.Generator) -> float:
    """What makes metres diameters of the object, as long as these are known."""
    return float(np.exp(options.scale * rng.normal()) / diameter)


def changed(
    points: Points, normals: Points, options: AugmentationOptions, rng: np.random.Generator
) -> tuple[Points, Points]:
    """(n, 3) points in diameters and (n, 3) normals, centred, with noise, turned any way."""
    points = points + options.jitter * rng.normal(size=points.shape)
    normals = normals + options.normal_jitter * rng.normal(size=normals.shape)
    normals = normals / np.linalg.norm(normals, axis=1, keepdims=True)
    points = points - points.mean(axis=0)
    if not options.rotation:
        return points, normals
    R = Rotation.random(random_state=rng).as_matrix()
    return points @ R.T, normals @ R.T
