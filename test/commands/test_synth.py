"""The command that makes synthetic data."""

from __future__ import annotations

import pytest
import trimesh

from pose_nodes.__main__ import main
from pose_nodes.sequences.bop_scene import BopScene


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


def test_a_mesh_without_volume_is_named(preset, tmp_path, capsys):
    (tmp_path / "brick.ply").write_text("")
    assert main(["synth", "--preset", str(preset), "--workers", "1", "--out", str(tmp_path / "data")]) == 2
    error = capsys.readouterr().err
    assert "brick.ply" in error and error.count("\n") == 1
