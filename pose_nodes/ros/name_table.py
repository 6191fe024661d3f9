"""Short tables of numbers and names in one parameter: "1:mug, 2:bowl"."""

from __future__ import annotations

from pose_nodes.core.errors import InvalidConfigError

LARGEST_NUMBER = 65535


def parse_name_table(text: str, where: str) -> dict[int, str]:
    """ "1:mug, 2:bowl" -> {1: "mug", 2: "bowl"}; an empty text is an empty table.

    Raises:
        InvalidConfigError: the text is not of this form, or has a number twice; `where` names the parameter.
    """
    table: dict[int, str] = {}
    for term in filter(None, (part.strip() for part in text.split(","))):
        number, _, name = (part.strip() for part in term.partition(":"))
        if (
            not number.isdecimal()
            or not name
            or not 0 < int(number) <= LARGEST_NUMBER
            or int(number) in table
        ):
            raise InvalidConfigError(
                f"{where}: '{term}' is not understood; write '1:mug, 2:bowl', each number once, from 1 to "
                f"{LARGEST_NUMBER}"
            )
        table[int(number)] = name
    return table
