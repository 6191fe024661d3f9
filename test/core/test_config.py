"""Configuration dataclasses: defaults, nesting, and refusals that name what was meant."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_nodes.core.config import flatten, from_mapping, group, option, to_mapping
from pose_nodes.core.errors import InvalidConfigError


@dataclass(frozen=True)
class Icp:
    max_iterations: int = option(30, "most steps", minimum=1, maximum=1000)
    gate: float = option(0.01, "largest distance of a pair", unit="m", minimum=0.0, dynamic=True)


@dataclass(frozen=True)
class Config:
    features: str = option("fpfh", "local descriptor", choices=("fpfh", "gedi"))
    verbose: bool = option(False, "say more")
    scale: float = option(1.0, "any number")
    icp: Icp = group(Icp, "refinement")


def refusal(values: dict, where: str = "configuration") -> str:
    with pytest.raises(InvalidConfigError) as caught:
        from_mapping(Config, values, where)
    return str(caught.value)


def test_what_is_absent_keeps_its_default():
    assert from_mapping(Config, {}) == Config()
    assert Config().icp == Icp(30, 0.01)


def test_nested_mappings_and_dotted_names_mean_the_same():
    nested = from_mapping(Config, {"icp": {"max_iterations": 5}, "features": "gedi"})
    assert nested == from_mapping(Config, {"icp.max_iterations": 5, "features": "gedi"})
    assert nested.icp == Icp(5, 0.01)


@given(
    st.builds(
        Config,
        st.sampled_from(["fpfh", "gedi"]),
        st.booleans(),
        st.floats(allow_nan=False),
        st.builds(Icp, st.integers(1, 1000), st.floats(0.0, 1e6)),
    )
)
def test_every_valid_configuration_survives_the_way_to_a_mapping_and_back(config):
    assert from_mapping(Config, to_mapping(config)) == config


def test_options_are_listed_under_dotted_names_in_order_with_what_is_said_of_them():
    options = {flat.name: flat for flat in flatten(Config)}
    assert list(options) == ["features", "verbose", "scale", "icp.max_iterations", "icp.gate"]
    gate = options["icp.gate"]
    assert (gate.type, gate.default, gate.info.unit, gate.info.dynamic) == (float, 0.01, "m", True)
    assert options["features"].info.choices == ("fpfh", "gedi")


def test_a_configuration_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        Config().features = "gedi"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"feature": "fpfh"}, "configuration: unknown key 'feature'; did you mean 'features'?"),
        ({"icp": {"max_iter": 3}}, "unknown key 'icp.max_iter'; did you mean 'icp.max_iterations'?"),
        ({"icp": 3}, "unknown key 'icp'"),
        ({3: 4}, "unknown key '3'"),
        ({"features": {"a": 1}}, "unknown key 'features.a'"),
        ({"features": "sift"}, "'features' is 'sift'; allowed are fpfh, gedi"),
        ({"features": 1}, "'features' is 1; it must be of type str"),
        ({"features": None}, "'features' is None; it must be of type str"),
        ({"verbose": 1}, "'verbose' is 1; it must be of type bool"),
        ({"scale": "1"}, "'scale' is '1'; it must be of type float"),
        ({"scale": "e-3"}, "'scale' is 'e-3'; it must be of type float"),
        ({"scale": True}, "'scale' is True; it must be of type float"),
        ({"scale": float("nan")}, "'scale' is nan; it must be a number"),
        ({"icp.max_iterations": True}, "is True; it must be of type int"),
        ({"icp.max_iterations": 2.5}, "is 2.5; it must be of type int"),
        ({"icp.max_iterations": 0}, "'icp.max_iterations' is 0; it must be from 1 to 1000"),
        ({"icp.max_iterations": 1001}, "it must be from 1 to 1000"),
        ({"icp.gate": -0.1}, "'icp.gate' is -0.1; it must be at least 0.0 m"),
    ],
)
def test_a_wrong_value_is_refused_in_a_sentence_that_says_what_is_allowed(values, expected):
    assert expected in refusal(values)


def test_a_refusal_begins_with_where_the_value_came_from():
    assert refusal({"featurs": 1}, "tracker.yaml").startswith("tracker.yaml: unknown key 'featurs'")


def test_a_whole_number_is_taken_for_a_float():
    scale = from_mapping(Config, {"scale": 2}).scale
    assert scale == 2.0 and isinstance(scale, float)
