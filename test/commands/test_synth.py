"""The command that makes synthetic data."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from pose_nodes.__main__ import main
from pose_nodes.sequences.bop_scene import BopScene
from pose_nodes.sequences.indoor_infos import IndoorInfos


@pytest.fixture
def preset(tmp_path):
    trimesh.creation.box([0.1, 0.06, 0.04]).export(tmp_path / "brick.ply")
    (tmp_path / "objects.yaml").write_text("objects:\n  brick: {mesh: brick.ply}\n")
    path = tmp_path / "preset.yaml"
    path.write_text(
        f"objects: {{objects_file: {tmp_path / 'objects.yaml'}}}\n"
        "arrangements: 7\narrangement: {fewest: 1, most: 2, images: 2}\n"
        "camera: {width: 64, height: 48, fx: 60, fy: 60, cx: 31.5, cy: 23.5}\n"
    )
    return path


def test_it_writes_scenes_that_the_other_commands_read(preset, tmp_path, capsys):
    out = tmp_path / "data"
    given = ["synth", "--preset", str(preset), "--arrangements", "2", "--workers", "1", "--out", str(out)]
    assert main(given) == 0
    assert "4 images in" in capsys.readouterr().out
    assert len(BopScene(out / "train_pbr" / "000002")) == 2
    assert main(given) == 0
    assert "0 images in" in capsys.readouterr().out  # all were there


def test_it_writes_videos_whose_instances_keep_their_ids(preset, tmp_path, capsys):
    preset.write_text(preset.read_text() + "videos: {motions: 'crossing, clutter', seconds: 0.3, rate: 10}\n")
    out = tmp_path / "data"
    words = ["--preset", str(preset), "--arrangements", "2", "--workers", "1", "--out", str(out)]
    assert main(["synth", *words]) == 0
    assert "6 images in" in capsys.readouterr().out
    crossing, clutter = (BopScene(out / "train_pbr" / f"00000{k}", rate_hz=10.0) for k in (1, 2))
    assert len(crossing) == len(clutter) == 3
    for recorded in crossing:
        assert [truth.instance_id for truth in recorded.truths] == ["brick_0", "brick_1", "brick_2"]
    assert [len(recorded.truths) for recorded in clutter] == [1, 1, 1]
    assert not np.array_equal(clutter[0].truths[0].T_camera_object, clutter[2].truths[0].T_camera_object)


def test_an_unknown_motion_is_named(preset, tmp_path, capsys):
    preset.write_text("videos: {motions: waltz}")
    assert main(["synth", "--preset", str(preset), "--out", str(tmp_path / "data")]) == 2
    assert "videos.motions: 'waltz' is unknown; known are hand-held" in capsys.readouterr().err


def test_it_writes_rooms(tmp_path, capsys):
    preset, out = tmp_path / "rooms.yaml", tmp_path / "data"
    preset.write_text("output: {layout: indoor}\nrooms: {style: s3dis, points: 1000}\narrangements: 2\n")
    assert main(["synth", "--preset", str(preset), "--workers", "1", "--out", str(out)]) == 0
    assert "2 rooms in" in capsys.readouterr().out
    assert len(IndoorInfos(out / "s3dis_infos_train.pkl")) == 2


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--preset", "nowhere.yaml"], "nowhere.yaml: cannot be read"),
        (["--arrangements", "0"], "'0' is not a whole number of at least 1"),
        (["--worker", "2"], "did you mean --workers?"),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_code_2(options, sentence, capsys):
    try:
        code = main(["synth", *options])
    except SystemExit as end:
        code = end.code
    error = capsys.readouterr().err
    assert code == 2 and sentence in error and error.count("\n") == 1


def test_an_unknown_key_of_the_preset_is_named(preset, tmp_path, capsys):
    preset.write_text("sensors: {color: true}")
    assert main(["synth", "--preset", str(preset), "--out", str(tmp_path / "data")]) == 2
    assert "unknown key 'sensors.color'; did you mean 'sensor.color'" in capsys.readouterr().err


def export(folder, vertices, faces) -> None:
    trimesh.Trimesh(vertices, faces, process=False).export(folder / "brick.ply")


def refused(preset, tmp_path, capsys) -> str:
    """The one sentence with which the command ends; nothing is left that could be taken for data."""
    out = tmp_path / "data"
    assert main(["synth", "--preset", str(preset), "--workers", "1", "--out", str(out)]) == 2
    assert not (out / "models").exists() and not (out / "train_pbr").exists()
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    return error


def test_an_empty_mesh_file_is_named(preset, tmp_path, capsys):
    (tmp_path / "brick.ply").write_text("")
    assert "brick.ply" in refused(preset, tmp_path, capsys)


def test_a_mesh_that_is_not_watertight_is_named_with_what_to_do(preset, tmp_path, capsys):
    box = trimesh.creation.box([0.1, 0.06, 0.04])
    export(tmp_path, box.vertices, box.faces[1:])
    error = refused(preset, tmp_path, capsys)
    assert "object 'brick': its mesh is not watertight (3 of 18 edges" in error
    assert "set objects.open_meshes: true" in error


def test_a_mesh_that_is_not_watertight_is_taken_if_the_preset_says_so(preset, tmp_path, capsys):
    box = trimesh.creation.box([0.1, 0.06, 0.04])
    export(tmp_path, box.vertices, box.faces[1:])
    refused(preset, tmp_path, capsys)
    preset.write_text(preset.read_text().replace("objects.yaml}", "objects.yaml, open_meshes: true}"))
    given = [
        "--preset",
        str(preset),
        "--arrangements",
        "1",
        "--workers",
        "1",
        "--out",
        str(tmp_path / "data"),
    ]
    assert main(["synth", *given]) == 0
    assert "2 images in" in capsys.readouterr().out


def test_a_mesh_without_volume_is_named(preset, tmp_path, capsys):
    box = trimesh.creation.box([0.1, 0.06, 0.04])
    export(tmp_path, box.vertices * [1, 1, 0], box.faces)
    assert "object 'brick': its mesh encloses no volume" in refused(preset, tmp_path, capsys)


def test_triangles_that_face_both_ways_are_told(preset, tmp_path, capsys):
    box = trimesh.creation.box([0.1, 0.06, 0.04])
    export(tmp_path, box.vertices, np.concatenate([box.faces[:5, ::-1], box.faces[5:]]))
    assert "object 'brick': its triangles do not agree" in refused(preset, tmp_path, capsys)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_mesh_with_a_vertex_that_is_no_number_is_named(preset, tmp_path, capsys, value):
    box = trimesh.creation.box([0.1, 0.06, 0.04])
    vertices = np.array(box.vertices)
    vertices[3, 1] = value
    export(tmp_path, vertices, box.faces)
    assert "brick.ply: 1 of 8 vertices are NaN or infinite" in refused(preset, tmp_path, capsys)
