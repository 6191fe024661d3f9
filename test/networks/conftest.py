"""Clouds that the tests of the networks share."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="needs PyTorch: pip install pose_nodes[training]")


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    """More threads wait for each other where other processes run."""
    torch.set_num_threads(1)


def surface(count: int, seed: int):
    """Points of an egg, of diameter 1, with normals; centred."""
    generator = torch.Generator().manual_seed(seed)
    normals = torch.nn.functional.normalize(torch.randn(count, 3, generator=generator), dim=1)
    radii = torch.tensor([0.5, 0.35, 0.25])
    points = normals * radii
    outward = torch.nn.functional.normalize(normals / radii, dim=1)
    return points - points.mean(dim=0), outward


@pytest.fixture(scope="session")
def egg():
    """Makes an egg of so many points: (points, normals)."""
    return surface
