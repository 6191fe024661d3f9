"""Validation loses no steps, no scores and no weights, whatever ends a run in it."""

from __future__ import annotations

import json
import os
import signal

import pytest

from pose_nodes.core.errors import InvalidConfigError, InvalidDatasetError


def test_held_out_data_that_cannot_be_used_end_a_run_before_its_first_step(run, toy, tmp_path, monkeypatch):
    def held_out(self):
        raise InvalidDatasetError("held_out/cache.json: is missing")

    with monkeypatch.context() as patch, pytest.raises(InvalidDatasetError, match=r"cache.json: is missing"):
        patch.setattr(toy.ToyTask, "held_out", held_out)
        run(tmp_path)
    assert not (tmp_path / "curve.csv").exists()
    run(tmp_path, run__steps=3)


def test_a_run_without_validation_needs_no_held_out_data_and_keeps_its_last_weights(
    run, toy, tmp_path, monkeypatch
):
    monkeypatch.setattr(toy.ToyTask, "held_out", toy.crash)
    run(tmp_path, run__steps=5, run__validate_steps=0)
    assert json.loads((tmp_path / "weights" / "latest.json").read_text())["steps"] == 5
    assert not (tmp_path / "validation.csv").exists()


@pytest.mark.parametrize(
    ("name", "at", "step"),
    [
        ("scores", 1, 20),
        ("scores", 16, 40),
        ("scores", 20, 60),
        ("save", 1, 20),
        ("save", 2, 20),
        ("save", 4, 60),
    ],
)
def test_a_crash_while_it_is_validated_loses_no_step_and_no_score(
    run, toy, whole, tmp_path, monkeypatch, name, at, step
):
    """The second of three finds no better weights, so that there is a single file to keep."""
    left, meant = [at], getattr(toy.ToyTask, name)

    def breaks(self, *arguments):
        left[0] -= 1
        return toy.crash() if left[0] == 0 else meant(self, *arguments)

    with monkeypatch.context() as patch, pytest.raises(toy.Crashed):
        patch.setattr(toy.ToyTask, name, breaks)
        run(tmp_path, run__checkpoint_steps=20)
    assert toy.last_step(tmp_path) == step
    run(tmp_path, resume=True, run__checkpoint_steps=20)
    assert toy.curves(tmp_path) == toy.curves(whole)
    for card in ("best.json", "latest.json"):
        assert (tmp_path / "weights" / card).read_text() == (whole / "weights" / card).read_text()
    with pytest.raises(InvalidConfigError, match="has 60 steps already"):
        run(tmp_path, resume=True)


def test_a_signal_while_it_is_validated_ends_the_run_after_the_next_step(
    run, toy, whole, tmp_path, monkeypatch
):
    scores = toy.ToyTask.scores

    def asked(self, *arguments):
        if not (tmp_path / "weights").exists():
            monkeypatch.undo()
            os.kill(os.getpid(), signal.SIGTERM)
        return scores(self, *arguments)

    monkeypatch.setattr(toy.ToyTask, "scores", asked)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, run__checkpoint_steps=1000)
    assert toy.last_step(tmp_path) == 21
    run(tmp_path, resume=True)
    assert toy.curves(tmp_path) == toy.curves(whole)
