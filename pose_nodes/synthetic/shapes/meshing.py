"""From a signed distance field to a closed triangle mesh of bounded error.

Marching cubes (scikit-image, Lewiner et al., "Efficient implementation of marching cubes' cases with
topological guarantees", Journal of Graphics Tools 2003) on a grid that is evaluated only near the surface;
vertices near sharp edges moved onto them (Ohtake and Belyaev, "Dual/primal mesh optimization for polygonized
implicit surfaces", Solid Modeling 2002); quadric simplification (Open3D) to a budget of triangles; then each
vertex is moved onto the zero level by Newton steps along the gradient.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import open3d as o3d
import trimesh
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from skimage.measure import marching_cubes

from pose_nodes.core.errors import InvalidMeshError
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.synthetic.shapes.sdf.solid import Field, Solid
from pose_nodes.synthetic.shapes.sharp_edges import value_and_gradient, with_sharp_edges

_BLOCK = 6
"""Grid points along the edge of the blocks that are evaluated or skipped as a whole."""
_MOST_CELLS = 220
"""Along the longest side: about 10 million grid points."""
_SHARPENINGS = 2
"""One finds the edges, the other the corners at which they end."""
_NEWTON_STEPS = 3
_AS_NEAR = 1.25


@dataclass(frozen=True)
class MeshQuality:
    """How well a mesh stands for its solid.

    Attributes:
        error: metres; 99.9 % of the middles of triangles and of their edges are nearer to the surface.
        worst: metres, the largest of these distances, at some thin crease as a rule.
        watertight: whether every edge joins two triangles of the same sense (a closed 2-manifold).
        triangles: how many.
    """

    error: float
    worst: float
    watertight: bool
    triangles: int


def mesh_solid(
    body: Solid, cell: float, triangles: int = 12_000, tolerance: float = 4e-4
) -> tuple[TriangleMesh, MeshQuality]:
    """The surface of a solid as one closed mesh.

    Args:
        body: the solid.
        cell: edge of the grid's cells, metres; no part should be thinner than two cells.
        triangles: budget; exceeded where the error would be greater than the tolerance, or the simplified
            mesh not closed.
        tolerance: metres, on the error of the simplified mesh (see `MeshQuality.error`; four times it on the
            worst), or a quarter more than the full mesh's where that is greater.

    Raises:
        InvalidMeshError: the field has no surface within its box.
    """
    cell = max(cell, float(body.size.max()) / _MOST_CELLS)
    vertices, faces = _largest_part(*_marching_cubes(body, cell))
    for _ in range(_SHARPENINGS):
        vertices = with_sharp_edges(body.distance, vertices, faces, cell)
    full = _onto_surface(body.distance, vertices, faces, cell)
    best = full, _quality(body.distance, full, cell)
    closed = False
    for budget in (triangles, triangles * 9 // 10, 2 * triangles):
        if len(faces) <= budget:
            break
        if closed and budget < triangles:
            continue  # what was too coarse will not do with fewer triangles; what was not closed may
        mesh = _onto_surface(body.distance, *_simplified(full.vertices, faces, budget), cell)
        quality = _quality(body.distance, mesh, cell)
        if _good_enough(quality, best[1], tolerance):
            return mesh, quality
        closed = quality.watertight
    return best


def _good_enough(simplified: MeshQuality, full: MeshQuality, tolerance: float) -> bool:
    """Whether a simplified mesh is closed, and within the tolerance or about as near as the full one."""
    error = max(tolerance, _AS_NEAR * full.error)
    worst = max(4 * tolerance, _AS_NEAR * full.worst)
    return simplified.watertight and simplified.error <= error and simplified.worst <= worst


def _marching_cubes(body: Solid, cell: float) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    origin = body.lower - 2.37 * cell  # not a whole number: planes of a symmetric body miss the grid's points
    counts = np.ceil((body.upper + 2.0 * cell - origin) / cell).astype(int) + 1
    values = _near_surface(body.distance, origin, counts, cell)
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
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """The connected part with the most triangles: no loose specks, no surfaces of closed hollows."""
    count = len(vertices)
    starts, ends = faces[:, [0, 1]].ravel(), faces[:, [1, 2]].ravel()
    graph = coo_array((np.ones(len(starts), np.int8), (starts, ends)), shape=(count, count))
    parts, labels = connected_components(graph, directed=False)
    if parts > 1:
        face_labels = labels[faces[:, 0]]
        faces = faces[face_labels == np.argmax(np.bincount(face_labels))]
    used, renumbered = np.unique(faces, return_inverse=True)
    return vertices[used], renumbered.reshape(-1, 3).astype(np.int32)


def _simplified(
    vertices: NDArray[np.float64], faces: NDArray[np.int32], budget: int
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    # Open3D's tensor mesh: its other simplification folds flat faces over, or takes minutes on them.
    mesh = o3d.t.geometry.TriangleMesh(o3d.core.Tensor(vertices), o3d.core.Tensor(faces.astype(np.int64)))
    mesh = mesh.simplify_quadric_decimation(1.0 - budget / len(faces))
    points = mesh.vertex.positions.numpy().astype(np.float64)
    return points, mesh.triangle.indices.numpy().astype(np.int32)


def _onto_surface(
    distance: Field, vertices: NDArray[np.float64], faces: NDArray[np.int32], cell: float
) -> TriangleMesh:
    """Newton steps along the gradient; a vertex at a sharp edge, which would swing, keeps its best place."""
    best, best_value = vertices, np.abs(distance(vertices))
    current = vertices
    for _ in range(_NEWTON_STEPS):
        value, gradient = value_and_gradient(distance, current, 0.05 * cell)
        slope = np.maximum((gradient**2).sum(axis=1), 0.05)
        current = current - np.clip(value / slope, -0.5 * cell, 0.5 * cell)[:, None] * gradient
        now = np.abs(distance(current))
        better = now < best_value
        best, best_value = np.where(better[:, None], current, best), np.where(better, now, best_value)
        current = best
    return TriangleMesh(best, faces)


def _quality(distance: Field, mesh: TriangleMesh, cell: float) -> MeshQuality:
    corners = mesh.vertices[mesh.faces]
    edges = 0.5 * (corners + np.roll(corners, 1, axis=1))
    # Each edge is had from both sides: once is enough, but for its sense.
    first = mesh.faces < np.roll(mesh.faces, 1, axis=1)
    probes = np.concatenate([corners.mean(axis=1), edges[first]])
    value, gradient = value_and_gradient(distance, probes, 0.05 * cell)
    slope = np.clip(np.linalg.norm(gradient, axis=1), 0.5, 1.0)
    errors = np.abs(value) / slope
    return MeshQuality(
        float(np.percentile(errors, 99.9)), float(errors.max()), is_closed(mesh), len(mesh.faces)
    )


def is_closed(mesh: TriangleMesh) -> bool:
    """Whether the mesh is watertight, of one winding, and encloses a volume."""
    body = trimesh.Trimesh(mesh.vertices, mesh.faces, process=False)
    return bool(body.is_watertight and body.is_winding_consistent and body.volume > 0)
