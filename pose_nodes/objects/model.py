"""A known object: its mesh and all that is computed from it once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidConfigError, InvalidMeshError
from pose_nodes.geometry.symmetry import SymmetryGroup
from pose_nodes.objects.extent import diameter
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.objects.sampling import sample_surface
from pose_nodes.objects.symmetry_detection import detect_symmetry
from pose_nodes.objects.winding import turned_outwards

DEFAULT_FEATURES = "default"
SURFACE_POINTS = 4000
"""Points a cloud in the registration experiments of the dGeDi paper."""


@dataclass(frozen=True, eq=False)
class ObjectModel:
    """An object that can be looked for; lengths in metres, in the frame of the mesh.

    Attributes:
        name: of the object in its library.
        mesh: triangles, counter-clockwise seen from outside.
        points: (k, 3) float64, spread evenly over the surface.
        normals: (k, 3) float64 outward unit normals of the points.
        diameter: largest distance of two points of the surface.
        box_centre: (3,) float64 middle of the box that bounds the mesh along its axes.
        size: (3,) float64 extent of that box.
        symmetry: motions that map the object onto itself.
        features: name of the descriptor that it is to be found by; DEFAULT_FEATURES for that of the
            configuration.
    """

    name: str
    mesh: TriangleMesh
    points: NDArray[np.float64]
    normals: NDArray[np.float64]
    diameter: float
    box_centre: NDArray[np.float64]
    size: NDArray[np.float64]
    symmetry: SymmetryGroup
    features: str = DEFAULT_FEATURES


def build_model(
    name: str,
    mesh: TriangleMesh,
    symmetry: str | SymmetryGroup = "none",
    rng: np.random.Generator | None = None,
) -> ObjectModel:
    """Prepare an object for tracking.

    Args:
        name: what the object is called.
        mesh: its surface, metres.
        symmetry: a group, its notation ("z:2", "cube", ...: axes through the middle of the bounding box), or
            "auto" to find it from the geometry.
        rng: chooses the surface points; one of a fixed seed if None.

    Raises:
        InvalidMeshError: the mesh has no area.
        InvalidConfigError: the notation of the symmetry is not understood, or a ball was found.
    """
    rng = np.random.default_rng(0) if rng is None else rng
    mesh = turned_outwards(mesh)
    try:
        points, normals = sample_surface(mesh, SURFACE_POINTS, rng)
    except InvalidMeshError as error:
        raise InvalidMeshError(f"object '{name}': {error}") from error
    lowest, highest = mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)
    centre, largest = 0.5 * (lowest + highest), diameter(mesh.vertices)
    if symmetry == "auto":
        symmetry = _detected(name, mesh, largest, rng)
    group = symmetry if isinstance(symmetry, SymmetryGroup) else SymmetryGroup.parse(symmetry, centre)
    return ObjectModel(name, mesh, points, normals, largest, centre, highest - lowest, group)


def _detected(name: str, mesh: TriangleMesh, largest: float, rng: np.random.Generator) -> SymmetryGroup:
    report = detect_symmetry(mesh, largest, rng)
    if report.notation == "sphere":
        raise InvalidConfigError(
            f"object '{name}': is a ball, which has no orientation to track; set symmetry: none to track its "
            "place alone"
        )
    return report.group
