"""Motions that lay a surface onto itself, or nearly so: turns over all orientations, registered to it.

The geometric half of the symmetry-aware refinement of Caraffa et al., "FreeZe", ECCV 2024, which keeps the
sampled rotations of small Chamfer distance; registration takes each to the nearest exact one (our choice).
Finds what `objects.symmetry_detection` cannot name: oblique axes, tetrahedra, and poses that are only nearly
alike, as those of a mug turned about its axis.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pose_nodes.geometry import se3
from pose_nodes.geometry.rotation_grid import super_fibonacci
from pose_nodes.objects.model import ObjectModel
from pose_nodes.registration.field_registration import FieldTarget

_POINTS = 200
_REACH = 0.15
"""Of the points from the surface before registration, in diameters (our choice)."""
_SCALE = 0.01
"""Of the distances that say nothing in the end, in diameters (our choice)."""
_SAME_ANGLE = np.deg2rad(12.0)
"""Of two motions, below which they are one (our choice): a surface of revolution has some thirty."""
_MOST = 60
"""Motions that are kept: as many as turn an icosahedron. A ball has hundreds, each of which costs time and
tells nothing (our choice)."""


def self_alignments(
    model: ObjectModel, field: FieldTarget, rotations: int, chamfer: float
) -> NDArray[np.float64]:
    """Motions of the object frame after which the surface lies where it was.

    Args:
        model: the object.
        field: its surface.
        rotations: that are tried, spread over all orientations.
        chamfer: mean distance of the surfaces, in diameters, below which they are one.

    Returns:
        (k, 4, 4) T_object_object, the identity first, then those of the smallest distance; no two nearer than
        12 degrees, and no more than 60.
    """
    points = model.points[:: max(1, len(model.points) // _POINTS)]
    reach, scale = _REACH * model.diameter, _SCALE * model.diameter
    found = []
    for R in super_fibonacci(rotations):
        start = se3.from_rotation_translation(R, model.box_centre - R @ model.box_centre)
        if _chamfer(start, points, field) > reach:
            continue
        T = field.register(points, start, reach, scale).T_object_camera
        distance = _chamfer(T, points, field)
        if distance < chamfer * model.diameter:
            found.append((distance, T))
    found.sort(key=lambda entry: entry[0])
    return _different([np.eye(4), *(T for _, T in found)])


def _chamfer(T: se3.Matrix, points: NDArray[np.float64], field: FieldTarget) -> float:
    """Mean distance of the moved surface from the surface, and the other way round, metres."""
    there, back = (field.planes(se3.transform(motion, points))[1] for motion in (T, se3.inverse(T)))
    return float(0.5 * (np.abs(there).mean() + np.abs(back).mean()))


def _different(motions: list[se3.Matrix]) -> NDArray[np.float64]:
    """(k, 4, 4) those of which none before is nearly the same."""
    kept: list[se3.Matrix] = []
    for T in motions:
        if len(kept) < _MOST and all(se3.difference(other, T)[1] > _SAME_ANGLE for other in kept):
            kept.append(T)
    return np.stack(kept)
