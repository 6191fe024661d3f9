"""A cube whose errors can be worked out on paper."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.objects.mesh import TriangleMesh


@pytest.fixture(scope="session")
def cube() -> TriangleMesh:
    """10 cm wide, about its origin."""
    box = trimesh.creation.box([0.1] * 3)
    return TriangleMesh(np.asarray(box.vertices), np.asarray(box.faces, np.int32))


@pytest.fixture(scope="session")
def camera() -> PinholeCamera:
    """Of half the width that MSPD is told for."""
    return PinholeCamera(1500.0, 1500.0, 159.5, 119.5, 320, 240)
