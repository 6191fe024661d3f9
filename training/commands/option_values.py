"""Options of a configuration class on the command line: a YAML file, and single values."""

from __future__ import annotations

from argparse import ArgumentTypeError, Namespace
from pathlib import Path
from typing import Any

import yaml

from pose_nodes.commands.parser import CommandParser
from pose_nodes.core.errors import InvalidConfigError


def add_option_arguments(parser: CommandParser, also: tuple[str, ...] = ()) -> None:
    """Add --options, under other names too, and --set, which `option_values` reads."""
    parser.add_argument(
        *also,
        "--options",
        type=Path,
        dest="options",
        help="YAML file of options; what it leaves out keeps its default",
    )
    parser.add_argument(
        "--set", type=_assignment, nargs="+", action="extend", default=[], metavar="NAME=VALUE",
        dest="values",
        help="single options, before those of the file; dots lead into groups, as views.nearest=3",
    )  # fmt: skip


def option_values(options: Namespace) -> dict[str, Any]:
    """What --options and --set say, by dotted name or nested.

    Raises:
        InvalidConfigError: the file cannot be read.
    """
    values = {} if options.options is None else read_options(options.options)
    return {**values, **dict(options.values)}


def read_options(path: Path) -> dict[str, Any]:
    """The options of a YAML file by dotted name.

    Raises:
        InvalidConfigError: the file cannot be read.
    """
    return _dotted(_read(path))


def _assignment(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    try:
        if name and equals:
            return name, yaml.safe_load(value) if value else ""
    except yaml.YAMLError:
        pass
    raise ArgumentTypeError(f"'{text}' is not of the form name=value")


def _read(path: Path) -> dict[str, Any]:
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except OSError as error:
        raise InvalidConfigError(f"{path}: cannot be read ({error.strerror})") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidConfigError(f"{path}: is not valid YAML ({' '.join(str(error).split())})") from error
    if not isinstance(values, dict):
        raise InvalidConfigError(f"{path}: must be a mapping of options, such as 'seed: 1'")
    return values


def _dotted(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            flat.update(_dotted(value, f"{prefix}{name}."))
        else:
            flat[f"{prefix}{name}"] = value
    return flat
