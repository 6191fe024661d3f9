"""Objects files, BOP models folders, and looking objects up."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import pytest
import trimesh

from pose_nodes.core.config import flatten
from pose_nodes.core.errors import (
    InvalidConfigError,
    InvalidDatasetError,
    InvalidMeshError,
    UnknownObjectError,
)
from pose_nodes.demo_data import BUNNY, BUNNY_OBJECTS
from pose_nodes.estimators.config import InstanceConfig
from pose_nodes.geometry import se3
from pose_nodes.geometry.symmetry import SymmetryGroup
from pose_nodes.objects.library import ObjectLibrary, ObjectSpec
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.objects.model import build_model
from pose_nodes.objects.objects_file import told_symmetries

SIZE = np.array([0.1, 0.06, 0.04])


def box_mesh() -> TriangleMesh:
    shape = trimesh.creation.box(SIZE)
    return TriangleMesh(np.asarray(shape.vertices), np.asarray(shape.faces, np.int32))


@pytest.fixture
def folder(tmp_path) -> Path:
    """A folder with meshes/box.ply in metres and obj_000001.ply in millimetres."""
    (tmp_path / "meshes").mkdir()
    trimesh.creation.box(SIZE).export(tmp_path / "meshes" / "box.ply")
    trimesh.creation.box(1000 * SIZE).export(tmp_path / "obj_000001.ply")
    return tmp_path


def objects_file(folder: Path, text: str) -> Path:
    path = folder / "objects.yaml"
    path.write_text(text)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(InvalidConfigError) as caught:
        ObjectLibrary.from_file(path)
    message = str(caught.value)
    assert "\n" not in message and str(path) in message
    return message


def test_meshes_are_found_relative_to_the_objects_file_in_its_order(folder, monkeypatch):
    monkeypatch.chdir("/")
    path = objects_file(
        folder,
        "objects:\n"
        "  crate: {mesh: meshes/box.ply, symmetry: 'x:2,y:2'}\n"
        "  brick:\n    mesh: obj_000001.ply\n    mesh_unit: mm\n",
    )
    library = ObjectLibrary.from_file(path)
    assert library.names == ("crate", "brick") == tuple(library)
    assert len(library) == 2 and "brick" in library and "box" not in library
    assert library["crate"].symmetry.notation == "x:2,y:2"
    assert library["brick"].symmetry.is_trivial
    np.testing.assert_allclose(library["brick"].size, SIZE, rtol=1e-6)


def test_symmetry_axes_run_through_the_middle_of_the_box(folder):
    moved = trimesh.creation.box(SIZE)
    moved.apply_translation([0.3, 0.2, 0.1])
    moved.export(folder / "moved.ply")
    path = objects_file(folder, "objects: {crate: {mesh: moved.ply, symmetry: 'z:2'}}")
    group = ObjectLibrary.from_file(path)["crate"].symmetry
    np.testing.assert_allclose(
        se3.transform(group.discrete[1], np.array([[0.3, 0.2, 0.1]])), [[0.3, 0.2, 0.1]]
    )


def test_auto_finds_the_symmetry(folder):
    path = objects_file(folder, "objects: {crate: {mesh: meshes/box.ply, symmetry: auto}}")
    assert ObjectLibrary.from_file(path)["crate"].symmetry.notation == "box"


def test_an_unknown_object_is_told_the_nearest_name_or_all():
    library = ObjectLibrary.from_models([build_model("mug", box_mesh()), build_model("bowl", box_mesh())])
    with pytest.raises(UnknownObjectError, match=r"object 'mugg' is not in .*; did you mean 'mug'\?"):
        library["mugg"]
    with pytest.raises(UnknownObjectError, match="known are: mug, bowl"):
        library["screwdriver"]


def test_two_models_of_one_name_are_refused():
    model = build_model("mug", box_mesh())
    with pytest.raises(InvalidConfigError, match="two objects are called 'mug'; rename one"):
        ObjectLibrary.from_models([model, model])


@pytest.mark.parametrize("name", ["/mug", "my mug", "", "mug/1", "tasse_ü", "-x", "a\nb"])
def test_a_name_that_tf_cannot_take_is_refused(name):
    with pytest.raises(InvalidConfigError, match="is not usable as the name of a TF frame"):
        ObjectLibrary.from_models([build_model(name, box_mesh())])


def test_a_missing_file_is_a_sentence(tmp_path):
    assert "cannot be read (No such file" in refusal(tmp_path / "objects.yaml")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "is empty or no mapping; begin it with 'objects:'"),
        ("# nothing yet\n", "is empty or no mapping"),
        ("- mug\n- bowl\n", "is empty or no mapping"),
        ("objects:\n", "'objects' has no object; add a block such as 'mug: {mesh: mug.ply}'"),
        ("objects: {}\n", "'objects' has no object"),
        ("objects: [mug]\n", "'objects' has no object"),
        ("object:\n  mug: {mesh: a.ply}\n", "unknown key 'object'; did you mean 'objects'?"),
        (
            "objects: {mug: {mesh: a.ply}}\nmesh_unit: mm\n",
            "unknown key 'mesh_unit'; did you mean 'objects'?",
        ),
        ("objects:\n  mug: {meshes: a.ply}\n", "object 'mug': unknown key 'meshes'; did you mean 'mesh'?"),
        (
            "objects:\n  mug: {mesh: a.ply, features: sift}\n",
            "object 'mug': 'features' is 'sift'; allowed are default, fpfh, dgedi, gedi, fused",
        ),
        ("objects:\n  mug: {mesh: a.ply, unit: mm}\n", "unknown key 'unit'; did you mean 'mesh_unit'?"),
        ("objects:\n  mug: {mesh: a.ply, symetry: z:2}\n", "'symetry'; did you mean 'symmetry'?"),
        ("objects:\n  mug: {mesh_unit: mm}\n", "object 'mug': 'mesh' is missing"),
        ("objects:\n  mug:\n", "object 'mug': must be a block with 'mesh:', but is None"),
        ("objects:\n  mug: a.ply\n", "must be a block with 'mesh:', but is 'a.ply'"),
        ("objects:\n  mug: {mesh: 3}\n", "'mesh' is 3; it must be of type str"),
        ("objects:\n  mug: {mesh: a.ply, mesh_unit: km}\n", "'mesh_unit' is 'km'; allowed are m, cm, mm, in"),
        ("objects:\n  7: {mesh: a.ply}\n", "object name 7 is not text; put it in quotes"),
        (
            "objects:\n  my mug: {mesh: a.ply}\n",
            "object name 'my mug' is not usable as the name of a TF frame",
        ),
        ("objects:\n  mug: {mesh: a.ply}\n  mug: {mesh: b.ply}\n", "'mug' is given twice"),
        ("objects:\n\tmug: {mesh: a.ply}\n", "is not valid YAML"),
        ("objects: {mug: {mesh: a.ply}\n", "is not valid YAML"),
        ("objects: !!python/object/apply:os.getcwd []\n", "is not valid YAML"),
        (
            "objects: &all {mug: *all}\n",
            "object 'mug': a block is within itself; write it out without anchors",
        ),
        (
            "objects:\n  mug: {mesh: ~nobody-of-that-name/mug.ply}\n",
            "object 'mug': '~nobody-of-that-name/mug.ply' begins with a home folder that is not known here",
        ),
        ("objects:\n  mug: {mesh: meshes/box.ply, symmetry: z2}\n", "'z2' is not understood; use 'none'"),
        ("objects:\n  mug: {mesh: meshes/box.ply, symmetry: sphere}\n", "a ball has no orientation to track"),
    ],
)
def test_a_malformed_file_is_a_sentence_that_says_what_to_do(folder, text, expected):
    assert expected in refusal(objects_file(folder, text))


def test_bytes_that_are_no_text_are_a_sentence(tmp_path):
    path = tmp_path / "objects.yaml"
    path.write_bytes(b"\xff\xfe\x00objects")
    assert "is not valid YAML" in refusal(path)


def test_brackets_without_end_are_a_sentence(tmp_path):
    assert "is not valid YAML" in refusal(objects_file(tmp_path, "objects: " + "[" * 5000))


def test_a_missing_mesh_is_named_with_its_whole_path(folder):
    path = objects_file(folder, "objects: {mug: {mesh: meshes/mug.ply}}")
    with pytest.raises(InvalidMeshError, match=f"mesh {folder}/meshes/mug.ply: no such file"):
        ObjectLibrary.from_file(path)


def test_a_mesh_whose_path_is_too_long_is_a_sentence(folder):
    path = objects_file(folder, f"objects: {{mug: {{mesh: {'long' * 100}.ply}}}}")
    with pytest.raises(InvalidMeshError, match=r"mesh .*: cannot be read \(File name too long\)"):
        ObjectLibrary.from_file(path)


def test_an_objects_file_in_an_unknown_home_folder_is_a_sentence():
    assert "begins with a home folder that is not known here" in refusal(Path("~nobody-of-that-name/o.yaml"))


def test_a_mesh_in_another_unit_than_said_tells_the_key_to_set(folder):
    path = objects_file(folder, "objects: {brick: {mesh: obj_000001.ply}}")
    with pytest.raises(InvalidMeshError, match="in millimetres; set mesh_unit: mm"):
        ObjectLibrary.from_file(path)


def test_what_a_block_leaves_out_has_the_documented_default():
    assert ObjectSpec("a.ply") == ObjectSpec(mesh="a.ply", mesh_unit="m", symmetry="none")


def test_the_bundled_sample_loads_quickly():
    started = time.perf_counter()
    model = ObjectLibrary.from_file(BUNNY_OBJECTS)["bunny"]
    assert time.perf_counter() - started < 2.0  # 0.2 s on an idle machine
    info = json.loads((BUNNY / "models" / "models_info.json").read_text())["1"]
    assert model.diameter == pytest.approx(info["diameter"] / 1000, rel=1e-5)
    np.testing.assert_allclose(model.size, [info[f"size_{axis}"] / 1000 for axis in "xyz"], rtol=1e-5)


def write_info(folder: Path, info: object) -> None:
    (folder / "models_info.json").write_text(json.dumps(info))


def test_bop_models_are_loaded_under_their_names_without_models_info(folder):
    library = ObjectLibrary.from_bop(folder, {1: "brick"})
    assert library.names == ("brick",) and library["brick"].symmetry.is_trivial
    np.testing.assert_allclose(library["brick"].size, SIZE, rtol=1e-6)


def test_bop_symmetries_are_read_in_millimetres(folder):
    half_turn = se3.from_rotation_vector([0, 0, np.pi], [20.0, 10.0, 0.0])  # about x = 10, y = 5 mm
    axis = {"axis": [0, 0, 2], "offset": [10.0, 5.0, 0.0]}
    entry = {"symmetries_discrete": [half_turn.ravel().tolist()], "symmetries_continuous": [axis]}
    write_info(folder, {"1": entry})
    group = ObjectLibrary.from_bop(folder, {1: "brick"})["brick"].symmetry
    assert group.discrete.shape == (2, 4, 4)
    np.testing.assert_allclose(group.discrete[0], np.eye(4))
    point = np.array([[0.010, 0.005, 0.3]])
    np.testing.assert_allclose(se3.transform(group.discrete[1], point), point, atol=1e-12)
    np.testing.assert_allclose(group.axis, [0, 0, 1])
    np.testing.assert_allclose(group.centre, [0.010, 0.005, 0.0])


def test_rounded_bop_matrices_become_exact_rotations(folder):
    rounded = np.round(se3.from_rotation_vector([0, 0, 2 * np.pi / 3]), 3)
    write_info(folder, {"1": {"symmetries_discrete": [rounded.ravel().tolist()]}})
    group = ObjectLibrary.from_bop(folder, {1: "brick"})["brick"].symmetry
    assert all(se3.is_rigid(motion, 1e-12) for motion in group.discrete)


@pytest.mark.parametrize(
    ("info", "expected"),
    [
        ([1, 2], "must be a JSON object whose keys are object ids"),
        ({"brick": {}}, "must be a JSON object whose keys are object ids"),
        ({"1": 5}, "object 1: "),
        ({"1": {"symmetries_discrete": [[1, 0, 0]]}}, "must have the 16 values of a rigid motion"),
        ({"1": {"symmetries_discrete": [[2.0] * 16]}}, "must have the 16 values of a rigid motion"),
        ({"1": {"symmetries_discrete": [["a"] * 16]}}, "object 1: could not convert"),
        (
            {"1": {"symmetries_continuous": [{"offset": [0, 0, 0]}]}},
            "'axis' of a continuous symmetry is missing",
        ),
        ({"1": {"symmetries_continuous": [{"axis": [0, 0, 0]}]}}, "must have an axis and an offset"),
        ({"1": {"symmetries_continuous": [{"axis": [0, 1]}]}}, "must have an axis and an offset"),
        (
            {"1": {"symmetries_continuous": [{"axis": [0, 0, 1]}, {"axis": [1, 0, 0]}]}},
            "several continuous symmetries",
        ),
    ],
)
def test_a_malformed_models_info_is_a_sentence(folder, info, expected):
    write_info(folder, info)
    with pytest.raises(InvalidDatasetError) as caught:
        ObjectLibrary.from_bop(folder, {1: "brick"})
    assert expected in str(caught.value) and "models_info.json" in str(caught.value)


def test_a_ball_in_models_info_does_not_stop_other_objects(folder):
    axes = [{"axis": [0, 0, 1]}, {"axis": [1, 0, 0]}]
    write_info(folder, {"1": {}, "2": {"symmetries_continuous": axes}})
    assert ObjectLibrary.from_bop(folder, {1: "brick"})["brick"].symmetry.is_trivial
    path = objects_file(folder, "objects: {brick: {mesh: obj_000001.ply, mesh_unit: mm, symmetry: bop}}")
    assert ObjectLibrary.from_file(path)["brick"].symmetry.is_trivial
    with pytest.raises(InvalidDatasetError, match="object 2: has several continuous symmetries"):
        ObjectLibrary.from_bop(folder, {2: "ball"})


def test_a_model_of_the_name_that_does_not_exist_is_named(folder):
    with pytest.raises(InvalidMeshError, match=r"obj_000009\.ply: no such file"):
        ObjectLibrary.from_bop(folder, {9: "ghost"})


def test_groups_that_were_given_survive_in_the_library():
    group = SymmetryGroup.parse("z:inf")
    library = ObjectLibrary.from_models([build_model("bottle", box_mesh(), group)])
    assert library["bottle"].symmetry is group


def test_a_library_with_one_more_or_one_less_object_is_another_library():
    box, other = build_model("box", box_mesh()), build_model("other", box_mesh())
    library = ObjectLibrary([box])
    both = library.with_object(other)
    assert (library.names, both.names, both.without("box").names) == (("box",), ("box", "other"), ("other",))
    again = build_model("box", box_mesh(), "box")
    replaced = both.with_object(again)
    assert replaced.names == ("box", "other") and replaced["box"] is again and both["box"] is box


def test_only_what_is_there_can_be_taken_out():
    with pytest.raises(
        UnknownObjectError, match="object 'bxo' is not in the object library; did you mean 'box'"
    ):
        ObjectLibrary([build_model("box", box_mesh())]).without("bxo")


def test_an_object_with_a_name_that_tf_cannot_have_is_not_taken_in():
    with pytest.raises(InvalidConfigError, match="'a/b' is not usable"):
        ObjectLibrary([]).with_object(build_model("a/b", box_mesh()))


def test_an_object_may_ask_for_features_of_its_own(folder):
    path = objects_file(
        folder, "objects: {crate: {mesh: meshes/box.ply, features: fused}, box: {mesh: meshes/box.ply}}"
    )
    library = ObjectLibrary.from_file(path)
    assert [library[name].features for name in library] == ["fused", "default"]


def test_an_objects_file_tells_which_symmetries_are_its_own(folder):
    blocks = ("a: {mesh: a.ply}", "b: {mesh: b.ply, symmetry: none}", "c: {mesh: c.ply, symmetry: bop}")
    assert told_symmetries(objects_file(folder, f"objects: {{{', '.join(blocks)}}}")) == {"b"}


def test_the_objects_file_knows_all_features():
    features = next(option for option in flatten(ObjectSpec) if option.name == "features")
    of_all = next(option for option in flatten(InstanceConfig) if option.name == "features")
    named = [name for name in of_all.info.choices if name != "auto"]
    assert features.info.choices == ("default", *named)
