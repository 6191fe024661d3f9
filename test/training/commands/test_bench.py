"""Samples for training are timed."""

from __future__ import annotations

import json

import pytest

from training.__main__ import main
from training.commands import bench
from training.data.sources import SOURCES


def test_each_source_has_its_time_and_rate(pool_folder, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(bench, "SOURCES", bench.SOURCES[:1])
    words = ["--pool", pool_folder, "--samples", 5, "--workers", 1, "--batch-size", 1, "--out", tmp_path]
    assert main(["bench", *map(str, words)]) == 0
    assert "Samples for training" in capsys.readouterr().out
    (section,) = json.loads((tmp_path / "training.json").read_text())["sources"]
    assert section["source"] == "object_clouds" and section["samples"] == 5
    assert 0 < section["core_seconds"]["median"] <= section["core_seconds"]["longest"]
    assert section["per_core_second"] == pytest.approx(1 / section["core_seconds"]["median"])
    assert section["stream"]["workers"] == 1 and section["stream"]["per_second"] > 0
    assert "| object clouds: model" in (tmp_path / "training.md").read_text()


def test_each_source_of_training_is_measured():
    # All but the one whose images others rendered.
    assert {each.source for each in bench.SOURCES} == set(SOURCES) - {"shard_clouds"}
