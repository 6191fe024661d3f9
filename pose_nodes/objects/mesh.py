"""Triangle meshes from files: read, checked, in metres."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import trimesh
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidMeshError
from pose_nodes.objects.texture import Texture, texture_of

METRES_PER_UNIT = {"m": 1.0, "cm": 0.01, "mm": 0.001, "in": 0.0254}
FORMATS = (".ply", ".obj", ".stl", ".glb", ".gltf", ".off")
LARGEST_DIAGONAL = 5.0
"""Metres. A larger object is taken for one whose unit is wrong (our choice: a small car still passes)."""
SMALLEST_DIAGONAL = 0.002
"""Metres. No depth camera resolves a smaller object (our choice)."""


@dataclass(frozen=True, eq=False)
class TriangleMesh:
    """A triangle mesh in the object frame.

    Attributes:
        vertices: (n, 3) float64, metres.
        faces: (m, 3) int32 vertex indices, counter-clockwise seen from outside.
        vertex_colors: (n, 3) uint8 RGB, or None.
        texture: a picture that is laid over it, or None; says more than the colours of the vertices.
    """

    vertices: NDArray[np.float64]
    faces: NDArray[np.int32]
    vertex_colors: NDArray[np.uint8] | None = None
    texture: Texture | None = None

    @property
    def diagonal(self) -> float:
        """Length of the bounding box's diagonal, metres."""
        return float(np.linalg.norm(np.ptp(self.vertices, axis=0)))


def load_mesh(path: str | Path, unit: str = "m") -> TriangleMesh:
    """Read a mesh file; a scene with several parts becomes one mesh.

    Args:
        path: a .ply, .obj, .stl, .glb, .gltf or .off file.
        unit: length unit of the file: m, cm, mm or in.

    Raises:
        InvalidMeshError: the file is missing, unreadable, without triangles, has NaN vertices, or a size that
            shows that the unit is wrong.
    """
    path = Path(path)
    if unit not in METRES_PER_UNIT:
        raise InvalidMeshError(
            f"mesh {path}: unit '{unit}' is unknown; use one of {', '.join(METRES_PER_UNIT)}"
        )
    raw = _read(path)
    _check_triangles(raw, path)
    # Loose vertices, as exporters leave them, are no part of the surface and would enlarge its box.
    used, faces = np.unique(np.asarray(raw.faces), return_inverse=True)
    colors, texture = _vertex_colors(raw), texture_of(raw)
    mesh = TriangleMesh(
        np.asarray(raw.vertices, np.float64)[used] * METRES_PER_UNIT[unit],
        faces.reshape(-1, 3).astype(np.int32),
        None if colors is None else colors[used],
        None if texture is None else replace(texture, coordinates=texture.coordinates[used]),
    )
    check_unit(mesh, unit, str(path))
    return mesh


def check_unit(mesh: TriangleMesh, unit: str, name: str) -> None:
    """Raise an InvalidMeshError when the size of the mesh shows that it is in another unit than said."""
    diagonal = mesh.diagonal
    if SMALLEST_DIAGONAL <= diagonal <= LARGEST_DIAGONAL:
        return
    in_metres = "" if unit == "m" else f" = {diagonal:.4g} m"
    said = f"mesh {name}: its diagonal is {diagonal / METRES_PER_UNIT[unit]:.4g} {unit}{in_metres}"
    if diagonal > LARGEST_DIAGONAL and unit != "mm":
        raise InvalidMeshError(
            f"{said}, which suggests that the file is in millimetres; set mesh_unit: mm (--mesh-unit mm)"
        )
    if diagonal < SMALLEST_DIAGONAL and unit != "m":
        raise InvalidMeshError(
            f"{said}, which suggests that the file is in metres; set mesh_unit: m (--mesh-unit m)"
        )
    raise InvalidMeshError(
        f"{said}; an object can have from {SMALLEST_DIAGONAL:g} to {LARGEST_DIAGONAL:g} m: scale the mesh"
    )


def _read(path: Path) -> trimesh.Trimesh:
    if not _is_file(path):
        raise InvalidMeshError(f"mesh {path}: no such file")
    if path.suffix.lower() not in FORMATS:
        raise InvalidMeshError(f"mesh {path}: format '{path.suffix}' is not read; use {', '.join(FORMATS)}")
    try:
        # process=False keeps the vertices as they are: merging would drop NaN vertices silently.
        loaded = trimesh.load(path, process=False)
        return loaded.to_mesh() if isinstance(loaded, trimesh.Scene) else loaded
    except (
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        OSError,
        NotImplementedError,
    ) as error:
        raise InvalidMeshError(f"mesh {path}: cannot be read ({error})") from error


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError as error:  # too long a name, or a folder that nobody may look into
        raise InvalidMeshError(f"mesh {path}: cannot be read ({error.strerror})") from error


def _check_triangles(raw: object, path: Path) -> None:
    faces = np.asarray(getattr(raw, "faces", ()))
    vertices = np.asarray(getattr(raw, "vertices", ()))
    if len(faces) == 0 or len(vertices) == 0:
        raise InvalidMeshError(f"mesh {path}: has no triangles; export it as a triangle mesh, not as points")
    broken = int(np.count_nonzero(~np.isfinite(vertices).all(axis=1)))
    if broken:
        raise InvalidMeshError(
            f"mesh {path}: {broken} of {len(vertices)} vertices are NaN or infinite; repair the file"
        )
    if faces.min() < 0 or faces.max() >= len(vertices):
        raise InvalidMeshError(
            f"mesh {path}: a triangle refers to a vertex that is not there; repair the file"
        )


def _vertex_colors(raw: trimesh.Trimesh) -> NDArray[np.uint8] | None:
    """Vertex colours of the file, or those of its texture at the vertices; None when it has neither."""
    visual = raw.visual
    if visual.kind == "texture":
        try:
            visual = visual.to_color()
        except (ValueError, AttributeError, IndexError):  # texture image missing or UV coordinates broken
            return None
    if visual.kind not in ("vertex", "face"):
        return None
    colors = np.asarray(visual.vertex_colors)
    return colors[:, :3].astype(np.uint8) if colors.shape == (len(raw.vertices), 4) else None
