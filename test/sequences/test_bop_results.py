"""BOP's result files."""

from __future__ import annotations

import numpy as np
import pytest

from pose_nodes.core.errors import InvalidConfigError, InvalidDatasetError
from pose_nodes.geometry import se3
from pose_nodes.sequences.bop_results import HEADER, PoseResult, read_results, result_name, write_results

ROTATION = "1 0 0 0 1 0 0 0 1"


def test_what_is_written_is_read_to_the_last_digit(tmp_path):
    rng = np.random.default_rng(0)
    written = [
        PoseResult(
            3, 8, 1, rng.random(), se3.from_rotation_vector(rng.normal(size=3), rng.normal(size=3)), 0.5
        )
        for _ in range(5)
    ]
    write_results(tmp_path / "a.csv", written)
    read = read_results(tmp_path / "a.csv")
    for one, other in zip(written, read, strict=True):
        assert (one.scene_id, one.image_id, one.object_id) == (
            other.scene_id,
            other.image_id,
            other.object_id,
        )
        assert (one.score, one.seconds) == (other.score, other.seconds)
        assert np.allclose(one.T_camera_object, other.T_camera_object, atol=1e-14)


def test_a_line_has_the_rotation_by_rows_and_millimetres(tmp_path):
    T = se3.from_rotation_vector((0.0, 0.0, np.pi / 2), (0.125, 0.25, 0.5))
    write_results(tmp_path / "a.csv", [PoseResult(1, 2, 3, 0.5, T)])
    header, line = (tmp_path / "a.csv").read_text().splitlines()
    cells = line.split(",")
    assert header == HEADER == "scene_id,im_id,obj_id,score,R,t,time"
    assert cells[:4] == ["1", "2", "3", "0.5"] and cells[5:] == ["125.0 250.0 500.0", "-1.0"]
    assert np.array(cells[4].split(), float) == pytest.approx([0, -1, 0, 1, 0, 0, 0, 0, 1], abs=1e-15)


def test_rotations_of_few_digits_are_made_exact(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(f"{HEADER}\n1,2,3,1,0.707 -0.707 0 0.707 0.707 0 0 0 1,0 0 1000,-1\n\n")
    (result,) = read_results(path)
    assert se3.is_rigid(result.T_camera_object)
    assert result.T_camera_object[2, 3] == 1.0


def test_a_file_without_poses_is_empty(tmp_path):
    write_results(tmp_path / "a.csv", [])
    assert read_results(tmp_path / "a.csv") == []


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["scene,image"], "must begin with the header"),
        ([], "must begin with the header"),
        ([HEADER, "1,2,3"], "line 2: has 3 cells instead of seven"),
        ([HEADER, f"1,2,x,1,{ROTATION},0 0 1,1"], "line 2: invalid literal"),
        ([HEADER, f"1,2,3,nan,{ROTATION},0 0 1,1"], "line 2: score must have 1 finite"),
        ([HEADER, f"1,2,3,1,{ROTATION},0 1,1"], "line 2: t must have 3 finite"),
        ([HEADER, "1,2,3,1,1 0 0 0 1 0 0 0 2,0 0 1,1"], "line 2: R is not a rotation"),
        (
            [HEADER, f"1,2,3,1,{ROTATION},0 0 1,1", f"1,2,4,1,{ROTATION},0 0 1,2"],
            "image 2 of scene 1 has several times",
        ),
    ],
)
def test_what_is_no_result_file_is_refused_by_a_sentence(tmp_path, lines, said):
    path = tmp_path / "a.csv"
    path.write_text("\n".join(lines))
    with pytest.raises(InvalidDatasetError, match=said):
        read_results(path)


def test_a_missing_file_and_a_picture_are_refused(tmp_path):
    with pytest.raises(InvalidDatasetError, match="cannot be read"):
        read_results(tmp_path / "none.csv")
    (tmp_path / "a.csv").write_bytes(b"\x89PNG\xff")
    with pytest.raises(InvalidDatasetError, match="is no text"):
        read_results(tmp_path / "a.csv")


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("ours", "bunny", "test"), "ours_bunny-test.csv"),
        (("our-s", "desk_video", "test"), "our-s_deskvideo-test.csv"),
        (("ours", "tless", "test_primesense", "seed1"), "ours_tless-test-primesense_seed1.csv"),
    ],
)
def test_the_name_of_a_file_can_be_taken_apart_at_its_underscores(words, name):
    assert result_name(*words) == name


@pytest.mark.parametrize("method", ["a_b", "", "a b", "a/b"])
def test_a_method_whose_name_would_end_a_part_of_the_file_name_is_refused(method):
    with pytest.raises(InvalidConfigError, match="letters, digits and hyphens"):
        result_name(method, "bunny", "test")
