"""Meshes, a camera and a scene that the tests of scenes share."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.synthetic.scenes.camera_paths import looking_at
from pose_nodes.synthetic.scenes.scene import Scene, SceneObject
from pose_nodes.synthetic.scenes.supports import table


def mesh_of(shape: trimesh.Trimesh) -> TriangleMesh:
    return TriangleMesh(np.asarray(shape.vertices, np.float64), np.asarray(shape.faces, np.int32))


@pytest.fixture(scope="session")
def camera() -> PinholeCamera:
    return PinholeCamera(290.0, 288.0, 161.0, 118.0, 320, 240)


@pytest.fixture(scope="session")
def ball() -> TriangleMesh:
    return mesh_of(trimesh.creation.icosphere(subdivisions=4, radius=0.04))


@pytest.fixture(scope="session")
def block() -> TriangleMesh:
    """A box whose frame is not in its middle."""
    box = trimesh.creation.box([0.06, 0.08, 0.1])
    box.apply_translation([0.01, -0.02, 0.03])
    return mesh_of(box)


@pytest.fixture(scope="session")
def lump() -> TriangleMesh:
    """A body without any symmetry."""
    shape = trimesh.creation.icosphere(subdivisions=3, radius=0.05)
    x, y, z = shape.vertices.T / 0.05
    shape.vertices *= (1 + 0.25 * np.sin(3 * x + 1) + 0.2 * np.cos(4 * y - z))[:, None] * [1.0, 0.8, 1.3]
    return mesh_of(shape)


@pytest.fixture(scope="session")
def T_world_camera() -> se3.Matrix:
    return looking_at([0.1, -0.5, 0.45], [0.0, 0.0, 0.02])


@pytest.fixture(scope="session")
def crowd(ball, block, lump) -> Scene:
    """Three things on a table, the first two behind the third."""
    places = [(ball, [0.02, 0.1, 0.04]), (block, [-0.1, 0.0, 0.03]), (lump, [0.03, -0.05, 0.08])]
    objects = tuple(
        SceneObject(mesh, se3.from_rotation_vector([0.3 * k, 0.2, 0.5 * k], place), f"kind{k}", f"one{k}")
        for k, (mesh, place) in enumerate(places)
    )
    return Scene(objects, table().as_object())
