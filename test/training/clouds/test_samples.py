"""Samples of pairs of clouds: what they hold is true of the pair, whatever was changed."""

from __future__ import annotations

import pickle
from dataclasses import fields

import numpy as np
import pytest

from pose_nodes.core.errors import InvalidConfigError, InvalidDatasetError
from pose_nodes.geometry import se3
from training.clouds.augmentation import AugmentationOptions, changed, kept
from training.clouds.cached_pairs import CachedPairs, folders_of
from training.clouds.matching_samples import MatchingOptions, MatchingSamples, placed
from training.clouds.relations import ALIKE, APART
from training.data.array_files import read_arrays, write_arrays
from training.data.cache import write_cache
from training.data.object_pool import ObjectPool
from training.data.rooms import RoomOptions, Rooms
from training.data.samples import collate

STILL = AugmentationOptions(
    rotation=False, jitter=0.0, normal_jitter=0.0, drop=0.0, cut=0.0, cut_share=0.0, scale=0.0
)


@pytest.fixture(scope="module")
def pairs(caches, pool):
    return CachedPairs([caches / "model", caches / "views"], pool)


def same(first, second) -> bool:
    return all(np.array_equal(getattr(first, f.name), getattr(second, f.name)) for f in fields(first))


def test_pairs_of_several_caches_follow_each_other(caches, pool, pairs):
    views = CachedPairs([caches / "views"], pool)
    assert (
        len(pairs) == 8 and same(pairs[5], views[1]) and same(pickle.loads(pickle.dumps(pairs))[3], pairs[3])
    )


def test_the_symmetry_of_a_pair_is_that_of_its_object(pairs, pool):
    for index in range(8):
        whole = pool.object(int(pairs[index].object)).symmetry
        assert pairs.symmetry(pairs[index]).notation == whole.notation
        np.testing.assert_array_equal(pairs.symmetry(pairs[index]).discrete, whole.discrete)


def test_both_clouds_of_a_pair_lie_on_the_object(pairs):
    for index in range(8):
        pair = pairs[index]
        first, second = pair.correspondences.T
        source, target = placed(pair, first, second)
        gaps = np.linalg.norm(source.points - target.points, axis=1)
        assert gaps.max() < 0.0301 * pair.diameter
        assert (source.normals * target.normals).sum(axis=1).min() > 0.49


@pytest.mark.parametrize("index", range(8))
def test_anchors_and_their_relations_are_those_of_the_unchanged_pair(pairs, index):
    samples = MatchingSamples(pairs, MatchingOptions(points=300, anchors=40), STILL, seed=0)
    sample = samples[index]
    middle = sample.offsets[0]
    clouds = sample.points[:middle], sample.points[middle:]
    assert sample.offsets[1] == len(sample.points) == len(sample.normals)
    for anchors, relation, ours, theirs in (
        (sample.source_anchors, sample.source_relations, *clouds),
        (sample.target_anchors, sample.target_relations, *clouds[::-1]),
    ):
        assert relation.shape == (len(anchors), len(theirs)) and anchors.max(initial=0) < len(ours)
        assert (relation == ALIKE).any() and (relation == APART).any()


def test_clouds_are_centred_and_in_diameters(pairs):
    sample = MatchingSamples(pairs, MatchingOptions(points=200), AugmentationOptions(), 0)[3]
    for cloud in np.split(sample.points, sample.offsets[:1]):
        assert np.abs(cloud.mean(axis=0)).max() < 1e-5 and 0.1 < np.linalg.norm(cloud, axis=1).max() < 1.1
        assert len(cloud) <= 200
    np.testing.assert_allclose(np.linalg.norm(sample.normals, axis=1), 1.0, atol=1e-5)


def test_the_same_place_gives_the_same_bits_and_a_later_turn_through_the_pairs_another_change(pairs):
    samples = MatchingSamples(pairs, MatchingOptions(points=100), AugmentationOptions(), seed=3)
    again = pickle.loads(pickle.dumps(samples))
    assert all(same(samples[place], again[place]) for place in (0, 7, 20))
    assert not np.array_equal(samples[0].points, samples[8].points)
    other = MatchingSamples(pairs, MatchingOptions(points=100), AugmentationOptions(), seed=4)
    assert not np.array_equal(samples[0].points, other[0].points)


def test_samples_of_all_sizes_make_a_batch(pairs):
    samples = MatchingSamples(pairs, MatchingOptions(points=150), AugmentationOptions(), 0)
    batch = collate([samples[0], samples[1]])
    assert [len(points) for points in batch["points"]] == [int(ends[-1]) for ends in batch["offsets"]]


def test_noise_and_rotation_keep_the_shape():
    rng = np.random.default_rng(0)
    points, normals = rng.normal(size=(50, 3)), rng.normal(size=(50, 3))
    turned, _ = changed(points, normals, AugmentationOptions(jitter=0.0), rng)
    centred = points - points.mean(axis=0)
    np.testing.assert_allclose(turned @ turned.T, centred @ centred.T, atol=1e-9)
    assert np.abs(turned - centred).max() > 0.1
    noisy, _ = changed(points, normals, AugmentationOptions(jitter=0.01, rotation=False), rng)
    assert (noisy - centred).std() == pytest.approx(0.01, rel=0.2)


def test_a_cut_takes_a_side_away_of_views_alone():
    rng = np.random.default_rng(1)
    points = rng.normal(size=(4000, 3)).astype(np.float32)
    options = AugmentationOptions(drop=0.0, cut=1.0, cut_share=0.5)
    assert len(kept(points, options, False, 10_000, rng)) == 4000
    cut = [points[kept(points, options, True, 10_000, rng)] for _ in range(5)]
    assert min(map(len, cut)) >= 2000 and max(np.linalg.norm(one.mean(axis=0)) for one in cut) > 0.2
    assert len(kept(points, options, True, 100, rng)) == 100


def test_folders_are_parted_by_commas():
    assert [str(folder) for folder in folders_of("a, b/c,")] == ["a", "b/c"]


def test_mistakes_are_one_sentence(caches, pool, tmp_path):
    with pytest.raises(InvalidConfigError, match="no cache is named"):
        CachedPairs([], pool)
    with pytest.raises(InvalidDatasetError, match=r"cache.json: is missing"):
        CachedPairs([tmp_path], pool)
    with pytest.raises(InvalidConfigError, match=r"made of other objects than those of .* to val with"):
        CachedPairs([caches / "model"], ObjectPool(pool.folder, "val"))
    for _ in write_cache(Rooms("train", RoomOptions(points=1000)), 0, tmp_path / "rooms", 0):
        pass
    with pytest.raises(InvalidDatasetError, match="is not finished"):
        CachedPairs([tmp_path / "rooms"], pool)


def test_numbers_that_are_not_finite_are_told_with_their_place(caches, pool, tmp_path):
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "cache.json").write_text((caches / "model" / "cache.json").read_text())
    (shard,) = (caches / "model").glob("*.npz")
    arrays = read_arrays(shard, "")
    arrays["2/target_points"] = np.full_like(arrays["2/target_points"], np.nan)
    write_arrays(folder / shard.name, arrays)
    pairs = CachedPairs([folder], pool)
    assert np.isfinite(pairs[1].target_points).all()
    with pytest.raises(
        InvalidDatasetError, match=r"broken, sample 2: 'target_points' holds numbers that are not"
    ):
        pairs[2]


def test_held_out_pieces_are_turned_and_true(caches, pool_folder):
    from training.clouds.held_out import pieces_of

    pairs = CachedPairs([caches / "held_out"], ObjectPool(pool_folder, "val"))
    pieces, again = pieces_of(pairs, 3, 200), pieces_of(pairs, 3, 200)
    assert len(pieces) == 3
    for piece, twin in zip(pieces, again, strict=True):
        np.testing.assert_array_equal(piece.query.points, twin.query.points)
        moved = se3.transform(piece.T_target_query, piece.query.points)
        gaps = np.linalg.norm(moved[:, None] - piece.target.points, axis=2).min(axis=0)
        assert np.median(gaps) < 0.06 * piece.diameter
        assert np.abs(piece.T_query_object[:3, :3] - np.eye(3)).max() > 0.05
