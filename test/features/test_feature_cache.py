"""What describing an object gave is kept by what went into it, and by nothing else."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_nodes.features import feature_cache
from pose_nodes.features.choice import Fpfh
from pose_nodes.features.describer import ByShape
from pose_nodes.features.feature_cache import OFF, FeatureCache, content_hash, users_folder


class Counting:
    """Makes arrays, and counts how often."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> dict[str, np.ndarray]:
        self.times += 1
        return {"features": np.arange(6, dtype=np.float32).reshape(2, 3)}


def test_the_same_content_is_made_once_and_comes_back_bit_by_bit(tmp_path):
    make, content = Counting(), ("fpfh", np.eye(3))
    first = FeatureCache(tmp_path).remembered(content, make)
    again = FeatureCache(tmp_path).remembered(content, make)
    assert make.times == 1 and again["features"].dtype == np.float32
    np.testing.assert_array_equal(first["features"], again["features"])
    assert [path.suffix for path in tmp_path.iterdir()] == [".npz"]


def test_other_content_is_made_anew(tmp_path):
    make, cache = Counting(), FeatureCache(tmp_path)
    for content in (("a", np.eye(3)), ("b", np.eye(3)), ("a", np.eye(2)), ("a", np.eye(3, dtype=np.float32))):
        cache.remembered(content, make)
    assert make.times == 4


@given(st.lists(st.text(max_size=3), min_size=1, max_size=4), st.lists(st.text(max_size=3), max_size=4))
def test_texts_that_differ_in_their_parts_alone_have_names_of_their_own(one, other):
    assert (content_hash(one) == content_hash(other)) == (one == other)


@pytest.mark.parametrize("damage", [b"", b"no archive", b"PK\x03\x04 cut off"])
def test_a_damaged_file_is_made_anew(tmp_path, damage):
    make, cache = Counting(), FeatureCache(tmp_path)
    cache.remembered(("a",), make)
    (file,) = tmp_path.iterdir()
    file.write_bytes(damage)
    np.testing.assert_array_equal(cache.remembered(("a",), make)["features"], make()["features"])
    assert cache.remembered(("a",), make) and make.times == 3  # one of them is that of the comparison


def test_a_file_with_a_changed_byte_is_made_anew_or_whole(tmp_path):
    make, cache, rng = Counting(), FeatureCache(tmp_path), np.random.default_rng(0)
    expected = cache.remembered(("a",), make)["features"]
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    for place in (*range(26, 170), *rng.integers(len(whole), size=600)):  # the header of the array, and all
        changed = bytearray(whole)
        changed[place] ^= int(rng.integers(1, 256))
        file.write_bytes(changed)
        np.testing.assert_array_equal(cache.remembered(("a",), make)["features"], expected)
    assert make.times > 100


def test_what_another_revision_of_the_code_has_kept_is_made_anew(tmp_path, monkeypatch):
    make, cache = Counting(), FeatureCache(tmp_path)
    cache.remembered(("a",), make)
    monkeypatch.setattr(feature_cache, "REVISION", feature_cache.REVISION + 1)
    cache.remembered(("a",), make)
    assert make.times == 2


def test_where_nothing_can_be_written_a_sentence_says_so(tmp_path, caplog):
    (tmp_path / "file").write_text("")
    with caplog.at_level(logging.WARNING):
        found = FeatureCache(tmp_path / "file").remembered(("a",), Counting())
    assert found["features"].shape == (2, 3)
    assert "cannot be written" in caplog.text and "'cache'" in caplog.text


def test_off_keeps_nothing():
    make = Counting()
    for _ in range(2):
        FeatureCache.named(OFF).remembered(("a",), make)
    assert make.times == 2


def test_an_empty_name_is_the_users_own_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert FeatureCache.named("").folder == users_folder() == tmp_path / "pose_nodes" / "features"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert users_folder() == Path.home() / ".cache" / "pose_nodes" / "features"


def test_an_object_is_described_once_by_each_descriptor(tmp_path, bunny_model):
    cache = FeatureCache(tmp_path)
    first = ByShape(Fpfh(0.3), cache).onboard(bunny_model)
    again = ByShape(Fpfh(0.3), cache).onboard(bunny_model)
    np.testing.assert_array_equal(first.features, again.features)
    assert len(list(tmp_path.iterdir())) == 1
    ByShape(Fpfh(0.2), cache).onboard(bunny_model)
    assert len(list(tmp_path.iterdir())) == 2


def test_what_is_half_written_leaves_nothing_behind(tmp_path, monkeypatch):
    def fails(path, **arrays):
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(feature_cache.np, "savez", fails)
    FeatureCache(tmp_path).remembered(("a",), Counting())
    assert not list(tmp_path.iterdir())
