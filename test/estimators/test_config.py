"""The options of the estimator by their dotted names."""

from __future__ import annotations

import pytest

from pose_nodes.core.config import flatten, from_mapping, to_mapping
from pose_nodes.core.errors import InvalidConfigError
from pose_nodes.estimators.config import InstanceConfig
from pose_nodes.estimators.known_object import ICP_DISTANCE, ICP_ITERATIONS


def test_the_defaults_are_valid_and_survive_the_way_through_a_file():
    assert from_mapping(InstanceConfig, to_mapping(InstanceConfig())) == InstanceConfig()


def test_every_option_is_explained():
    assert all(option.info.help for option in flatten(InstanceConfig))


def test_the_reference_is_set_up_as_in_the_dgedi_paper():
    values = to_mapping(InstanceConfig())
    paper = {
        "cloud.points": 4000,
        "ransac.iterations": 100_000,
        "ransac.distance": 0.03,
    }
    assert {name: values[name] for name in paper} == paper
    assert (ICP_ITERATIONS, ICP_DISTANCE) == (1000, 0.03)


@pytest.mark.parametrize(
    ("features", "score", "counts"),
    [("fpfh", "auto", False), ("dgedi", "auto", False), ("fused", "auto", True), ("fused", "count", False),
     ("dgedi", "cosine", True)],
)  # fmt: skip
def test_agreement_counts_where_it_is_asked_for_and_with_fused_features(features, score, counts):
    config = from_mapping(InstanceConfig, {"features": features, "ransac.score": score})
    assert config.counts_agreement == counts


@pytest.mark.parametrize(
    ("features", "asked", "told_by"),
    [
        ("fpfh", "auto", "off"),
        ("fused", "auto", "image"),
        ("fused", "off", "off"),
        ("dgedi", "shape", "shape"),
    ],
)
def test_the_image_tells_look_alikes_apart_with_fused_features(features, asked, told_by):
    config = from_mapping(InstanceConfig, {"features": features, "look_alikes.told_by": asked})
    assert config.told_by == told_by


@pytest.mark.parametrize(
    ("name", "allowed"),
    [("features", "auto, fpfh, dgedi, gedi, fused"), ("registration", "native, open3d, kiss_matcher")],
)
def test_what_is_not_there_is_refused_by_name(name, allowed):
    with pytest.raises(InvalidConfigError, match=f"'{name}' is 'other'; allowed are {allowed}"):
        from_mapping(InstanceConfig, {name: "other"})
