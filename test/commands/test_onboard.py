"""onboard tells what an objects.yaml should say of a mesh."""

from __future__ import annotations

import cv2
import pytest
import trimesh

from pose_nodes.estimators.config import InstanceConfig
from pose_nodes.estimators.instance import descriptor_of
from pose_nodes.objects.library import ObjectLibrary


@pytest.fixture
def box(tmp_path):
    """A box of 60 x 40 x 20 mm, in millimetres, with a name that TF does not allow."""
    path = tmp_path / "my box (v2).stl"
    trimesh.creation.box((60.0, 40.0, 20.0)).export(path)
    return path


def test_a_box_is_reported_with_its_symmetry(command, box, tmp_path, strict_json):
    out = tmp_path / "out"
    answer = command("onboard", box, "--mesh-unit", "mm", "--out", out)
    assert (answer.code, answer.err) == (0, "")
    report = strict_json(out / "report.json")
    assert report["size"] == pytest.approx([0.06, 0.04, 0.02])
    assert report["diameter"] == pytest.approx(0.0748, abs=1e-4)
    assert report["watertight"] is True
    assert report["symmetry"] == "box"
    assert any(
        trial["order"] == "inf" and trial["residual"] > report["threshold"] for trial in report["trials"]
    )
    assert "60.0 x 40.0 x 20.0 mm" in answer.out and "symmetry  box" in answer.out


def test_the_objects_file_that_it_writes_can_be_used_at_once(command, box, tmp_path):
    command("onboard", box, "--mesh-unit", "mm", "--out", tmp_path / "out")
    library = ObjectLibrary.from_file(tmp_path / "out" / "objects.yaml")
    assert library.names == ("my_box_v2_",)
    assert len(library["my_box_v2_"].symmetry.discrete) == 4


def test_the_picture_shows_six_sides(command, box, tmp_path):
    command("onboard", box, "--mesh-unit", "mm", "--out", tmp_path / "out")
    picture = cv2.imread(str(tmp_path / "out" / "views.png"))
    assert picture.shape[1] > picture.shape[0] > 600


def test_a_given_symmetry_is_taken_over(command, box, tmp_path, strict_json):
    answer = command("onboard", box, "--mesh-unit", "mm", "--symmetry", "z:2", "--out", tmp_path)
    report = strict_json(tmp_path / "report.json")
    assert (answer.code, report["symmetry"], report["trials"]) == (0, "z:2", [])


def test_an_open_mesh_is_said_to_be_open(command, tmp_path, strict_json):
    sheet = trimesh.creation.box((0.1, 0.1, 0.1))
    trimesh.Trimesh(sheet.vertices, sheet.faces[2:]).export(tmp_path / "open.ply")
    command("onboard", tmp_path / "open.ply", "--symmetry", "none", "--out", tmp_path)
    assert strict_json(tmp_path / "report.json")["watertight"] is False


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("/nowhere.ply",), "no such file"),
        (("BOX",), "mesh_unit: mm"),
        (("BOX", "--mesh-unit", "mile"), "mile"),
        (("BOX", "--mesh-unit", "mm", "--symmetry", "q:2"), "q:2"),
        (("BOX", "--mesh-unit", "mm", "--unknown"), "--unknown"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(command, box, words, named):
    answer = command("onboard", *(str(box) if word == "BOX" else word for word in words))
    assert answer.is_one_sentence()
    assert named in answer.err


def test_an_object_is_described_and_kept_for_the_tracker(command, box, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    answer = command("onboard", box, "--mesh-unit", "mm", "--out", tmp_path / "out")
    folder = tmp_path / "cache" / "pose_nodes" / "features"
    (kept,) = folder.iterdir()
    assert f"kept in {folder}" in answer.out
    written = kept.stat().st_mtime_ns
    library = ObjectLibrary.from_file(tmp_path / "out" / "objects.yaml")
    descriptor_of(InstanceConfig()).onboard(library[library.names[0]])
    assert list(folder.iterdir()) == [kept] and kept.stat().st_mtime_ns == written
