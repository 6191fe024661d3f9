"""The options of a configuration class as lines of a command's help."""

from __future__ import annotations

import textwrap

from pose_nodes.core.config import flatten


def option_help(heading: str, cls: type) -> str:
    """Name, default and explanation of each option."""
    lines = [heading]
    for flat in flatten(cls):
        unit = f" ({flat.info.unit})" if flat.info.unit else ""
        choices = f": {', '.join(map(str, flat.info.choices))}" if flat.info.choices else ""
        text = f"{flat.name}={flat.default}{unit}  {flat.info.help}{choices}"
        lines += textwrap.wrap(text, 108, initial_indent="  ", subsequent_indent="      ")
    return "\n".join(lines)
