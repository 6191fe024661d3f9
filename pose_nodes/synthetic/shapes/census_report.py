"""A census in Markdown: a row for each family, the worst objects, and all that is wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from pose_nodes.synthetic.shapes.census import Entry

_WORST = 5
_COLUMNS = (
    "family",
    "objects",
    "failed",
    "watertight",
    "one part",
    "triangles, median (most)",
    "mesh error, mm, median (worst)",
    "longest side, mm",
    "symmetric",
    "Chamfer, worst, 1/1000",
    "unclaimed, least, 1/1000",
    "detected alike",
    "s, median",
)


def report(entries: Sequence[Entry]) -> str:
    """All tables; entries of one family count together."""
    families = list(dict.fromkeys(entry.family for entry in entries))
    rows = [_row(family, [entry for entry in entries if entry.family == family]) for family in families]
    rows.append(_row("**all**", entries))
    parts = [_table(_COLUMNS, rows), *_worst(entries), _complaints(entries)]
    return "\n\n".join(parts) + "\n"


def _row(name: str, entries: Sequence[Entry]) -> list[str]:
    made = [entry for entry in entries if not entry.failure]
    head = [name, str(len(entries)), str(len(entries) - len(made))]
    if not made:
        return head + ["-"] * (len(_COLUMNS) - len(head))
    longest = [1e3 * max(entry.x, entry.y, entry.z) for entry in made]
    triangles, errors = [entry.triangles for entry in made], [1e3 * entry.mesh_error for entry in made]
    return [
        *head,
        str(sum(entry.watertight and entry.volume > 0 for entry in made)),
        str(sum(entry.parts == 1 for entry in made)),
        f"{np.median(triangles):.0f} ({max(triangles)})",
        f"{np.median(errors):.2f} ({max(errors):.2f})",
        f"{min(longest):.0f} to {max(longest):.0f}",
        str(sum(entry.symmetry != "none" for entry in made)),
        f"{1e3 * max(_chamfer(entry) for entry in made):.2f}",
        f"{1e3 * min(_other(entry) for entry in made):.1f}",
        str(sum(entry.agreed for entry in made)),
        f"{np.median([entry.seconds for entry in made]):.2f}",
    ]


def _worst(entries: Sequence[Entry]) -> list[str]:
    made = [entry for entry in entries if not entry.failure]
    lines = []
    for title, key, told in _RANKINGS:
        worst = sorted(made, key=key)[:_WORST]
        lines.append(f"{title}: {'; '.join(f'{_name(entry)} ({told(entry)})' for entry in worst)}.")
    return lines


def _complaints(entries: Sequence[Entry]) -> str:
    wrong = [entry for entry in entries if entry.complaints]
    if not wrong:
        return f"None of the {len(entries)} objects gives cause for complaint."
    rows = [[_name(entry), "; ".join(entry.complaints)] for entry in wrong]
    return f"{len(wrong)} of {len(entries)} objects:\n\n" + _table(("object", "what is wrong"), rows)


def _chamfer(entry: Entry) -> float:
    return entry.chamfer / entry.diameter


def _other(entry: Entry) -> float:
    return entry.other_residual / entry.diameter


def _name(entry: Entry) -> str:
    return f"{entry.family} {entry.seed}"


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    ruler = " | ".join(["---", *["---:"] * (len(columns) - 1)])
    lines = [" | ".join(columns), ruler, *(" | ".join(row) for row in rows)]
    return "\n".join(f"| {line} |" for line in lines)


_RANKINGS: tuple[tuple[str, Callable[[Entry], float], Callable[[Entry], str]], ...] = (
    (
        "Largest Chamfer distance under a claimed motion, in thousandths of the diameter",
        lambda entry: -_chamfer(entry),
        lambda entry: f"{1e3 * _chamfer(entry):.2f}, {entry.symmetry}",
    ),
    (
        "Nearest to a symmetry that is not claimed, in thousandths of the diameter",
        _other,
        lambda entry: f"{1e3 * _other(entry):.1f}, {entry.symmetry}, turned {entry.other_turn}",
    ),
    (
        "Largest error of the mesh",
        lambda entry: -entry.mesh_error,
        lambda entry: f"{1e3 * entry.mesh_error:.2f} mm of {1e3 * entry.diameter:.0f} mm",
    ),
)
"""What is told of the worst objects: a title, the order, and what is said of each."""
