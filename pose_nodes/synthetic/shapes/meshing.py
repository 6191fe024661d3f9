"""From a signed distance field to a closed triangle mesh of bounded error.

Marching cubes (scikit-image, Lewiner et al., "Efficient implementation of marching cubes' cases with
topological guarantees", Journal of Graphics Tools 2003) on a grid that is evaluated only near the surface;
vertices near sharp edges moved onto them (Ohtake and Belyaev, "Dual/primal mesh optimization for polygonized
implicit surfaces", Solid Modeling 2002); simplification to a budget of triangles; then each vertex is moved
onto the zero level by Newton steps along the gradient.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from skimage.measure import marching_cubes

from pose_nodes.core.errors import InvalidMeshError
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.synthetic.shapes.quality import MeshQuality, quality_of
from pose_nodes.synthetic.shapes.sdf.solid import Distances, Field, Points, Solid
from pose_nodes.synthetic.shapes.sharp_edges import value_and_gradient, with_sharp_edges
from pose_nodes.synthetic.shapes.simplification import Simplifier, by_queue, by_threshold

_BLOCK = 6
"""Grid points along the edge of the blocks that are evaluated or skipped as a whole."""
_CHUNK = 12_000
"""Points that are evaluated at a time: their arrays stay in the cache, which is two to five times faster."""
_MOST_CELLS = 220
"""Along the longest side: about 10 million grid points."""
_SPECK = 0.005
"""Share of the triangles of the largest part, below which another one is an artefact of the grid."""
_NEWTON_STEPS = 3
_ON_SURFACE = 1e-7
"""Metres, of a vertex that no step need improve."""
_AS_NEAR = 1.25
_ATTEMPTS: tuple[tuple[Simplifier, float], ...] = ((by_threshold, 1.0), (by_queue, 1.0), (by_queue, 0.9))
"""Until one gives a closed mesh: ways to simplify, and the share of the budget to use."""


def mesh_solid(
    body: Solid, cell: float, triangles: int = 12_000, tolerance: float = 4e-4
) -> tuple[TriangleMesh, MeshQuality]:
    """The surface of a solid as one closed mesh.

    Args:
        body: the solid.
        cell: edge of the grid's cells, metres; no part should be thinner than two cells.
        triangles: budget; twice it where the error would be greater than the tolerance, and more where the
            simplified meshes are not closed.
        tolerance: metres, on the error of the simplified mesh (see `MeshQuality.error`; four times it on the
            worst), or a quarter more than the full mesh's where that is greater.

    Raises:
        InvalidMeshError: the field has no surface within its box, or no value at some points of it.
    """
    cell = max(cell, float(body.size.max()) / _MOST_CELLS)
    body = Solid(_in_chunks(body.distance), body.lower, body.upper)
    vertices, faces, parts = _largest_part(*_marching_cubes(body, cell))
    vertices = with_sharp_edges(body.distance, vertices, faces, cell)
    full = TriangleMesh(vertices, faces)
    mesh, quality = _simplest(body.distance, full, cell, triangles, tolerance)
    return mesh, replace(quality, parts=parts)


def _simplest(
    distance: Field, full: TriangleMesh, cell: float, triangles: int, tolerance: float
) -> tuple[TriangleMesh, MeshQuality]:
    """The first simplified mesh that is good enough, else the nearest closed one, else the full one."""
    found: list[tuple[TriangleMesh, MeshQuality]] = []
    full_quality: MeshQuality | None = None
    for mesh, quality in _closed_ones(distance, full, cell, triangles):
        if not _as_near(quality, tolerance):
            full_quality = full_quality or quality_of(distance, full, cell)
            tolerance = max(tolerance, _AS_NEAR * full_quality.error)
        if _as_near(quality, tolerance, full_quality):
            return mesh, quality
        found.append((mesh, quality))
    if found:
        return min(found, key=lambda pair: pair[1].error)
    full = _onto_surface(distance, full.vertices, full.faces, cell)
    return full, quality_of(distance, full, cell)


def _closed_ones(
    distance: Field, full: TriangleMesh, cell: float, triangles: int
) -> Iterator[tuple[TriangleMesh, MeshQuality]]:
    """Simplified meshes that are closed: of the budget, then of twice it."""
    for budget in (triangles, 2 * triangles):
        if len(full.faces) <= budget:
            return
        for simplified, share in _ATTEMPTS:
            simpler = simplified(full.vertices, full.faces, int(share * budget))
            mesh = _onto_surface(distance, *simpler, cell)
            quality = quality_of(distance, mesh, cell)
            if quality.watertight:
                yield mesh, quality
                break


def _as_near(quality: MeshQuality, tolerance: float, full: MeshQuality | None = None) -> bool:
    """Whether a mesh is within the tolerance, its worst place within four times it or as the full mesh's."""
    worst = max(4 * tolerance, 0.0 if full is None else _AS_NEAR * full.worst)
    return quality.error <= tolerance and quality.worst <= worst


def _in_chunks(distance: Field) -> Field:
    def chunked(p: Points) -> Distances:
        if len(p) <= _CHUNK:
            return distance(p)
        return np.concatenate([distance(p[i : i + _CHUNK]) for i in range(0, len(p), _CHUNK)])

    return chunked


def _marching_cubes(body: Solid, cell: float) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    origin = body.lower - 2.37 * cell  # not a whole number: planes of a symmetric body miss the grid's points
    counts = np.ceil((body.upper + 2.0 * cell - origin) / cell).astype(int) + 1
    values = _near_surface(body.distance, origin, counts, cell)
    unknown = int(np.count_nonzero(~np.isfinite(values)))
    if unknown:
        raise InvalidMeshError(
            f"solid: its field is NaN or infinite at {unknown} points of the grid; check the sizes"
        )
    if not (values.min() < 0.0 < values.max()):
        raise InvalidMeshError(
            "solid: its field has no zero level within its box; check the box and the sizes"
        )
    vertices, faces, _, _ = marching_cubes(values, 0.0, gradient_direction="ascent", allow_degenerate=False)
    vertices = vertices.astype(np.float64) * cell + origin
    corners = vertices[faces]
    volume = np.einsum("ti,ti->", corners[:, 0], np.cross(corners[:, 1], corners[:, 2]))
    return vertices, np.ascontiguousarray(faces if volume > 0 else faces[:, ::-1], np.int32)


def _near_surface(
    distance: Field, origin: NDArray[np.float64], counts: NDArray[np.int64], cell: float
) -> NDArray[np.float32]:
    """Values on the grid: exact in blocks that the surface may cross, else those of the block's middle."""
    blocks = -(-counts // _BLOCK)
    index = np.stack(np.meshgrid(*map(np.arange, blocks), indexing="ij"), axis=-1).reshape(-1, 3)
    middles = distance(origin + (index * _BLOCK + 0.5 * (_BLOCK - 1)) * cell)
    # One cell more than the block: the cells between two blocks need exact values on both sides.
    active = np.abs(middles) <= 0.5 * np.sqrt(3.0) * (_BLOCK + 1) * cell
    values = np.repeat(middles[:, None], _BLOCK**3, axis=1)
    within = np.indices((_BLOCK,) * 3).reshape(3, -1).T
    points = origin + (index[active][:, None] * _BLOCK + within) * cell
    values[active] = distance(points.reshape(-1, 3)).reshape(-1, _BLOCK**3)
    grid = values.reshape(*blocks, _BLOCK, _BLOCK, _BLOCK).transpose(0, 3, 1, 4, 2, 5)
    grid = grid.reshape(blocks * _BLOCK)[: counts[0], : counts[1], : counts[2]]
    # A value of nought puts several vertices at one place: nudged by a thousandth of a cell.
    least = 1e-3 * cell
    return np.where(np.abs(grid) < least, np.where(grid < 0, -least, least), grid).astype(np.float32)


def _largest_part(
    vertices: NDArray[np.float64], faces: NDArray[np.int32]
) -> tuple[NDArray[np.float64], NDArray[np.int32], int]:
    """The connected part with the most triangles (no specks, no surfaces of closed hollows), of how many."""
    count = len(vertices)
    starts, ends = faces[:, [0, 1]].ravel(), faces[:, [1, 2]].ravel()
    graph = coo_array((np.ones(len(starts), np.int8), (starts, ends)), shape=(count, count))
    _, labels = connected_components(graph, directed=False)
    face_labels = labels[faces[:, 0]]
    sizes = np.bincount(face_labels)
    faces = faces[face_labels == np.argmax(sizes)]
    parts = int(np.count_nonzero(sizes > _SPECK * sizes.max()))
    used, renumbered = np.unique(faces, return_inverse=True)
    return vertices[used], renumbered.reshape(-1, 3).astype(np.int32), parts


def _onto_surface(distance: Field, vertices: Points, faces: NDArray[np.int32], cell: float) -> TriangleMesh:
    """Newton steps along the gradient; a vertex at a sharp edge, which would swing, keeps its best place."""
    best, best_value = vertices.copy(), np.abs(distance(vertices))
    for _ in range(_NEWTON_STEPS):
        off = np.flatnonzero(best_value > _ON_SURFACE)
        value, gradient = value_and_gradient(distance, best[off], 0.05 * cell)
        slope = np.maximum((gradient**2).sum(axis=1), 0.05)
        moved = best[off] - np.clip(value / slope, -0.5 * cell, 0.5 * cell)[:, None] * gradient
        now = np.abs(distance(moved))
        better = now < best_value[off]
        best[off[better]], best_value[off[better]] = moved[better], now[better]
    return TriangleMesh(best, faces)
