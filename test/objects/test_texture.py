"""Textures: read with the mesh, where the file has one that can be used."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh
from PIL import Image

from pose_nodes.objects.mesh import TriangleMesh, load_mesh
from pose_nodes.objects.texture import Texture
from pose_nodes.objects.winding import turned_outwards

QUARTERS = np.array([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [255, 255, 0]]], np.uint8)
"""Red above left, green above right, blue below left, yellow below right."""
OBJ = """mtllib card.mtl
usemtl printed
v 9 9 9
v -0.1 -0.1 0
v 0.1 -0.1 0
v 0.1 0.1 0
v -0.1 0.1 0
vt 0.0 0.0
vt 1.0 0.0
vt 1.0 1.0
vt 0.0 1.0
f 2/1 3/2 4/3
f 2/1 4/3 5/4
"""


@pytest.fixture
def card(tmp_path):
    """A printed square in the layout that modelling programs write."""
    Image.fromarray(np.kron(QUARTERS, np.ones((8, 8, 1), np.uint8))).save(tmp_path / "card.png")
    (tmp_path / "card.mtl").write_text("newmtl printed\nmap_Kd card.png\n")
    (tmp_path / "card.obj").write_text(OBJ)
    return tmp_path / "card.obj"


def test_corners_have_their_place_in_the_image(card):
    mesh = load_mesh(card)
    assert mesh.texture is not None and mesh.texture.image.shape == (16, 16, 3)
    lower_left = np.argmin(mesh.vertices[:, :2].sum(axis=1))
    inwards = 0.5 * (mesh.texture.coordinates[lower_left] + 0.5)
    np.testing.assert_array_equal(mesh.texture.at(inwards[None])[0], QUARTERS[1, 0])


def test_coordinates_beyond_the_image_repeat_it():
    texture = Texture(np.zeros((0, 2)), QUARTERS)
    inside = np.array([[0.2, 0.2], [0.7, 0.2], [0.2, 0.7], [0.7, 0.7]])
    for shift in ([0.0, 0.0], [1.0, -2.0], [-3.0, 5.0]):
        found = texture.at(inside + shift)
        np.testing.assert_array_equal(found, QUARTERS[[1, 1, 0, 0], [0, 1, 0, 1]])


def test_a_mesh_whose_image_is_missing_has_none(card):
    (card.parent / "card.png").unlink()
    assert load_mesh(card).texture is None


def test_a_glb_keeps_its_texture(tmp_path):
    uv = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]])
    material = trimesh.visual.material.PBRMaterial(baseColorTexture=Image.fromarray(QUARTERS))
    mesh = trimesh.Trimesh(
        [[0, 0, 0], [0.1, 0, 0], [0.1, 0.1, 0]],
        [[0, 1, 2]],
        visual=trimesh.visual.TextureVisuals(uv=uv, material=material),
        process=False,
    )
    mesh.export(tmp_path / "card.glb")
    texture = load_mesh(tmp_path / "card.glb").texture
    assert texture is not None
    np.testing.assert_array_equal(texture.image, QUARTERS)
    np.testing.assert_array_equal(texture.at(np.array([[0.25, 0.25]])), QUARTERS[1:, 0])


def test_a_mesh_that_is_turned_outwards_keeps_its_texture(painted_box):
    mesh = painted_box.mesh
    texture = Texture(np.zeros((len(mesh.vertices), 2)), QUARTERS)
    inside_out = TriangleMesh(mesh.vertices, mesh.faces[:, ::-1], mesh.vertex_colors, texture)
    turned = turned_outwards(inside_out)
    np.testing.assert_array_equal(turned.faces, mesh.faces)
    assert turned.texture is texture and turned.vertex_colors is mesh.vertex_colors
