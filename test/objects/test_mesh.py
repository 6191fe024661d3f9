"""Mesh files of every format, and every way in which one can be wrong."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import trimesh

from pose_nodes.core.errors import InvalidMeshError
from pose_nodes.objects.mesh import load_mesh

SIZE = np.array([0.1, 0.06, 0.04])
TETRAHEDRON_FACES = "3 0 2 1\n3 0 1 3\n3 1 2 3\n3 0 3 2\n"


def write_box(path: Path, scale: float = 1.0) -> Path:
    trimesh.creation.box(SIZE * scale).export(path)
    return path


def write_ply(path: Path, vertices: str, faces: str = TETRAHEDRON_FACES) -> Path:
    """An ASCII PLY file of the given lines."""
    counts = vertices.count("\n"), faces.count("\n")
    path.write_text(
        f"ply\nformat ascii 1.0\nelement vertex {counts[0]}\nproperty float x\nproperty float y\n"
        f"property float z\nelement face {counts[1]}\nproperty list uchar int vertex_indices\nend_header\n"
        f"{vertices}{faces}"
    )
    return path


@pytest.mark.parametrize("ending", ["ply", "obj", "stl", "glb", "gltf", "off"])
def test_every_format_gives_the_same_box(tmp_path, ending):
    if ending == "gltf":  # JSON with its buffers in files beside it
        files = trimesh.creation.box(SIZE).export(file_type="gltf")
        for name, data in files.items():
            (tmp_path / name.replace("model.gltf", "box.gltf")).write_bytes(data)
    else:
        write_box(tmp_path / f"box.{ending}")
    mesh = load_mesh(tmp_path / f"box.{ending}")
    np.testing.assert_allclose(np.ptp(mesh.vertices, axis=0), SIZE, atol=1e-6)
    assert len(mesh.faces) == 12
    assert (mesh.vertices.dtype, mesh.faces.dtype) == (np.float64, np.int32)


def test_an_ending_in_capitals_is_read_too(tmp_path):
    write_box(tmp_path / "box.ply").rename(tmp_path / "BOX.PLY")
    assert len(load_mesh(tmp_path / "BOX.PLY").faces) == 12


def test_the_parts_of_a_scene_become_one_mesh_each_at_its_place(tmp_path):
    scene = trimesh.Scene()
    for offset in (-0.1, 0.1):
        move = trimesh.transformations.translation_matrix([offset, 0, 0])
        scene.add_geometry(trimesh.creation.box([0.02, 0.02, 0.02]), transform=move)
    scene.export(tmp_path / "scene.glb")
    mesh = load_mesh(tmp_path / "scene.glb")
    assert len(mesh.faces) == 24
    np.testing.assert_allclose(np.ptp(mesh.vertices, axis=0), [0.22, 0.02, 0.02], atol=1e-6)


@pytest.mark.parametrize(("unit", "metres"), [("m", 1.0), ("cm", 0.01), ("mm", 0.001), ("in", 0.0254)])
def test_units_are_turned_into_metres(tmp_path, unit, metres):
    path = write_box(tmp_path / "box.ply", 1.0 / metres)
    np.testing.assert_allclose(np.ptp(load_mesh(path, unit).vertices, axis=0), SIZE, rtol=1e-5)


def test_vertex_colours_are_read_and_absent_ones_are_none(tmp_path):
    box = trimesh.creation.box(SIZE)
    box.export(tmp_path / "plain.ply")
    box.visual.vertex_colors = np.tile(np.array([10, 200, 30, 255], np.uint8), (8, 1))
    box.export(tmp_path / "colored.ply")
    colors = load_mesh(tmp_path / "colored.ply").vertex_colors
    assert colors is not None and colors.dtype == np.uint8
    np.testing.assert_array_equal(colors, np.tile([10, 200, 30], (8, 1)))
    assert load_mesh(tmp_path / "plain.ply").vertex_colors is None


def test_loose_vertices_do_not_enlarge_the_object(tmp_path):
    path = write_ply(tmp_path / "a.ply", "9 9 9\n0 0 0\n0.1 0 0\n0 0.1 0\n0 0 0.1\n", "3 1 3 2\n3 1 2 4\n")
    mesh = load_mesh(path)
    assert len(mesh.vertices) == 4
    np.testing.assert_allclose(mesh.vertices.max(axis=0), 0.1, atol=1e-7)
    np.testing.assert_allclose(mesh.vertices[mesh.faces[0]], [[0, 0, 0], [0, 0.1, 0], [0.1, 0, 0]], atol=1e-7)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InvalidMeshError, match=r"mesh .*nowhere\.ply: no such file"):
        load_mesh(tmp_path / "nowhere.ply")


@pytest.mark.parametrize("ending", ["ply", "obj", "stl", "glb", "off"])
def test_an_empty_file_is_refused_in_a_sentence(tmp_path, ending):
    path = tmp_path / f"empty.{ending}"
    path.write_bytes(b"")
    with pytest.raises(InvalidMeshError, match=rf"mesh .*empty\.{ending}: (cannot be read|has no triangles)"):
        load_mesh(path)


@pytest.mark.parametrize("ending", ["ply", "obj", "stl", "glb", "gltf", "off"])
def test_a_file_that_is_something_else_is_refused_in_a_sentence(tmp_path, ending):
    path = tmp_path / f"poem.{ending}"
    path.write_bytes(bytes(np.random.default_rng(1).integers(0, 256, 500, dtype=np.uint8)))
    with pytest.raises(InvalidMeshError, match=rf"mesh .*poem\.{ending}: "):
        load_mesh(path)


def test_a_cut_off_file_is_refused_in_a_sentence(tmp_path):
    path = write_box(tmp_path / "box.glb")
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(InvalidMeshError, match=r"box\.glb: cannot be read"):
        load_mesh(path)


def test_an_unknown_format_is_named_with_those_that_are_read(tmp_path):
    path = tmp_path / "model.step"
    path.write_text("ISO-10303-21;")
    with pytest.raises(
        InvalidMeshError, match=r"format '\.step' is not read; use \.ply, \.obj, \.stl, \.glb"
    ):
        load_mesh(path)


def test_an_unknown_unit_is_named_with_the_known_ones(tmp_path):
    with pytest.raises(InvalidMeshError, match="unit 'meters' is unknown; use one of m, cm, mm, in"):
        load_mesh(write_box(tmp_path / "box.ply"), "meters")


def test_a_mesh_in_millimetres_said_to_be_in_metres_is_told_how_to_mend_it(tmp_path):
    with pytest.raises(InvalidMeshError, match=r"is 123\.3 m, .*in millimetres; set mesh_unit: mm"):
        load_mesh(write_box(tmp_path / "box.ply", 1000.0))


def test_a_mesh_in_metres_said_to_be_in_millimetres_is_told_how_to_mend_it(tmp_path):
    with pytest.raises(InvalidMeshError, match=r"0\.1233 mm.*in metres; set mesh_unit: m"):
        load_mesh(write_box(tmp_path / "box.ply"), "mm")


@pytest.mark.parametrize(("scale", "unit"), [(1e-3, "m"), (1e6, "mm")])
def test_a_size_that_no_unit_explains_is_refused_with_the_sizes_that_are_possible(tmp_path, scale, unit):
    with pytest.raises(InvalidMeshError, match=r"an object can have from 0\.002 to 5 m: scale the mesh"):
        load_mesh(write_box(tmp_path / "box.ply", scale), unit)


def test_nan_vertices_are_counted(tmp_path):
    path = write_ply(tmp_path / "nan.ply", "0 0 0\n0.1 0 0\nnan 0.1 0\n0 0 inf\n")
    with pytest.raises(InvalidMeshError, match="2 of 4 vertices are NaN or infinite; repair the file"):
        load_mesh(path)


def test_nan_vertices_of_a_binary_stl_are_found(tmp_path):
    triangle = struct.pack("<12fH", *([0.0] * 3), 0, 0, 0, 0.1, 0, 0, 0, float("nan"), 0, 0)
    path = tmp_path / "nan.stl"
    path.write_bytes(b"\0" * 80 + struct.pack("<I", 1) + triangle)
    with pytest.raises(InvalidMeshError, match="1 of 3 vertices are NaN"):
        load_mesh(path)


def test_points_without_triangles_are_refused(tmp_path):
    path = write_ply(tmp_path / "points.ply", "0 0 0\n0.1 0 0\n0 0.1 0\n", "")
    with pytest.raises(InvalidMeshError, match="has no triangles; export it as a triangle mesh"):
        load_mesh(path)


def test_a_triangle_of_a_vertex_that_is_not_there_is_refused(tmp_path):
    path = write_ply(tmp_path / "broken.ply", "0 0 0\n0.1 0 0\n0 0.1 0\n", "3 0 1 7\n")
    with pytest.raises(InvalidMeshError, match=r"broken\.ply: "):
        load_mesh(path)
