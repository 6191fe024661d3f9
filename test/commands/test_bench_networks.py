"""The section on networks: a row for each network, and the exponent that time grows with."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pytest

from pose_nodes.commands import bench_networks
from pose_nodes.commands.bench_networks import (
    COUNT,
    NetworkFigures,
    growth,
    measure_network,
    measure_networks,
    network_tables,
    peak_megabytes,
)
from pose_nodes.geometry.pointcloud import PointCloud


@pytest.mark.parametrize("name", ["dGeDi tiny", "GeDi tiny"])
def test_a_network_is_measured(name, bunny_model):
    pytest.importorskip("torch")
    cloud = PointCloud(bunny_model.points[::20], bunny_model.normals[::20])
    measured = measure_network(name, cloud, bunny_model.diameter)
    assert (measured.network, measured.points) == (name, len(cloud))
    assert 0.0 < measured.least <= measured.seconds and measured.megabytes >= 0.0


def test_the_memory_of_a_process_does_not_begin_with_that_of_the_process_that_started_it():
    held = np.ones(80_000_000)  # 640 MB
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as process:
        theirs = process.submit(peak_megabytes).result()
    assert theirs < held.nbytes / 1e6 < peak_megabytes()


def test_each_network_has_a_row_beside_the_small_student():
    measured = [
        NetworkFigures("dGeDi small", COUNT, 0.12, 0.1, 50.0),
        NetworkFigures("dGeDi small", 2 * COUNT, 0.25, 0.2, 90.0),
        NetworkFigures("GeDi published", COUNT, 20.0, 17.0, 500.0),
    ]
    same, by_points = network_tables(measured)
    assert same.rows == (
        ("dGeDi small", "120.0", "100.0", "50", "1.0"),
        ("GeDi published", "20000.0", "17000.0", "500", "170.0"),
    )
    assert by_points.headers[1:] == ("4,000", "8,000", "exponent")
    assert by_points.rows[0] == ("dGeDi small", "100.0", "200.0", "1.00")


def test_the_exponent_of_a_square_is_two():
    counts = np.array([1000, 2000, 8000])
    assert growth(list(counts), list(1e-9 * counts**2)) == pytest.approx(2.0)


def test_without_pytorch_the_table_says_so(monkeypatch, bunny_model):
    monkeypatch.setattr(bench_networks.importlib.util, "find_spec", lambda _name: None)
    measured = measure_networks(bunny_model)
    assert measured == [] and "PyTorch is not installed" in network_tables(measured)[0].rows[0]
