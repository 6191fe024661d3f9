"""A configuration class as the parameters of a node."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")
from rclpy.node import Node
from rclpy.parameter import Parameter

from pose_nodes.core.config import group, option
from pose_nodes.core.errors import InvalidConfigError
from pose_nodes.ros.parameters import NodeParameters

pytestmark = pytest.mark.ros


@dataclass(frozen=True)
class Inner:
    slop: float = option(0.03, "how far apart", unit="s", minimum=0.001, maximum=1.0)
    count: int = option(3, "how many", minimum=1)


@dataclass(frozen=True)
class Outer:
    name: str = option("mug", "which one", choices=("mug", "bowl"))
    rate: float = option(10.0, "how often", unit="1/s", minimum=0.1, maximum=100.0, dynamic=True)
    inner: Inner = group(Inner, "details")


Maker = Callable[..., NodeParameters[Outer]]


@pytest.fixture
def make(context) -> Iterator[Maker]:
    nodes: list[Node] = []

    def make(**overrides: Any) -> NodeParameters[Outer]:
        given = [Parameter(name.replace("__", "."), value=value) for name, value in overrides.items()]
        node = Node(
            "some_node",
            context=context,
            parameter_overrides=given,
            automatically_declare_parameters_from_overrides=True,
        )
        nodes.append(node)
        return NodeParameters(node, Outer)

    yield make
    for node in nodes:
        node.destroy_node()


def set_parameter(parameters: NodeParameters[Outer], name: str, value: Any) -> Any:
    return parameters.node.set_parameters([Parameter(name, value=value)])[0]


def test_without_overrides_the_defaults_hold(make):
    assert make().read() == Outer()


def test_overrides_reach_the_configuration(make):
    config = make(name="bowl", inner__slop=0.5, inner__count=7).read()
    assert config == Outer(name="bowl", inner=Inner(slop=0.5, count=7))


def test_a_whole_number_is_taken_for_a_float(make):
    assert make(rate=5).read().rate == 5.0


def test_descriptions_and_ranges_are_declared(make):
    node = make().node
    descriptor = node.describe_parameter("inner.slop")
    assert descriptor.description == "how far apart [s]"
    assert "when the node is configured" in descriptor.additional_constraints
    (limits,) = descriptor.floating_point_range
    assert (limits.from_value, limits.to_value) == (0.001, 1.0)
    assert node.describe_parameter("inner.count").integer_range[0].from_value == 1
    assert "one of mug, bowl" in node.describe_parameter("name").additional_constraints


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        ({"inner__slip": 0.1}, "unknown key 'inner.slip'; did you mean 'inner.slop'"),
        ({"inner__slop": 5.0}, "'inner.slop' is 5.0; it must be from 0.001 to 1.0 s"),
        ({"inner__count": "three"}, "'inner.count' is 'three'; it must be of type int"),
        ({"inner__count": 0}, "'inner.count' is 0; it must be at least 1"),
        ({"name": "cup"}, "'name' is 'cup'; allowed are mug, bowl"),
    ],
)
def test_a_wrong_override_leaves_the_node_alive_and_is_told_on_reading(make, overrides, sentence):
    parameters = make(**overrides)
    with pytest.raises(InvalidConfigError, match="parameters of some_node") as raised:
        parameters.read()
    assert sentence in str(raised.value)


def test_all_wrong_overrides_are_told_together(make):
    with pytest.raises(InvalidConfigError) as raised:
        make(inner__slip=0.1, name="cup").read()
    assert "inner.slip" in str(raised.value) and "'cup'" in str(raised.value)


def test_setting_a_good_value_mends_a_wrong_override(make):
    parameters = make(inner__slop=5.0)
    assert set_parameter(parameters, "inner.slop", 0.2).successful
    assert parameters.read().inner.slop == 0.2


def test_a_value_that_is_not_allowed_is_refused_on_setting(make):
    parameters = make()
    result = set_parameter(parameters, "name", "cup")
    assert not result.successful and "allowed are mug, bowl" in result.reason
    assert parameters.read().name == "mug"


def test_while_in_use_only_dynamic_options_can_be_set(make):
    parameters, changes = make(), []
    parameters.hold(changes.append)
    refused = set_parameter(parameters, "inner.slop", 0.2)
    assert not refused.successful and "clean it up" in refused.reason
    assert set_parameter(parameters, "rate", 20.0).successful
    assert [config.rate for config in changes] == [20.0]
    parameters.release()
    assert set_parameter(parameters, "inner.slop", 0.2).successful


def test_parameters_of_the_client_library_are_left_alone(make):
    given = {"use_sim_time": True, "qos_overrides./x.subscription.depth": 3}
    parameters = make(**given)
    assert parameters.read() == Outer()
    assert parameters.node.get_parameter("use_sim_time").value is True


def test_an_updater_declares_its_own_overridden_parameters(make):
    node = make(**{"diagnostic_updater.period": 0.25}).node
    assert not node.has_parameter("diagnostic_updater.period")
    assert node.declare_parameter("diagnostic_updater.period", 1.0).value == 0.25
