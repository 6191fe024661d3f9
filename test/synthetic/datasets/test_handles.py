"""A handle is found on the mesh, and seen or not from each side."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.synthetic.datasets.handles import handle_faces, shows_handle
from pose_nodes.synthetic.scenes.rendering import SceneRenderer
from pose_nodes.synthetic.scenes.scene import Scene, SceneObject
from pose_nodes.synthetic.shapes.library import instance

CAMERA = PinholeCamera(200.0, 200.0, 79.5, 59.5, 160, 120)


def solid(mesh: trimesh.Trimesh) -> TriangleMesh:
    mesh.apply_translation(-mesh.bounds.mean(axis=0))
    return TriangleMesh(np.asarray(mesh.vertices), np.asarray(mesh.faces, np.int32))


GRIP = 12 * 4**3
"""Faces of the handle of a cone; they are its last."""


def cone(handle: bool) -> TriangleMesh:
    """A mug that is 6 cm wide at the foot and 10 cm at the brim, y up; its handle reaches to 5.2 cm."""
    points = np.array([[0.0, 0.0], [0.03, 0.0], [0.05, 0.1], [0.045, 0.1], [0.0, 0.01]])
    body = trimesh.creation.revolve(points, sections=48)
    body.apply_transform(se3.from_rotation_vector([-np.pi / 2, 0, 0]))
    if not handle:
        return solid(body)
    grip = trimesh.creation.box([0.012, 0.04, 0.01]).subdivide().subdivide().subdivide()
    grip.apply_translation([0.046, 0.03, 0.0])
    assert len(grip.faces) == GRIP
    return solid(trimesh.util.concatenate([body, grip]))


def view_from(azimuth: float) -> se3.Matrix:
    """T_world_camera of a camera in the plane y = 0, at an angle from x towards z."""
    place = 0.35 * np.array([np.cos(azimuth), 0.0, np.sin(azimuth)])
    z, down = -place / np.linalg.norm(place), np.array([0.0, -1.0, 0.0])
    R = np.stack([np.cross(down, z), down, z], axis=1)
    return se3.from_rotation_translation(R, place)


def seen(mesh: TriangleMesh, azimuth: float, *others: SceneObject) -> bool:
    scene = Scene((SceneObject(mesh, np.eye(4), "mug"), *others))
    return shows_handle(SceneRenderer().render(scene, view_from(azimuth), CAMERA), 1, mesh)


def test_the_faces_of_the_handle_are_found_also_under_a_wider_brim():
    faces = handle_faces(cone(True))
    assert faces[-GRIP:].mean() > 0.8 and not faces[:-GRIP].any()
    assert not handle_faces(cone(False)).any()


@pytest.mark.parametrize(
    ("degrees", "expected"), [(0, True), (70, True), (-80, True), (150, False), (180, False)]
)
def test_it_is_seen_from_its_side_alone(degrees, expected):
    assert seen(cone(True), np.deg2rad(degrees)) is expected


def test_it_is_not_seen_behind_another_thing():
    block = solid(trimesh.creation.box([0.01, 0.1, 0.1]))
    before = SceneObject(block, se3.from_rotation_translation(np.eye(3), [0.1, 0, 0]), "block")
    assert seen(cone(True), 0.0) and not seen(cone(True), 0.0, before)


def test_what_has_no_handle_shows_none():
    assert not seen(cone(False), 0.0)


@pytest.mark.parametrize("index", range(3))
def test_procedural_mugs_show_theirs_at_x_and_hide_it_at_the_back(index):
    mesh = instance("mug", "train", index, triangles=4000).mesh
    assert 0.02 < handle_faces(mesh).mean() < 0.3
    assert seen(mesh, 0.0) and not seen(mesh, np.pi)
