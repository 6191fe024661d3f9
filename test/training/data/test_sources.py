"""Sources by name."""

from __future__ import annotations

import pickle
from dataclasses import fields

import numpy as np
import pytest

from pose_nodes.core.errors import InvalidConfigError, InvalidDatasetError
from training.data.samples import collate, from_arrays, to_arrays
from training.data.sources import SOURCES, open_source

FEW = {
    "object_clouds": {"points": 64},
    "category_crops": {"points": 64, "image": 32},
    "rooms": {"points": 500},
    "shard_clouds": {"points": 64, "pixels": 100, "visible": 0.0},
}


@pytest.fixture(scope="module", params=list(SOURCES))
def source(request, pool_folder, mesh_pool, shards):
    if request.param == "shard_clouds":
        of_shards = {"shards": str(shards), "objects": str(shards / "gso_models.json")}
        return open_source(request.param, "train", mesh_pool.folder, {**FEW[request.param], **of_shards})
    return open_source(request.param, "train", pool_folder, FEW[request.param])


def test_a_source_gives_samples_of_its_class_without_end_and_travels(source):
    assert source.length is None and source.sample_class is SOURCES[source.name].sample
    there = pickle.loads(pickle.dumps(source))
    here, remote = source[10**9], there[10**9]
    assert isinstance(here, source.sample_class)
    for field in fields(here):
        np.testing.assert_array_equal(getattr(here, field.name), getattr(remote, field.name))


def test_every_field_is_an_array_that_is_stacked_or_ragged(source):
    samples = [source[index] for index in range(2)]
    assert all(isinstance(array, np.ndarray) for sample in samples for array in vars(sample).values())
    arrays = collate(samples)
    assert source.sample_class.RAGGED <= set(arrays)
    for name, array in arrays.items():
        assert isinstance(array, list) == (name in source.sample_class.RAGGED)
        np.testing.assert_array_equal(array[1], getattr(samples[1], name))


def test_samples_are_put_together_from_their_fields_and_no_others(source):
    arrays = to_arrays(source[0])
    again = from_arrays(source.sample_class, arrays, "here")
    assert all(getattr(again, name) is array for name, array in arrays.items())
    with pytest.raises(InvalidDatasetError, match="here: has an unknown field 'extra'"):
        from_arrays(source.sample_class, {**arrays, "extra": np.zeros(1)}, "here")


def test_the_pool_decides_of_the_samples_of_objects(pool):
    origins = {name: open_source(name, "val", pool.folder).origin() for name in ("object_clouds", "rooms")}
    assert origins["object_clouds"] == {"pool": pool.fingerprint, "split": "val"}
    assert origins["rooms"] == {"split": "val"}


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("room", {}, "source 'room' is unknown; use one of object_clouds, shard_clouds, category_crops"),
        ("rooms", {"points": 0}, "options of rooms: 'points' is 0; it must be from 1"),
        ("rooms", {"stile": "s3dis"}, "unknown key 'stile'; did you mean 'style'"),
        ("object_clouds", {}, "needs objects; make a pool"),
    ],
)
def test_what_is_no_source_is_refused(name, values, message):
    with pytest.raises(InvalidConfigError, match=message):
        open_source(name, values=values)
