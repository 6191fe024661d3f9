"""Which of several models_info.json counts, and which diameters are believed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import trimesh

from pose_nodes.commands.evaluation.models_infos import ModelsInfos
from pose_nodes.core.errors import InvalidDatasetError
from pose_nodes.geometry import se3
from pose_nodes.objects.mesh import TriangleMesh

HALF_TURN = se3.from_rotation_vector((0.0, 0.0, np.pi)).ravel().tolist()


def written(folder: Path, **infos: object) -> Path:
    folder.mkdir()
    (folder / "models_info.json").write_text(json.dumps({key[1:]: info for key, info in infos.items()}))
    return folder


def cube(width: float) -> TriangleMesh:
    mesh = trimesh.creation.box([width] * 3)
    return TriangleMesh(np.asarray(mesh.vertices), np.asarray(mesh.faces, np.int32))


def test_the_first_file_that_tells_of_an_object_counts(tmp_path):
    first = written(tmp_path / "eval", _1={"diameter": 100.0, "symmetries_discrete": [HALF_TURN]})
    second = written(tmp_path / "models", _1={"diameter": 104.0}, _2={"diameter": 60.0})
    infos = ModelsInfos([first, second, tmp_path / "none"])
    mesh = cube(0.1 / np.sqrt(3))
    assert (len(infos.symmetry(1).discrete), infos.diameter(1, mesh)) == (2, 0.1)
    assert infos.symmetry(2).is_trivial
    assert infos.files == [first / "models_info.json", second / "models_info.json"]


def test_without_a_file_no_symmetry_is_known_and_the_diameter_is_that_of_the_mesh(tmp_path):
    infos = ModelsInfos([tmp_path])
    assert infos.symmetry(1) is None and infos.files == []
    assert infos.diameter(1, cube(0.1)) == pytest.approx(0.1 * np.sqrt(3))


def test_an_object_that_no_file_lists_is_refused(tmp_path):
    folder = written(tmp_path / "models", _2={"diameter": 60.0})
    with pytest.raises(InvalidDatasetError, match=r"models_info\.json: object 1 is missing"):
        ModelsInfos([folder, folder]).symmetry(1)


@pytest.mark.parametrize("told", [0.1732, 155.0, 192.0])
def test_a_diameter_far_from_that_of_the_mesh_is_refused(tmp_path, told):
    folder = written(tmp_path / "models", _1={"diameter": told})
    with pytest.raises(InvalidDatasetError, match=r"is not that of its mesh, 173\.2 mm"):
        ModelsInfos([folder]).diameter(1, cube(0.1))


@pytest.mark.parametrize("told", [158.0, 189.0])
def test_a_diameter_of_a_somewhat_different_mesh_is_believed(tmp_path, told):
    folder = written(tmp_path / "models", _1={"diameter": told})
    assert ModelsInfos([folder]).diameter(1, cube(0.1)) == pytest.approx(told / 1000)
