"""A configuration class as a commented YAML file: every option at its default, under what it is for."""

from __future__ import annotations

import dataclasses
import textwrap
import typing
from collections.abc import Iterator
from typing import Any

import yaml

from pose_nodes.core.config import OptionInfo

_WIDTH = 110
_INDENT = "  "


def render_option_file(cls: type, heading: str) -> str:
    """The text of a YAML file that `from_mapping` reads.

    Args:
        cls: a configuration class of `pose_nodes.core.config`.
        heading: what stands on top, as comment.
    """
    return "\n".join([*comment_lines(heading, ""), *option_lines(cls, "")]) + "\n"


def option_lines(cls: type, indent: str) -> Iterator[str]:
    """The lines of all options of a configuration class, each indented by so much."""
    hints = typing.get_type_hints(cls)
    for field in dataclasses.fields(cls):
        if "group" in field.metadata:
            yield ""
            yield from comment_lines(f"--- {field.metadata['group']} ---", indent)
            yield f"{indent}{field.name}:"
            yield from option_lines(hints[field.name], indent + _INDENT)
        else:
            yield from comment_lines(_explanation(field.metadata["option"]), indent)
            yield f"{indent}{field.name}: {_value(field.default)}"


def _explanation(info: OptionInfo) -> str:
    facts = []
    if info.unit:
        facts.append(f"unit {info.unit}")
    if info.choices:
        facts.append("one of " + ", ".join(map(str, info.choices)))
    if info.minimum is not None or info.maximum is not None:
        facts.append(_range(info))
    if info.dynamic:
        facts.append("can be set at any time")
    return f"{info.help} ({'; '.join(facts)})" if facts else info.help


def _range(info: OptionInfo) -> str:
    if info.minimum is None:
        return f"at most {info.maximum:g}"
    if info.maximum is None:
        return f"at least {info.minimum:g}"
    return f"{info.minimum:g} to {info.maximum:g}"


def _value(value: Any) -> str:
    """A scalar as YAML that reads back as the same type: floats keep their point, strings their quotes."""
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    text = yaml.safe_dump(value, default_flow_style=True).splitlines()[0]
    return f"{value:f}".rstrip("0") + "0" if isinstance(value, float) and "." not in text else text


def comment_lines(text: str, indent: str) -> list[str]:
    """A text as comment, indented by so much."""
    prefix = f"{indent}# "
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=prefix,
        subsequent_indent=prefix,
        break_long_words=False,
        break_on_hyphens=False,
    )
