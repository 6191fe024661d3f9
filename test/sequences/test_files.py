"""Digests of files."""

from __future__ import annotations

import pytest

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.sequences.files import digest


def test_a_digest_changes_with_what_files_hold_and_with_their_names_and_number(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_text("a")
    other.write_text("a")
    found = [digest([one]), digest([other]), digest([one, other])]
    assert digest([one]) == found[0]
    one.write_text("b")
    assert len({*found, digest([one])}) == 4


def test_no_files_have_no_digest():
    assert digest([]) is None


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(InvalidInputError, match="none: cannot be read"):
        digest([tmp_path / "none"])
