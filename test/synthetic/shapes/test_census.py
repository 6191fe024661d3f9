"""A census: what it asks for, what it notes, how it goes on, and what it says."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.synthetic.shapes import census, library
from pose_nodes.synthetic.shapes.categories.registry import CATEGORIES, SPLITS
from pose_nodes.synthetic.shapes.census import Entry
from pose_nodes.synthetic.shapes.census_report import report
from pose_nodes.synthetic.shapes.generic.registry import GENERIC

GOOD = Entry(
    "mug",
    7,
    watertight=True,
    parts=1,
    triangles=12_000,
    volume=1e-4,
    x=0.12,
    y=0.1,
    z=0.08,
    mesh_error=2e-4,
    symmetry="y:2",
    detected="y:2",
    agreed=True,
    diameter=0.15,
    chamfer=3e-5,
    claimed_residual=1e-4,
    other_residual=0.01,
    other_turn="x:2",
    seconds=0.25,
)


def test_the_subjects_are_spread_over_families_and_splits() -> None:
    subjects = census.subjects(1000, 100)
    counts = Counter(family for family, _ in subjects)
    assert [counts[family] for family in GENERIC] == [125] * len(GENERIC)
    assert [counts[family] for family in CATEGORIES] == [100] * len(CATEGORIES)
    assert len(set(subjects)) == len(subjects)
    of_mugs = [seed for family, seed in subjects if family == "mug"]
    assert {s: sum(seed in SPLITS[s] for seed in of_mugs) for s in SPLITS} == {
        "train": 80,
        "val": 10,
        "test": 10,
    }


def test_a_good_object_gives_no_cause_for_complaint() -> None:
    entry = census.examine("box", 0)
    assert entry.complaints == ()
    assert entry.symmetry == "box" and entry.detected == "box"
    assert entry.watertight and entry.parts == 1 and 0 < entry.volume < entry.x * entry.y * entry.z


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"failure": "InvalidMeshError: no surface"}, "no surface"),
        ({"watertight": False}, "not watertight"),
        ({"volume": 0.0}, "no volume"),
        ({"parts": 2}, "2 parts"),
        ({"claimed_residual": 1e-3}, "not symmetric as y:2"),
        ({"other_residual": 1e-3}, "also symmetric as x:2"),
    ],
)
def test_each_fault_is_told(change: dict[str, object], complaint: str) -> None:
    assert GOOD.complaints == ()
    (told,) = replace(GOOD, **change).complaints
    assert complaint in told


def test_an_object_that_cannot_be_made_is_an_entry_with_its_reason(monkeypatch) -> None:
    def design(rng):
        return replace(made, body=replace(made.body, distance=lambda p: 1.0 + p[:, 0] ** 2))

    made = library.FAMILIES["box"](library.random_numbers("box", 0))
    monkeypatch.setattr(library, "FAMILIES", {"box": design})
    entry = census.examine("box", 0)
    assert "no zero level within its box" in entry.failure
    assert entry.complaints == (entry.failure,)


def test_entries_come_back_from_the_file_as_they_were_written(tmp_path) -> None:
    path = tmp_path / "objects.csv"
    assert census.read(path) == []
    entries = [GOOD, Entry("bowl", 3, failure='broken, "so" to say')]
    for entry in entries:
        census.append(path, entry)
    assert census.read(path) == entries
    census.rewrite(path, entries[1:])
    assert census.read(path) == entries[1:]


def test_a_line_that_was_cut_off_is_left_out(tmp_path) -> None:
    path = tmp_path / "objects.csv"
    census.append(path, GOOD)
    whole = path.read_text()
    census.append(path, replace(GOOD, seed=8))
    path.write_text(path.read_text()[: len(whole) + 20])
    assert census.read(path) == [GOOD]


def test_another_file_is_refused(tmp_path) -> None:
    path = tmp_path / "objects.csv"
    path.write_text("name,size\nmug,3\n")
    with pytest.raises(InvalidInputError, match="is not a census of this version"):
        census.read(path)


def test_the_report_has_a_row_for_each_family_and_names_what_is_wrong() -> None:
    entries = [GOOD, replace(GOOD, seed=8, parts=3), Entry("bowl", 1, failure="InvalidMeshError: empty")]
    text = report(entries)
    assert (
        "| mug | 2 | 0 | 2 | 1 | 12000 (12000) | 0.20 (0.20) | 120 to 120 | 2 | 0.20 | 66.7 | 2 | 0.25 |"
        in text
    )
    assert "| bowl | 1 | 1 | - |" in text
    assert "| mug 8 | 3 parts |" in text and "| bowl 1 | InvalidMeshError: empty |" in text
    assert "None of the 1 objects" in report([GOOD])
