"""A line on the data of a task changes with them, and not with where they are."""

from __future__ import annotations

import shutil

import pytest

torch = pytest.importorskip("torch", reason="training needs PyTorch")
pytest.importorskip("safetensors", reason="weights need safetensors")

from pose_nodes.core.config import from_mapping
from pose_nodes.core.errors import InvalidDatasetError
from training.data.cache import write_cache
from training.data.object_clouds import CloudOptions, ObjectClouds
from training.tasks.distil import DistilTraining
from training.tasks.origins import origin_of


@pytest.fixture
def origin(caches, pool_folder, tiny_store, tiny_weights):
    """Of a distillation with other options."""

    def origin(**values) -> dict[str, str]:
        given = {
            "data.pool": pool_folder, "data.caches": caches / "model", "data.held_out": caches / "held_out",
            "store": tiny_store, "weights": tiny_weights / "student.safetensors",
        }  # fmt: skip
        given.update({name.replace("__", "."): value for name, value in values.items()})
        numbers = {name: given.pop(name) for name in ("run.validate_steps",) if name in given}
        config = from_mapping(DistilTraining, {**{n: str(v) for n, v in given.items()}, **numbers})
        return origin_of(config)

    return origin


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {name for name in before if before[name] != after[name]}


def test_each_place_that_is_named_has_a_line(origin):
    assert set(origin()) == {"data.pool", "data.caches", "data.held_out", "store", "weights"}
    assert origin()["data.caches"].startswith("4 of ")
    assert set(origin(weights="")) == {"data.pool", "data.caches", "data.held_out", "store"}


def test_more_pairs_are_other_data_and_a_copy_is_not(origin, caches, pool, tmp_path):
    folder = tmp_path / "pairs"
    shutil.copytree(caches / "model", folder)
    assert origin(data__caches=folder) == origin()
    for _ in write_cache(ObjectClouds(pool, CloudOptions(kind="model", points=300)), 5, folder, 0):
        pass
    assert changed(origin(), origin(data__caches=folder)) == {"data.caches"}
    assert origin(data__caches=f"{caches / 'model'},{folder}")["data.caches"].count(" of ") == 2


def test_descriptors_of_another_teacher_are_other_data(origin, tiny_store, tmp_path):
    shutil.copytree(tiny_store, tmp_path / "store")
    about = tmp_path / "store" / "store.json"
    digest = about.read_text().split('"teacher": "')[1][:8]
    about.write_text(about.read_text().replace(digest, "00000000"))
    assert changed(origin(), origin(store=tmp_path / "store")) == {"store"}


def test_other_weights_are_other_data(origin, tiny_weights):
    assert changed(origin(), origin(weights=tiny_weights / "teacher.safetensors")) == {"weights"}


def test_a_store_and_weights_that_are_missing_are_left_to_who_reads_them(origin, tmp_path):
    assert origin(store=tmp_path / "none")["store"] == "nothing"
    assert origin(weights=tmp_path / "none")["weights"] == "nothing"


def test_held_out_pairs_count_where_they_are_used(origin, tmp_path):
    assert "data.held_out" not in origin(data__held_out=tmp_path, run__validate_steps=0)
    with pytest.raises(InvalidDatasetError, match=r"cache.json: is missing"):
        origin(data__held_out=tmp_path)
