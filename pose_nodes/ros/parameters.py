"""A configuration class as the parameters of a node."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor, SetParametersResult
from rclpy.node import Node
from rclpy.parameter import Parameter

from pose_nodes.core.config import FlatOption, flatten, from_mapping
from pose_nodes.core.errors import InvalidConfigError

ConfigT = TypeVar("ConfigT")

# Parameters of the client library and of diagnostic_updater.
_OF_OTHERS = ("use_sim_time", "qos_overrides.", "diagnostic_updater.", "start_type_description_service")
_LARGEST_INTEGER = 2**63 - 1


class NodeParameters(Generic[ConfigT]):
    """Declares every option with description and range, and turns the values into the configuration class.

    A wrong override (an unknown name, type or value) does not end the node: `read` raises it as one sentence,
    so that the node can say it and wait, unconfigured, for a better value. Options that are not dynamic are
    taken over when the node is configured; while they are in use, setting them is refused.
    """

    def __init__(self, node: Node, cls: type[ConfigT]) -> None:
        """The node must have been made with `automatically_declare_parameters_from_overrides`."""
        self.node = node
        self._cls = cls
        self._where = f"parameters of {node.get_name()}"
        self._options = {flat.name: flat for flat in flatten(cls)}
        self._problems: dict[str, str] = {}
        self._in_use = False
        self._on_change: Callable[[ConfigT], None] | None = None
        self._declare_all(self._take_overrides())
        node.add_on_set_parameters_callback(self._judge)
        node.add_post_set_parameters_callback(self._announce)

    def read(self) -> ConfigT:
        """The configuration that the parameters make.

        Raises:
            InvalidConfigError: a parameter is unknown or has no valid value.
        """
        if self._problems:
            raise InvalidConfigError("; ".join(self._problems.values()))
        return from_mapping(self._cls, self._values(), self._where)

    def hold(self, on_change: Callable[[ConfigT], None]) -> None:
        """From now on only dynamic options can be set, and `on_change` is told the new configuration."""
        self._in_use, self._on_change = True, on_change

    def release(self) -> None:
        """From now on every option can be set."""
        self._in_use, self._on_change = False, None

    def _take_overrides(self) -> dict[str, Any]:
        """The values that the user gave at start; undeclared, to be declared properly later."""
        given = {name: parameter.value for name, parameter in self.node.get_parameters_by_prefix("").items()}
        for name in given:
            if not name.startswith(_OF_OTHERS) or name.startswith("diagnostic_updater."):
                self.node.undeclare_parameter(name)
        return {name: value for name, value in given.items() if not name.startswith(_OF_OTHERS)}

    def _declare_all(self, overrides: dict[str, Any]) -> None:
        for name in sorted(set(overrides) - set(self._options)):
            self._valid(name, overrides[name])
        for name, flat in self._options.items():
            value = self._valid(name, overrides[name]) if name in overrides else None
            if value is None:
                value = flat.type(flat.default)  # a float option may have a whole number as default
            self.node.declare_parameter(name, value, _descriptor(flat), ignore_override=True)

    def _valid(self, name: str, value: Any) -> Any:
        """The value in the option's type; None, with the problem noted, when it is not valid."""
        try:
            config = from_mapping(self._cls, {name: value}, self._where)
        except InvalidConfigError as error:
            self._problems[name] = str(error)
            return None
        self._problems.pop(name, None)
        for part in name.split("."):
            config = getattr(config, part)
        return config

    def _values(self) -> dict[str, Any]:
        return {name: self.node.get_parameter(name).value for name in self._options}

    def _judge(self, parameters: Iterable[Parameter]) -> SetParametersResult:
        for parameter in parameters:
            flat = self._options.get(parameter.name)
            reason = self._objection(flat, parameter) if flat else None
            if reason is not None:
                return SetParametersResult(successful=False, reason=reason)
        return SetParametersResult(successful=True)

    def _objection(self, flat: FlatOption, parameter: Parameter) -> str | None:
        if self._in_use and not flat.info.dynamic:
            return (
                f"{self._where}: '{flat.name}' is taken over when the node is configured; deactivate the "
                "node if it is active and clean it up, set it, then configure it again"
            )
        try:
            from_mapping(self._cls, {flat.name: parameter.value}, self._where)
        except InvalidConfigError as error:
            return str(error)
        return None

    def _announce(self, parameters: Iterable[Parameter]) -> None:
        names = [parameter.name for parameter in parameters]
        for name in names:
            self._problems.pop(name, None)
        if self._on_change is not None and any(name in self._options for name in names):
            self._on_change(self.read())


def _descriptor(flat: FlatOption) -> ParameterDescriptor:
    info = flat.info
    unit = f" [{info.unit}]" if info.unit else ""
    when = "can be set at any time" if info.dynamic else "taken over when the node is configured"
    allowed = f"; one of {', '.join(map(str, info.choices))}" if info.choices else ""
    descriptor = ParameterDescriptor(description=info.help + unit, additional_constraints=when + allowed)
    if info.minimum is None and info.maximum is None:
        return descriptor
    if flat.type is int:
        lowest, highest = _limits(info.minimum, info.maximum, _LARGEST_INTEGER)
        descriptor.integer_range = [IntegerRange(from_value=int(lowest), to_value=int(highest), step=0)]
    elif flat.type is float:
        lowest, highest = _limits(info.minimum, info.maximum, sys.float_info.max)
        descriptor.floating_point_range = [
            FloatingPointRange(from_value=float(lowest), to_value=float(highest), step=0.0)
        ]
    return descriptor


def _limits(minimum: float | None, maximum: float | None, largest: float) -> tuple[float, float]:
    return (-largest if minimum is None else minimum, largest if maximum is None else maximum)
