"""Home folders in paths."""

from __future__ import annotations

from pathlib import Path

import pytest

from pose_nodes.core.errors import InvalidConfigError
from pose_nodes.core.paths import expanded


def test_a_tilde_is_the_home_folder(monkeypatch):
    monkeypatch.setenv("HOME", "/home/of/mine")
    assert expanded("~/mug.ply", "mesh") == Path("/home/of/mine/mug.ply")
    assert expanded("meshes/~mug.ply", "mesh") == Path("meshes/~mug.ply")


def test_an_unknown_home_folder_is_a_sentence_that_names_the_path():
    said = "mesh: '~nobody-of-that-name/mug.ply' begins with a home folder that is not known here; write "
    with pytest.raises(InvalidConfigError, match=said):
        expanded("~nobody-of-that-name/mug.ply", "mesh")
