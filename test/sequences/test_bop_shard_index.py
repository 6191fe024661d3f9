"""Samples of a shard in any order, and shards that are no whole files."""

from __future__ import annotations

import tarfile
from pathlib import Path

import numpy as np
import pytest

from pose_nodes.core.errors import InvalidDatasetError
from pose_nodes.sequences.bop_shard_index import IndexedShard
from pose_nodes.sequences.bop_shard_writer import BopShardWriter
from pose_nodes.sequences.bop_shards import BopShards

IDS = {"crate": 3, "die": 7}
NAMES = {number: name for name, number in IDS.items()}


@pytest.fixture
def shard(tmp_path, recorded) -> Path:
    with BopShardWriter(tmp_path, IDS, samples_per_shard=3) as writer:
        for frame, truths, masks in recorded:
            writer.add(frame, truths, masks, masks)
    return tmp_path / "shard-000000.tar"


def test_samples_in_any_order_are_those_that_are_streamed(shard):
    streamed, indexed = list(BopShards([shard], NAMES)), IndexedShard(shard, NAMES)
    assert len(indexed) == 3
    for number in (2, 0, 1, 2):
        ours, theirs = indexed[number], streamed[number]
        np.testing.assert_array_equal(ours.frame.depth, theirs.frame.depth)
        assert [truth.class_name for truth in ours.truths] == [t.class_name for t in theirs.truths]
        for mine, other in zip(ours.segments, theirs.segments, strict=True):
            np.testing.assert_array_equal(mine.mask, other.mask)


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_a_shard_that_was_cut_is_told(shard, share):
    data = shard.read_bytes()
    shard.write_bytes(data[: int(share * len(data))])
    with pytest.raises(InvalidDatasetError, match=r"is not a whole tar file .*; fetch it again"):
        IndexedShard(shard)


def test_what_is_no_shard_is_told(tmp_path):
    (tmp_path / "text.tar").write_text("no tar")
    with pytest.raises(InvalidDatasetError, match="is not a whole tar file"):
        IndexedShard(tmp_path / "text.tar")
    with pytest.raises(InvalidDatasetError, match=r"missing\.tar: is not a whole tar file"):
        IndexedShard(tmp_path / "missing.tar")
    with tarfile.open(tmp_path / "empty.tar", "w"):
        pass
    with pytest.raises(InvalidDatasetError, match="holds no samples"):
        IndexedShard(tmp_path / "empty.tar")
