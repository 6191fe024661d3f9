"""Configurations as frozen dataclasses: one source for YAML files, ROS parameters and documentation.

A configuration class is a frozen dataclass whose fields are made with `option`. Nested configurations are
fields whose default is another configuration. Dotted names ("icp.max_iterations") address nested options.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pose_nodes.core.errors import InvalidConfigError

ConfigT = TypeVar("ConfigT")


@dataclass(frozen=True)
class OptionInfo:
    """What the documentation and the ROS parameter description say of one option."""

    help: str
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[Any, ...] = ()
    dynamic: bool = False


@dataclass(frozen=True)
class FlatOption:
    """One option of a configuration tree under its dotted name."""

    name: str
    type: type
    default: Any
    info: OptionInfo


def option(
    default: Any,
    help: str,
    *,
    unit: str = "",
    minimum: float | None = None,
    maximum: float | None = None,
    choices: Sequence[Any] = (),
    dynamic: bool = False,
) -> Any:
    """Declare one field of a configuration dataclass.

    `minimum` and `maximum` are inclusive; `dynamic` says that a running node takes a new value.
    """
    info = OptionInfo(help, unit, minimum, maximum, tuple(choices), dynamic)
    return dataclasses.field(default=default, metadata={"option": info})


def group(cls: type[ConfigT], help: str) -> ConfigT:
    """Declare a nested configuration with its own defaults."""
    return dataclasses.field(default_factory=cls, metadata={"group": help})


def flatten(cls: type, prefix: str = "") -> Iterator[FlatOption]:
    """All options of a configuration class under dotted names, in order of declaration."""
    hints = typing.get_type_hints(cls)
    for field in dataclasses.fields(cls):
        if "group" in field.metadata:
            yield from flatten(hints[field.name], f"{prefix}{field.name}.")
        else:
            yield FlatOption(prefix + field.name, hints[field.name], field.default, field.metadata["option"])


def from_mapping(cls: type[ConfigT], values: Mapping[str, Any], where: str = "configuration") -> ConfigT:
    """Build a configuration from nested mappings or dotted names; what is absent keeps its default.

    Args:
        cls: the configuration dataclass.
        values: e.g. ``{"icp": {"max_iterations": 30}}`` or ``{"icp.max_iterations": 30}``.
        where: what the values came from, for error messages.

    Raises:
        InvalidConfigError: an unknown key (the nearest valid one is named), a wrong type, a value out
            of range, a mapping within itself.
    """
    known = {flat.name: flat for flat in flatten(cls)}
    try:
        given = dict(_dotted(values))
    except RecursionError as error:  # an anchor of YAML within what it stands for
        raise InvalidConfigError(
            f"{where}: a block is within itself; write it out without anchors"
        ) from error
    for name in given:
        if name not in known:
            raise InvalidConfigError(f"{where}: unknown key '{name}'{_suggestion(name, known)}")
    checked = {name: _checked(known[name], value, where) for name, value in given.items()}
    return _build(cls, checked, "")


def to_mapping(config: Any) -> dict[str, Any]:
    """The values of a configuration under dotted names."""
    values = {}
    for flat in flatten(type(config)):
        value = config
        for part in flat.name.split("."):
            value = getattr(value, part)
        values[flat.name] = value
    return values


def _suggestion(name: str, known: Mapping[str, FlatOption]) -> str:
    nearest = difflib.get_close_matches(name, list(known), n=1, cutoff=0.0)
    return f"; did you mean '{nearest[0]}'?" if nearest else ""


def _dotted(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _dotted(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _build(cls: type[ConfigT], values: Mapping[str, Any], prefix: str) -> ConfigT:
    hints = typing.get_type_hints(cls)
    arguments: dict[str, Any] = {}
    for field in dataclasses.fields(cls):  # type: ignore[arg-type]
        name = prefix + field.name
        if "group" in field.metadata:
            arguments[field.name] = _build(hints[field.name], values, name + ".")
        elif name in values:
            arguments[field.name] = values[name]
    return cls(**arguments)


def _checked(flat: FlatOption, value: Any, where: str) -> Any:
    value = _of_type(flat, value, where)
    info = flat.info
    if info.choices and value not in info.choices:
        allowed = ", ".join(map(str, info.choices))
        raise InvalidConfigError(f"{where}: '{flat.name}' is {value!r}; allowed are {allowed}")
    below = info.minimum is not None and value < info.minimum
    above = info.maximum is not None and value > info.maximum
    if below or above or value != value:
        raise InvalidConfigError(f"{where}: '{flat.name}' is {value}; it must be {_range_text(info)}")
    return value


def _range_text(info: OptionInfo) -> str:
    unit = f" {info.unit}" if info.unit else ""
    if info.minimum is not None and info.maximum is not None:
        return f"from {info.minimum} to {info.maximum}{unit}"
    if info.minimum is not None:
        return f"at least {info.minimum}{unit}"
    return f"at most {info.maximum}{unit}" if info.maximum is not None else "a number"


_EXPONENT = re.compile(r"[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+")
"""Numbers that YAML 1.1 takes for text: 1e-3, which it wants as 1.0e-3."""


def _of_type(flat: FlatOption, value: Any, where: str) -> Any:
    if flat.type is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if flat.type is float and isinstance(value, str) and _EXPONENT.fullmatch(value):
        return float(value)
    if flat.type is str and isinstance(value, int) and str(value) in flat.info.choices:
        return str(value)  # a choice that YAML takes for a number
    if (flat.type is int and isinstance(value, bool)) or not isinstance(value, flat.type):
        raise InvalidConfigError(
            f"{where}: '{flat.name}' is {value!r}; it must be of type {flat.type.__name__}"
        )
    return value
