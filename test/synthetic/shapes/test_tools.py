"""The tools that make the documents: the census and the contact sheets."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pose_nodes.synthetic.shapes import census
from tools import shape_census, shape_sheets


def test_a_census_is_taken_put_into_its_document_and_goes_on(tmp_path, capsys) -> None:
    document, out = tmp_path / "shapes.md", tmp_path / "census"
    document.write_text(f"Before.\n\n{shape_census.MARKS[0]}\nold\n{shape_census.MARKS[1]}\n\nAfter.\n")
    given = ["--generic", "2", "--per-category", "0", "--workers", "1", "--out", str(out)]
    shape_census.main([*given, "--document", str(document)])
    text = document.read_text()
    assert text.startswith("Before.\n") and text.endswith("\nAfter.\n") and "\nold\n" not in text
    assert "| generic_blob | 1 | 0 | 1 | 1 |" in text
    assert "None of the 2 objects gives cause for complaint." in text
    first = census.read(out / "objects.csv")
    shape_census.main(given)  # all are there: the same times to make them are told
    assert census.read(out / "objects.csv") == first
    shape_census.main([*given, "--again", "generic_vessel"])
    again = census.read(out / "objects.csv")
    assert again[0] == first[0] and again[1].seconds != first[1].seconds
    assert again[1].mesh_error == first[1].mesh_error
    capsys.readouterr()
    shape_census.main(["--out", str(out), "--no-more"])
    assert "None of the 2 objects gives cause for complaint." in capsys.readouterr().out


def test_a_folder_with_another_table_is_refused(tmp_path, capsys) -> None:
    (tmp_path / "objects.csv").write_text("name\n")
    with pytest.raises(SystemExit) as end:
        shape_census.main(["--generic", "1", "--out", str(tmp_path)])
    assert end.value.code == 2
    assert "is not a census of this version" in capsys.readouterr().err


def test_sheets_are_grey_pictures_of_few_levels() -> None:
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    read = cv2.imdecode(np.frombuffer(shape_sheets.encoded(ramp), np.uint8), cv2.IMREAD_UNCHANGED)
    assert read.shape == (1, 256)
    assert len(np.unique(read)) == shape_sheets.LEVELS
    assert np.abs(read[0].astype(int) - np.arange(256)).max() <= 8
