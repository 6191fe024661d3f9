"""Objects that lie still beside each other are registered over all images at once."""

from __future__ import annotations

import numpy as np
import pytest

from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.geometry.symmetry import SymmetryGroup
from pose_nodes.registration.field_registration import FieldTarget
from pose_nodes.registration.joint_registration import View, registered_together
from pose_nodes.rendering.depth import DepthRenderer
from pose_nodes.synthetic.shapes.library import generate

CAMERA = PinholeCamera(300.0, 300.0, 159.5, 119.5, 320, 240)
T_BOX_MUG = se3.from_rotation_vector([0.2, -0.1, 0.9], [0.15, 0.02, 0.01])
BOX = SymmetryGroup.parse("x:2,y:2,z:2")


@pytest.fixture(scope="module")
def meshes():
    return {"box": generate("generic_box", 3).mesh, "mug": generate("mug", 901).mesh}


@pytest.fixture(scope="module")
def truths() -> list[dict[str, se3.Matrix]]:
    found = []
    for index in range(8):
        T = se3.from_rotation_vector([0.6 + 0.05 * index, 0.1 * index, 0.2], [-0.07, 0.01 * index, 0.5])
        found.append({"box": T, "mug": T @ T_BOX_MUG})
    return found


@pytest.fixture(scope="module")
def together(meshes, truths):
    """Poses by starts that are some degrees off, one of them by far, and a box that was taken for turned."""
    rng = np.random.default_rng(0)
    fields = {name: FieldTarget(mesh, 0.2) for name, mesh in meshes.items()}
    renderers = {name: DepthRenderer(mesh) for name, mesh in meshes.items()}
    views = []
    for index, truth in enumerate(truths):
        drawn = [renderers[name].render(T, CAMERA) for name, T in truth.items()]
        depth = np.fmin(*drawn) + rng.normal(0.0, 0.001, CAMERA.shape)
        off = {name: se3.perturb(T, rng.normal(0.0, [0.002] * 3 + [0.03] * 3)) for name, T in truth.items()}
        if index == 3:
            off["box"] = se3.perturb(off["box"], np.array([0.05, 0.03, 0.0, 0.1, 0.0, 0.0]))
        if index > 4:
            off["box"] = off["box"] @ BOX.discrete[2]
        views.append(View(depth.astype(np.float32), CAMERA, off))
    return registered_together(views, fields, {"box": BOX, "mug": SymmetryGroup.none()})


def test_poses_are_right_in_all_images_whatever_the_start_of_one_of_them_was(together, truths):
    for found, truth in zip(together, truths, strict=True):
        for name, T in found.items():
            shift, angle = se3.difference(T, truth[name])
            assert shift < 0.001 and np.degrees(angle) < 0.5, name


def test_objects_lie_to_each_other_alike_in_all_images(together):
    relative = [se3.inverse(found["box"]) @ found["mug"] for found in together]
    np.testing.assert_allclose(relative, [relative[0]] * len(relative), atol=1e-9)
