"""COCO's compressed run lengths: a string in place of the list of counts.

A count is written as groups of five bits, the lowest first, one a character from "0" (48) on. A sixth bit
says that more groups follow; the highest of the five bits of the last group is the sign. From the fourth
count on the difference to the count two before is written, a run of the same value in the mask.
"""

from __future__ import annotations

from collections.abc import Iterator

_FIRST_SIGN = ord("0")
_BITS = 5
_VALUE, _MORE, _NEGATIVE = 0b011111, 0b100000, 0b010000


def read_counts(text: str) -> list[int]:
    """The run lengths of a string.

    Raises:
        ValueError: a character is none of this form, or the string ends within a count.
    """
    counts: list[int] = []
    for number in _numbers(text):
        counts.append(number + counts[-2] if len(counts) > 2 else number)
    return counts


def _numbers(text: str) -> Iterator[int]:
    number, bits = 0, 0
    for place, sign in enumerate(text):
        group = ord(sign) - _FIRST_SIGN
        if not 0 <= group <= _MORE | _VALUE:
            raise ValueError(
                f"compressed counts have a {sign!r} at place {place}, which is no sign of theirs"
            )
        number |= (group & _VALUE) << bits
        bits += _BITS
        if not group & _MORE:
            yield number - (1 << bits) if group & _NEGATIVE else number
            number, bits = 0, 0
    if bits:
        raise ValueError("compressed counts end within a count")
