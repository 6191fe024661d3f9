"""JSON files are read, or refused in a sentence."""

from __future__ import annotations

import pytest

from pose_nodes.core.errors import InvalidDatasetError
from pose_nodes.core.json_files import read_json


def test_the_value_of_a_file_is_read(tmp_path):
    (tmp_path / "a.json").write_text('{"a": [1, 2.5, null]}')
    assert read_json(tmp_path / "a.json") == {"a": [1, 2.5, None]}


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe{}"])
def test_a_file_that_is_no_json_is_refused(tmp_path, data):
    (tmp_path / "a.json").write_bytes(data)
    with pytest.raises(InvalidDatasetError, match=r"a\.json: is not valid JSON"):
        read_json(tmp_path / "a.json")


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(InvalidDatasetError, match=r"a\.json: cannot be read \(No such file"):
        read_json(tmp_path / "a.json")
