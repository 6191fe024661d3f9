"""A run goes on from a whole checkpoint of its own, with its own options and data, or not at all."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import zipfile
from pathlib import Path

import pytest

from pose_nodes.core.errors import InvalidConfigError, InvalidDatasetError, InvalidInputError


def test_a_finished_run_is_not_gone_on_with_but_may_be_made_longer(run, toy, tmp_path):
    run(tmp_path, run__steps=5)
    with pytest.raises(InvalidConfigError, match="has 5 steps already; raise"):
        run(tmp_path, resume=True, run__steps=5)
    run(tmp_path, resume=True, run__steps=9)
    assert len(toy.curves(tmp_path)[0].splitlines()) == 10


def test_without_a_checkpoint_there_is_nothing_to_go_on_from(run, tmp_path):
    with pytest.raises(InvalidInputError, match="has no checkpoint; begin without --resume"):
        run(tmp_path, resume=True)


@pytest.mark.parametrize("left", [["curve.csv"], ["curve.csv", "checkpoints/.last.ckpt.partial"]])
def test_a_run_that_ended_before_its_first_checkpoint_begins_anew(run, toy, whole, tmp_path, capsys, left):
    (tmp_path / "checkpoints").mkdir()
    for name in left:
        (tmp_path / name).write_text("step,loss,largest,rate\n1,2.0,3.0,0.1\n")
    with pytest.raises(InvalidInputError, match="holds a training already; add --resume"):
        run(tmp_path)
    run(tmp_path, resume=True)
    assert "has no checkpoint yet; the training begins anew" in capsys.readouterr().out
    assert toy.curves(tmp_path) == toy.curves(whole)


def test_other_options_are_named(run, whole):
    with pytest.raises(InvalidConfigError, match=r"'optimiser.rate' was 0.03, is 0.5\); use the same"):
        run(whole, resume=True, optimiser__rate=0.5, run__steps=70)


def test_other_data_are_named_and_a_checkpoint_that_does_not_know_its_data_goes_on(toy, tmp_path):
    from training.harness.run import train

    def go_on(steps: int, origin: dict[str, str]) -> None:
        train(toy.ToyTask(toy.toy_config(run__steps=steps)), tmp_path, steps > 5, origin)

    go_on(5, {})
    go_on(6, {"data.caches": "12 of ab", "store": "cd"})
    card = json.loads((tmp_path / "weights" / "latest.json").read_text())
    assert card["data"] == {"data.caches": "12 of ab", "store": "cd"}
    with pytest.raises(InvalidConfigError, match=r"'data.caches' held 12 of ab, holds 14 of ab\); bring"):
        go_on(7, {"data.caches": "14 of ab", "store": "cd"})
    with pytest.raises(InvalidConfigError, match="'store' held cd, holds ef"):
        go_on(7, {"data.caches": "12 of ab", "store": "ef"})
    go_on(7, {"data.caches": "12 of ab", "store": "cd", "data.held_out": "4 of gh"})


def flip(path: Path) -> None:
    """Change single bytes of the largest tensor of a checkpoint, which PyTorch does not notice."""
    with zipfile.ZipFile(path) as file:
        largest = max(
            (one for one in file.infolist() if "/data/" in one.filename), key=lambda one: one.file_size
        )
    data = bytearray(path.read_bytes())
    # Its name comes after 30 bytes, and the numbers begin at the next multiple of 64.
    for place in range(largest.header_offset + 128, largest.header_offset + 144):
        data[place] ^= 0x10
    path.write_bytes(data)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1000])


@pytest.mark.parametrize("damage", [flip, cut])
def test_a_damaged_checkpoint_is_one_sentence_whose_advice_works(run, toy, whole, tmp_path, damage):
    run(tmp_path, run__steps=7)
    damage(tmp_path / "checkpoints" / "last.ckpt")
    with pytest.raises(InvalidDatasetError, match=r"last.ckpt: is no checkpoint, or a damaged one") as error:
        run(tmp_path, resume=True)
    assert "\n" not in str(error.value) and f"delete {tmp_path / 'checkpoints'}, and" in str(error.value)
    shutil.rmtree(tmp_path / "checkpoints")
    run(tmp_path, resume=True)
    assert toy.curves(tmp_path) == toy.curves(whole)


@pytest.mark.parametrize("damage", [flip, cut])
def test_where_the_last_checkpoint_is_damaged_a_run_goes_on_from_the_one_before(
    run, toy, whole, tmp_path, capsys, damage
):
    with pytest.raises(toy.Crashed):
        run(tmp_path, crash_at=25)
    damage(tmp_path / "checkpoints" / "last.ckpt")
    with pytest.raises(toy.Crashed):  # before there is another
        run(tmp_path, resume=True, crash_at=1)
    assert "going on from step 14" in capsys.readouterr().out
    assert (tmp_path / "checkpoints" / "damaged.ckpt").is_file()
    run(tmp_path, resume=True)
    assert toy.curves(tmp_path) == toy.curves(whole)


@pytest.mark.parametrize(
    "content", [b"", b"step,loss\n1,2.0\n", b"run:\n  steps: 5\n", b"\x80\x02}q\x00.", b"PK\x03\x04"]
)
def test_other_files_are_no_checkpoints(tmp_path, content):
    from training.harness.checkpoints import read_checkpoint

    path = tmp_path / "last.ckpt"
    path.write_bytes(content)
    with pytest.raises(InvalidDatasetError, match=r"last.ckpt: is no checkpoint"):
        read_checkpoint(path)


class Trap:
    """Would be run by a plain unpickling."""

    def __reduce__(self):
        return os.mkdir, ("trapped",)


def test_a_foreign_checkpoint_is_refused_and_nothing_in_it_is_run(run, tmp_path, monkeypatch):
    import torch

    monkeypatch.chdir(tmp_path)
    run(tmp_path, run__steps=7)
    path = tmp_path / "checkpoints" / "last.ckpt"
    for foreign in ({"state_dict": {}}, {"global_step": 3, "pose_nodes_training": {}}, [1, 2]):
        torch.save(foreign, path)
        with pytest.raises(InvalidDatasetError, match="is not a checkpoint of this training"):
            run(tmp_path, resume=True)
    torch.save({"state_dict": Trap()}, path)
    with pytest.raises(InvalidDatasetError, match="is no checkpoint, or a damaged one"):
        run(tmp_path, resume=True)
    path.write_bytes(pickle.dumps(Trap()))
    with pytest.raises(InvalidDatasetError, match="is no checkpoint, or a damaged one"):
        run(tmp_path, resume=True)
    assert not (tmp_path / "trapped").exists()
