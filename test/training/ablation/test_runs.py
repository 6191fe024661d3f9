"""Rows begin alike, see the same samples, go on where they ended, and do not mix with others."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs PyTorch")

from pose_nodes.core.errors import InvalidConfigError, InvalidDatasetError
from pose_nodes.networks.weight_files import load_network
from training.ablation.rows import rows_named
from training.ablation.runs import Ablation
from training.data.cache import write_cache
from training.data.object_clouds import CloudOptions, ObjectClouds
from training.harness.module import TrainingModule
from training.tasks.distil import DistilTask

QUERY, BOTH = rows_named(["query-mse", "both-eq1"])


def test_rows_begin_with_the_same_weights(ablation):
    first, second = (TrainingModule(DistilTask(ablation.config(row))).network for row in (QUERY, BOTH))
    for ours, theirs in zip(first.parameters(), second.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_rows_see_the_same_clouds_and_labels_of_other_points(ablation):
    first, second = (DistilTask(ablation.config(row)).samples()[5] for row in (QUERY, BOTH))
    np.testing.assert_array_equal(first.points, second.points)
    end = first.offsets[0]
    assert first.labelled[:end].any() and not first.labelled[end:].any()
    assert second.labelled[end:].any()


def test_a_row_is_validated_at_its_end_alone(ablation):
    assert ablation.config(BOTH).run.validate_steps == ablation.config(BOTH).run.steps == 4


def trained(ablation) -> list:
    ablation.train(BOTH)
    assert ablation.is_trained(BOTH) and not ablation.is_trained(QUERY)
    return list(load_network(ablation.weights(BOTH)).state_dict().values())


def test_a_row_that_broke_off_goes_on_to_the_same_weights(ablation, values, tmp_path, monkeypatch):
    calls, loss = [], DistilTask.loss

    def breaks(self, *arguments):
        calls.append(1)
        if len(calls) > 2:
            raise InvalidDatasetError("the third sample is damaged")
        return loss(self, *arguments)

    monkeypatch.setattr(DistilTask, "loss", breaks)
    with pytest.raises(InvalidDatasetError, match="the third sample"):
        ablation.train(BOTH)
    monkeypatch.undo()
    assert ablation.steps(BOTH) == 2 and not ablation.is_trained(BOTH)
    whole = trained(Ablation(tmp_path / "whole", values))
    for ours, theirs in zip(trained(ablation), whole, strict=True):
        assert torch.equal(ours, theirs)


def test_a_row_that_broke_off_before_its_first_checkpoint_begins_anew(ablation):
    folder = ablation.folder / BOTH.name
    folder.mkdir(parents=True)
    (folder / "curve.csv").write_text("step,loss\n1,2.0\n")
    trained(ablation)
    assert len((folder / "curve.csv").read_text().splitlines()) <= 5


def test_lost_weights_are_a_sentence(ablation):
    trained(ablation)
    ablation.weights(BOTH).unlink()
    with pytest.raises(InvalidDatasetError, match="is missing, though the row was trained; delete "):
        ablation.train(BOTH)


@pytest.mark.parametrize(
    ("name", "value"), [("run.steps", 5), ("optimiser.rate", 0.5), ("run.seed", 3), ("labels.points", 99)]
)
def test_rows_of_other_options_are_refused(ablation, values, name, value):
    ablation.claim()
    ablation.claim()
    with pytest.raises(InvalidConfigError, match=f"begun with other options \\('{name}' was "):
        Ablation(ablation.folder, {**values, name: value}).claim()


def test_how_it_runs_may_change(ablation, values):
    ablation.claim()
    noted = {path.name: path.read_bytes() for path in ablation.folder.iterdir()}
    Ablation(ablation.folder, {**values, "run.threads": 2, "run.checkpoint_steps": 3}).claim()
    assert {path.name: path.read_bytes() for path in ablation.folder.iterdir()} == noted


def test_more_pairs_are_refused_where_a_folder_knows_its_pairs(ablation, values, caches, pool, tmp_path):
    pairs = tmp_path / "pairs"
    shutil.copytree(caches / "model", pairs)
    ablation = Ablation(ablation.folder, {**values, "data.caches": str(pairs)})
    ablation.claim()
    for _ in write_cache(ObjectClouds(pool, CloudOptions(kind="model", points=300)), 5, pairs, 0):
        pass
    with pytest.raises(InvalidConfigError, match=r"'content of data.caches' was '4 of "):
        ablation.claim()
    noted = json.loads((ablation.folder / "options.json").read_text())
    older = {name: value for name, value in noted.items() if not name.startswith("content of ")}
    (ablation.folder / "options.json").write_text(json.dumps(older))
    ablation.claim()


def test_another_teacher_is_refused(ablation, values, tiny_store, tmp_path):
    store = tmp_path / "store"
    shutil.copytree(tiny_store, store)
    about = store / "store.json"
    ablation = Ablation(ablation.folder, {**values, "store": str(store)})
    ablation.claim()
    text = about.read_text()
    digest = text.split('"teacher": "')[1][:8]
    about.write_text(text.replace(digest, "00000000"))
    with pytest.raises(InvalidConfigError, match="'teacher' was "):
        ablation.claim()
