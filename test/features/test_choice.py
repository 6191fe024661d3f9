"""A descriptor by its name, and what comes of names that cannot be had."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from pose_nodes.core.errors import InvalidConfigError, InvalidInputError
from pose_nodes.core.stopwatch import Stopwatch
from pose_nodes.estimators.config import RansacConfig
from pose_nodes.estimators.feature_search import FeatureSearch
from pose_nodes.features import fpfh
from pose_nodes.features.choice import NAMES, descriptor, usual_features
from pose_nodes.features.describer import ByShape
from pose_nodes.geometry import se3
from pose_nodes.geometry.pointcloud import PointCloud
from pose_nodes.metrics.pose_error import pose_difference


def seen(model, T_camera_object: se3.Matrix) -> PointCloud:
    """The half of a model's surface that faces a camera."""
    points = se3.transform(T_camera_object, model.points)
    normals = se3.rotate(T_camera_object, model.normals)
    facing = np.einsum("ij,ij->i", points, normals) < 0.0
    return PointCloud(points[facing], normals[facing])


def test_fpfh_is_that_of_its_radius_in_diameters(bunny_model):
    cloud = PointCloud(bunny_model.points, bunny_model.normals)
    described = descriptor("fpfh", radius=0.2).describe(cloud, bunny_model.diameter)
    np.testing.assert_array_equal(described, fpfh.describe(cloud, 0.2 * bunny_model.diameter))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda points, normals: (points[:0], normals[:0], 0.1), "0 points"),
        (lambda points, normals: (points, normals, -0.1), "a diameter of -0.1"),
        (lambda points, normals: (points, normals, np.inf), "a diameter of inf"),
        (lambda points, normals: (np.where(points > 0.05, np.nan, points), normals, 0.1), "is not finite"),
        (lambda points, normals: (points, np.full_like(normals, np.nan), 0.1), "is not finite"),
    ],
)
@pytest.mark.parametrize("name", NAMES)
def test_clouds_that_cannot_be_described_are_refused_by_every_descriptor(bunny_model, name, change, said):
    if name != "fpfh":
        pytest.importorskip("torch")
    points, normals, diameter = change(bunny_model.points[::50] + 0.05, bunny_model.normals[::50])
    with pytest.raises(InvalidInputError, match=said):
        descriptor(name, threads=1).describe(PointCloud(points, normals), diameter)


def test_the_usual_features_are_learned_ones_where_pytorch_is():
    pytest.importorskip("torch")
    pytest.importorskip("safetensors")
    assert usual_features() == "dgedi"


@pytest.mark.parametrize(
    ("library", "said"),
    [("torch", "PyTorch is not installed"), ("safetensors", "safetensors is not installed")],
)
def test_without_a_library_the_usual_features_are_fpfh_and_a_warning_says_why(
    monkeypatch, caplog, library, said
):
    pytest.importorskip("torch")
    monkeypatch.setitem(sys.modules, library, None)
    assert usual_features() == "fpfh" and said in caplog.text
    with pytest.raises(InvalidConfigError, match=f"{said}; run `pip install torch safetensors`"):
        descriptor("dgedi")


@pytest.mark.parametrize("error", [ImportError, OSError])
def test_where_pytorch_cannot_be_loaded_the_cause_is_told(tmp_path, monkeypatch, caplog, error):
    (tmp_path / "torch.py").write_text(f"raise {error.__name__}('libcudart.so.12: no such file')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    assert usual_features() == "fpfh" and "PyTorch cannot be used (libcudart.so.12" in caplog.text


def test_weights_that_a_user_names_are_never_left_unused(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    assert usual_features("mine.safetensors") == "dgedi"


def test_a_fingerprint_tells_options_and_weights_apart(tmp_path):
    assert descriptor("fpfh", radius=0.2).fingerprint != descriptor("fpfh", radius=0.3).fingerprint
    torch = pytest.importorskip("torch")
    from pose_nodes.features.dgedi import Dgedi
    from pose_nodes.networks.descriptor import DescriptorConfig, DescriptorNetwork

    network = DescriptorNetwork(DescriptorConfig(backbone="tiny"))
    before = Dgedi(network).fingerprint
    network.grid *= 2.0
    assert Dgedi(network).fingerprint != before
    network.grid /= 2.0
    assert Dgedi(network).fingerprint == before
    with torch.no_grad():
        next(network.parameters()).view(-1)[0] += 1e-3
    assert Dgedi(network).fingerprint != before


def test_what_has_no_weights_refuses_some():
    with pytest.raises(InvalidConfigError, match=r"weights .my\.safetensors.: the features fpfh have none"):
        descriptor("fpfh", "my.safetensors")


def test_every_learned_name_refuses_a_file_that_is_not_there(tmp_path):
    pytest.importorskip("torch")
    from pose_nodes.networks.weight_files import InvalidWeightsError

    for name in NAMES[1:]:
        with pytest.raises(InvalidWeightsError, match=r"none\.safetensors"):
            descriptor(name, str(tmp_path / "none.safetensors"))


def test_the_shipped_student_finds_what_it_has_never_seen_by_descriptors_alone(bunny_model):
    pytest.importorskip("torch")
    search = FeatureSearch(bunny_model, RansacConfig(runs=1, keep=1), descriptor=ByShape(descriptor("dgedi")))
    rng = np.random.default_rng(0)
    hits = 0
    for turn in rng.normal(0.0, 1.5, (6, 3)):
        T = se3.from_rotation_vector(turn, [0.0, 0.05, 0.7])
        (found,) = search.propose(seen(bunny_model, T), rng, Stopwatch())
        distance, angle = pose_difference(found, T, bunny_model.symmetry)
        hits += distance < 0.05 * bunny_model.diameter and angle < np.radians(10.0)
    assert hits >= 5
