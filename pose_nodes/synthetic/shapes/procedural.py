"""A procedural object: designed as a solid, meshed, in a frame that its symmetries turn about."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from pose_nodes.geometry.symmetry import SymmetryGroup
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.synthetic.shapes.meshing import mesh_solid
from pose_nodes.synthetic.shapes.quality import MeshQuality
from pose_nodes.synthetic.shapes.sdf.operators import moved
from pose_nodes.synthetic.shapes.sdf.solid import Solid

_COARSEST_SHARE = 1 / 80
_FINEST_SHARE = 1 / 150
"""Cells of the grid in shares of the longest side (our choice: 2 to 3.8 mm on 30 cm)."""


@dataclass(frozen=True, eq=False)
class Design:
    """What a family makes of random numbers.

    Attributes:
        body: the solid; its symmetry axes run through the origin.
        symmetry: its true group, in the notation of `geometry.symmetry`.
        finest: metres, the thinnest wall or smallest feature that must be meshed.
    """

    body: Solid
    symmetry: str
    finest: float


@dataclass(frozen=True, eq=False)
class ProceduralObject:
    """An object that can be made again from its family and seed.

    Attributes:
        name: "<family>_<seed>".
        mesh: metres, object frame. The origin is the middle of the bounding box, but for objects whose
            symmetries fix another point: then it lies on their axes.
        symmetry: all rotations that map the surface onto itself, about the origin.
        family: what made it.
        seed: of its random numbers.
        quality: of the mesh.
    """

    name: str
    mesh: TriangleMesh
    symmetry: SymmetryGroup
    family: str
    seed: int
    quality: MeshQuality


def random_numbers(family: str, seed: int) -> np.random.Generator:
    """The generator of one object: different for each family and seed, the same at each call."""
    return np.random.default_rng([zlib.crc32(family.encode()), seed])


def build(family: str, seed: int, design: Design, triangles: int = 12_000) -> ProceduralObject:
    """Mesh a design and put its frame in place."""
    symmetry = SymmetryGroup.parse(design.symmetry)
    longest = float(design.body.size.max())
    cell = float(np.clip(0.5 * design.finest, _FINEST_SHARE * longest, _COARSEST_SHARE * longest))
    mesh, quality = mesh_solid(design.body, cell, triangles)
    centred = TriangleMesh(mesh.vertices - _middle(mesh, symmetry), mesh.faces)
    return ProceduralObject(f"{family}_{seed}", centred, symmetry, family, seed, quality)


def shifted(design: Design, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Design:
    """A design whose body is shifted by metres."""
    return Design(moved(design.body, (x, y, z)), design.symmetry, design.finest)


def _middle(mesh: TriangleMesh, symmetry: SymmetryGroup) -> np.ndarray:
    """Middle of the bounding box, averaged over the group: a point that all symmetries fix."""
    middle = 0.5 * (mesh.vertices.min(axis=0) + mesh.vertices.max(axis=0))
    turns = symmetry.elements()[:, :3, :3]
    mean = turns.mean(axis=0) @ middle
    return np.where(np.abs(mean) < 1e-12, 0.0, mean)
