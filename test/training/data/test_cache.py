"""Caches: bit by bit the source, resumable, and refused when they are not what is asked for."""

from __future__ import annotations

import io
import pickle
import struct
import zipfile
from dataclasses import fields, replace

import numpy as np
import pytest

from pose_nodes.core.errors import InvalidConfigError, InvalidDatasetError, InvalidInputError
from training.data.cache import SHARD, CachedSource, write_cache
from training.data.category_crops import CategoryCrops, CropOptions
from training.data.object_clouds import CloudOptions, ObjectClouds
from training.data.stream import SampleStream

COUNT = SHARD + 3
OPTIONS = CloudOptions(points=64, sensor="exact")


@pytest.fixture(scope="module")
def source(pool):
    return ObjectClouds(pool, OPTIONS)


@pytest.fixture
def folder(source, tmp_path):
    for _ in write_cache(source, COUNT, tmp_path / "cache", 0):
        pass
    return tmp_path / "cache"


def assert_same(first, second) -> None:
    assert type(first) is type(second)
    for field in fields(first):
        a, b = getattr(first, field.name), getattr(second, field.name)
        np.testing.assert_array_equal(a, b)
        assert np.asarray(a).dtype == b.dtype and np.shape(a) == b.shape


@pytest.mark.parametrize("index", [0, 1, SHARD - 1, SHARD, COUNT - 1])
def test_samples_are_bit_by_bit_those_of_the_source(source, folder, index):
    cache = CachedSource(folder, source)
    assert len(cache) == cache.length == COUNT
    assert_same(source[index], cache[index])


def test_crops_come_back_too(pool, tmp_path):
    source = CategoryCrops(pool, CropOptions(image=32, points=64))
    assert list(write_cache(source, 2, tmp_path, 0)) == [0, 2]
    assert_same(source[1], CachedSource(tmp_path)[1])


def test_an_interruption_keeps_whole_shards_and_the_next_run_goes_on(source, tmp_path):
    steps = write_cache(source, COUNT, tmp_path, 0)
    assert [next(steps), next(steps)] == [0, SHARD]
    steps.close()
    with pytest.raises(InvalidDatasetError, match="the cache is not finished; run"):
        CachedSource(tmp_path)
    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("*.npz")}
    assert list(write_cache(source, COUNT, tmp_path, 0)) == [SHARD, COUNT]
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("*.npz")}.items() >= before.items()
    assert_same(source[COUNT - 1], CachedSource(tmp_path)[COUNT - 1])


def test_a_cache_grows_and_never_shrinks(source, folder):
    assert list(write_cache(source, COUNT + 5, folder, 0)) == [SHARD, COUNT + 5]
    assert list(write_cache(source, 4, folder, 0)) == [COUNT + 5]
    grown = CachedSource(folder, source)
    assert grown.length == COUNT + 5 and len(list(folder.glob("*.npz"))) == 2
    assert_same(source[COUNT + 4], grown[COUNT + 4])


def test_a_cache_of_other_options_is_refused_by_name(pool, folder):
    other = ObjectClouds(pool, replace(OPTIONS, radius=0.05))
    message = r"other options \('radius' was 0.03, is 0.05\)"
    with pytest.raises(InvalidConfigError, match=message):
        CachedSource(folder, other)
    with pytest.raises(InvalidConfigError, match=message):
        next(write_cache(other, COUNT, folder, 0))


def test_a_cache_of_another_pool_or_split_or_source_is_refused(source, pool, folder):
    class Elsewhere(ObjectClouds):
        def origin(self):
            return {**super().origin(), "pool": "0123"}

    with pytest.raises(InvalidConfigError, match=r"'pool' was '[0-9a-f]{16}', is '0123'"):
        CachedSource(folder, Elsewhere(pool, OPTIONS))
    with pytest.raises(InvalidConfigError, match="holds samples of object_clouds, not of category_crops"):
        CachedSource(folder, CategoryCrops(pool))


def flipped(data: bytes) -> bytes:
    """With one bit in the middle of the largest array of a shard turned over."""
    with zipfile.ZipFile(io.BytesIO(data)) as shard:
        largest = max(shard.infolist(), key=lambda member: member.compress_size)
    # The local header: 30 bytes, of which the last four tell how long the name and the extra field are.
    lengths = struct.unpack_from("<HH", data, largest.header_offset + 26)
    middle = largest.header_offset + 30 + sum(lengths) + largest.compress_size // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


@pytest.mark.parametrize("spoil", [lambda data: data[: len(data) // 2], lambda data: b"", flipped])
def test_a_damaged_shard_is_named(folder, spoil):
    (path,) = folder.glob(f"{0:08d}-*.npz")
    path.write_bytes(spoil(path.read_bytes()))
    cache = CachedSource(folder)
    with pytest.raises(InvalidDatasetError, match=r"00000000-00000032\.npz: is damaged .*delete it and run"):
        for index in range(SHARD):
            _ = cache[index]


def test_a_missing_shard_is_named_and_made_again(source, folder):
    (path,) = folder.glob(f"{0:08d}-*.npz")
    path.unlink()
    with pytest.raises(InvalidDatasetError, match=r"00000000-00000032\.npz: is missing; run"):
        _ = CachedSource(folder)[0]
    assert list(write_cache(source, COUNT, folder, 0)) == [3, COUNT]
    assert_same(source[0], CachedSource(folder)[0])


def test_a_shard_of_other_fields_is_refused(folder):
    (path,) = folder.glob(f"{0:08d}-*.npz")
    with np.load(path) as shard:
        arrays = {name: shard[name] for name in shard.files if not name.endswith("/diameter")}
    np.savez(path, **arrays)
    with pytest.raises(
        InvalidDatasetError, match="sample 0: lacks field 'diameter' of CloudPair; make it anew"
    ):
        _ = CachedSource(folder)[0]


@pytest.mark.parametrize("index", [-1, COUNT])
def test_an_index_beyond_the_end_is_an_error(folder, index):
    with pytest.raises(IndexError, match=f"has the samples 0 to {COUNT - 1}, not {index}"):
        _ = CachedSource(folder)[index]


def test_a_folder_without_a_cache_or_with_one_of_another_version_is_refused(tmp_path):
    with pytest.raises(InvalidDatasetError, match="is missing; make a cache with"):
        CachedSource(tmp_path)
    (tmp_path / "cache.json").write_text('{"format": 0}')
    with pytest.raises(InvalidDatasetError, match="is no cache of version 1"):
        CachedSource(tmp_path)
    (tmp_path / "cache.json").write_text('{"format": 1, "source": "object_clouds", "options": {}}')
    with pytest.raises(InvalidDatasetError, match="'count' or 'options' is missing"):
        CachedSource(tmp_path)


def test_a_folder_that_cannot_be_written_to_is_an_error(source, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInputError, match="cannot be written"):
        next(write_cache(source, 1, tmp_path / "file" / "cache", 0))


def test_a_stream_goes_through_a_cache_again_and_again_in_other_orders(folder):
    cache = CachedSource(folder)
    with SampleStream(cache, 7, seed=1) as stream:
        indices = np.concatenate([next(stream).indices for _ in range(10)])
    turns = indices.reshape(2, COUNT)
    assert all(sorted(turn) == list(range(COUNT)) for turn in turns)
    assert not np.array_equal(*turns)


def test_a_cache_travels_to_other_processes(folder):
    cache = CachedSource(folder)
    assert_same(pickle.loads(pickle.dumps(cache))[5], cache[5])
