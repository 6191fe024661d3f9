"""One run in a folder at a time."""

from __future__ import annotations

import pytest

from pose_nodes.core.errors import InvalidInputError


@pytest.mark.parametrize("resume", [False, True])
def test_a_second_run_in_a_folder_is_refused_while_there_is_one(run, toy, tmp_path, resume):
    from training.harness.lock import locked

    run(tmp_path, run__steps=3)
    before = toy.curves(tmp_path)
    with locked(tmp_path), pytest.raises(InvalidInputError, match="another run is training in it; wait"):
        run(tmp_path, resume, run__steps=5)
    assert toy.curves(tmp_path) == before
    run(tmp_path, resume=True, run__steps=5)


def test_while_it_trains_a_run_holds_its_folder(toy, tmp_path):
    from training.harness.lock import locked
    from training.harness.run import train

    refused = []

    def also() -> None:
        with pytest.raises(InvalidInputError, match="another run"), locked(tmp_path):
            pass
        refused.append(True)

    train(toy.ToyTask(toy.toy_config(run__steps=3), also, 1), tmp_path)
    assert refused


def test_a_folder_that_cannot_be_written_to_is_one_sentence(run, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInputError, match="cannot be written"):
        run(tmp_path / "file")
