"""A teacher's descriptors are stored once, and are the labels of the points that they belong to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs PyTorch")
pytest.importorskip("safetensors", reason="weights need safetensors")

from pose_nodes.core.errors import InvalidConfigError, InvalidDatasetError
from pose_nodes.networks.gedi import GediConfig, GediNetwork
from pose_nodes.networks.patches import PatchSampler
from pose_nodes.networks.weight_files import load_network, save_network
from training.clouds.augmentation import AugmentationOptions
from training.clouds.cached_pairs import CachedPairs
from training.clouds.labelled_samples import LabelledSamples, LabelOptions
from training.clouds.matching_samples import MatchingOptions, MatchingSamples
from training.clouds.patch_samples import PatchOptions, PatchSamples
from training.clouds.relations import Placed
from training.clouds.teacher_labels import TeacherLabels, store_for
from training.clouds.teacher_store import TeacherStore, write_store
from training.data.object_pool import ObjectPool

STILL = AugmentationOptions(
    rotation=False, jitter=0.0, normal_jitter=0.0, drop=0.0, cut=0.0, cut_share=0.0, scale=0.0
)
POINTS = 200


@pytest.fixture(scope="module")
def weights(tmp_path_factory) -> Path:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("teacher") / "teacher.safetensors"
    save_network(path, GediNetwork(GediConfig(size="tiny", dimension=8)), {})
    return path


@pytest.fixture(scope="module")
def store_folder(weights, pool, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("store")
    assert list(write_store(folder, load_network(weights), weights, pool, POINTS)) == list(
        range(len(pool) + 1)
    )
    return folder


@pytest.fixture(scope="module")
def model_pairs(caches, pool):
    return CachedPairs([caches / "model"], pool)


def labelled(pairs, store_folder, **options) -> LabelledSamples:
    store = TeacherStore(store_folder, pairs.pool)
    return LabelledSamples(pairs, store, LabelOptions(points=POINTS, **options), STILL, seed=0)


def test_stored_descriptors_are_half_floats_in_mapped_memory_of_points_on_the_surface(store_folder, pool):
    records = TeacherStore(store_folder, pool)[1]
    assert records["descriptor"].dtype == np.float16 and records["descriptor"].shape == (POINTS, 8)
    base = records
    while not isinstance(base, np.memmap) and base.base is not None:
        base = base.base
    assert isinstance(base, np.memmap)
    np.testing.assert_allclose(
        np.linalg.norm(records["descriptor"][records["valid"]].astype(float), axis=1), 1.0, atol=5e-3
    )
    mesh = pool.object(1).mesh
    assert (records["point"] <= mesh.vertices.max(axis=0) + 1e-6).all()


def test_what_is_stored_is_not_made_again(store_folder, weights, pool):
    assert list(write_store(store_folder, load_network(weights), weights, pool, POINTS)) == [len(pool)]


def test_an_interruption_loses_one_object_at_most(weights, pool, store_folder, tmp_path):
    network = load_network(weights)
    making = write_store(tmp_path, network, weights, pool, POINTS)
    assert [next(making), next(making)] == [0, 1]
    making.close()
    with pytest.raises(InvalidDatasetError, match=r"lacks the object '.*'; run `python -m training teacher-"):
        TeacherStore(tmp_path, pool)
    assert next(iter(write_store(tmp_path, network, weights, pool, POINTS))) == 1
    assert list(write_store(tmp_path, network, weights, pool, POINTS))[-1] == len(pool)
    whole, gone_on = TeacherStore(store_folder, pool), TeacherStore(tmp_path, pool)
    assert all(np.array_equal(whole[number], gone_on[number]) for number in range(len(pool)))


def test_labels_of_the_query_are_those_stored_and_of_the_target_those_of_the_nearest(
    model_pairs, store_folder, pool
):
    samples = labelled(model_pairs, store_folder, reach=0.15)
    store, shares = TeacherStore(store_folder, pool), []
    for place in range(4):
        sample = samples[place]
        middle = sample.offsets[0]
        numbers = [int(model_pairs[index].object) for index in range(4)]
        known = np.concatenate([store[number]["descriptor"] for number in set(numbers)])
        known = {row.tobytes() for row in known}
        assert all(row.tobytes() in known for row in sample.labels[sample.labelled])
        assert (sample.labels[~sample.labelled][middle:] == 0).all()
        # All that are on the object, as 0.15 diameters reach the next of the stored points.
        on_object = np.mean([model_pairs[index].target_on_object.mean() for index in range(4)])
        shares.append(sample.labelled[middle:].mean())
    assert np.mean(shares) == pytest.approx(on_object, abs=0.05)


def test_a_label_is_that_of_the_nearest_stored_point_within_reach_on_the_object(store_folder, pool):
    records = TeacherStore(store_folder, pool)[0]
    diameter = pool.object(0).diameter
    on, off = records["point"][:50] + np.float32(1e-6), records["point"][50:60] + np.float32(diameter)
    cloud = Placed(np.concatenate([on, off, on[:5]]).astype(float), np.zeros((65, 3)), np.arange(65) < 60)
    labels = TeacherLabels(TeacherStore(store_folder, pool), 0.03).of(0, cloud, diameter)
    np.testing.assert_array_equal(labels.known[:50], records["valid"][:50])
    assert not labels.known[50:].any() and not labels.descriptors[~labels.known].any()
    known = labels.known[:50]
    np.testing.assert_array_equal(labels.descriptors[:50][known], records["descriptor"][:50][known])


@pytest.mark.parametrize("kind", ["model", "views"])
def test_points_that_learn_to_match_have_labels_in_both_clouds_where_there_is_a_teacher(
    caches, pool, store_folder, kind
):
    pairs = CachedPairs([caches / kind], pool)
    labels = TeacherLabels(TeacherStore(store_folder, pool), 0.15)
    plain, taught = (
        MatchingSamples(pairs, MatchingOptions(points=200), AugmentationOptions(), 0, teacher)[0]
        for teacher in (None, labels)
    )
    np.testing.assert_array_equal(plain.points, taught.points)
    assert plain.labels.shape == (len(plain.points), 0) and not plain.labelled.any()
    assert taught.labels.shape == (len(taught.points), 8)
    middle = taught.offsets[0]
    assert min(taught.labelled[:middle].mean(), taught.labelled[middle:].mean()) > 0.5
    norms = np.linalg.norm(taught.labels[taught.labelled].astype(float), axis=1)
    np.testing.assert_allclose(norms, 1.0, atol=5e-3)


def test_a_store_of_another_dimension_is_refused(store_folder, pool):
    assert store_for(str(store_folder), pool, 8).dimension == 8
    with pytest.raises(InvalidConfigError, match=r"have 8 numbers, the student's 32; set network\.dim"):
        store_for(str(store_folder), pool, 32)


def test_supervision_can_be_of_one_cloud_alone(model_pairs, store_folder):
    for supervision, of_query, of_target in (("query", True, False), ("target", False, True)):
        sample = labelled(model_pairs, store_folder, supervision=supervision)[0]
        middle = sample.offsets[0]
        assert sample.labelled[:middle].any() == of_query and sample.labelled[middle:].any() == of_target


def test_pairs_of_two_views_are_refused(caches, pool, store_folder):
    with pytest.raises(InvalidConfigError, match="takes pairs of kind 'model', and this cache is of 'views'"):
        labelled(CachedPairs([caches / "views"], pool), store_folder)[0]


def test_stores_of_others_are_refused(store_folder, weights, pool, pool_folder, tmp_path):
    with pytest.raises(InvalidDatasetError, match=r"store.json: is missing; make a store"):
        TeacherStore(tmp_path, pool)
    with pytest.raises(InvalidConfigError, match=r"'points' was 200, is 100\); choose another folder"):
        next(write_store(store_folder, load_network(weights), weights, pool, 100))
    path = store_folder / "train" / f"{pool.names[0]}.npy"
    whole = path.read_bytes()
    path.write_bytes(whole[:50])
    with pytest.raises(InvalidDatasetError, match=r"\.npy: is damaged .*; delete it and run"):
        TeacherStore(store_folder, pool)[0]
    path.write_bytes(b"")
    with pytest.raises(InvalidDatasetError, match=r"\.npy: is damaged"):
        TeacherStore(store_folder, pool)[0]
    np.save(path, np.zeros(3))
    with pytest.raises(InvalidDatasetError, match=r"\.npy: has no records of 8 numbers a point; delete it"):
        TeacherStore(store_folder, pool)[0]
    path.write_bytes(whole)
    about = (store_folder / "store.json").read_text()
    (store_folder / "store.json").write_text(about.replace('"dimension"', '"dimensions"'))
    with pytest.raises(InvalidDatasetError, match="does not tell the 'dimension'"):
        TeacherStore(store_folder, pool)
    (store_folder / "store.json").write_text(about)
    other = ObjectPool(pool_folder)
    other.fingerprint = "another"
    with pytest.raises(InvalidConfigError, match="is of other objects than those of"):
        TeacherStore(store_folder, other)


def test_patches_of_a_pair_are_around_corresponding_points(caches, pool):
    pairs = CachedPairs([caches / "views"], pool)
    sampler = PatchSampler(radius=0.3, neighbours=60, samples=32)
    samples = PatchSamples(pairs, sampler, PatchOptions(patches=40), STILL, seed=0)
    sample = samples[0]
    count = len(sample.source_patches)
    assert 5 < count <= 40
    assert sample.source_patches.shape == sample.target_patches.shape == (count, 3, 32)
    assert sample.apart.shape == (count, count) and sample.apart.any() and not sample.apart.diagonal().any()
    # The same surface in its own frame: nearer to its counterpart than to others, on average.
    extent = [np.abs(each).mean(axis=2) for each in (sample.source_patches, sample.target_patches)]
    gaps = np.linalg.norm(extent[0][:, None] - extent[1], axis=2)
    assert gaps.diagonal().mean() < gaps[sample.apart].mean()


def extents(clouds) -> np.ndarray:
    return np.array([np.linalg.norm(points, axis=1).max() for points in clouds])


def test_both_clouds_have_another_size_where_sizes_are_uncertain(model_pairs, store_folder):
    store, options = TeacherStore(store_folder, model_pairs.pool), LabelOptions(points=POINTS)
    still, scaled = (
        LabelledSamples(model_pairs, store, options, replace(STILL, scale=scale), seed=0)[0]
        for scale in (0.0, 0.1)
    )
    ratios = extents(np.split(scaled.points, scaled.offsets[:1])) / extents(
        np.split(still.points, still.offsets[:1])
    )
    assert ratios[0] == pytest.approx(ratios[1], rel=1e-4) and abs(ratios[0] - 1.0) > 0.005


def test_patches_are_of_clouds_of_another_size_where_sizes_are_uncertain(caches, pool):
    pairs, sampler = CachedPairs([caches / "views"], pool), PatchSampler(0.3, 60, 32)
    still, scaled = (
        PatchSamples(pairs, sampler, PatchOptions(patches=40), replace(STILL, scale=scale), seed=0)[0]
        for scale in (0.0, 0.1)
    )
    assert still.source_patches.shape == scaled.source_patches.shape
    assert np.abs(still.source_patches - scaled.source_patches).max() > 0.01


def test_spread_labels_are_of_the_same_points_and_unit_vectors_about_the_origin(model_pairs, store_folder):
    plain, spread = (labelled(model_pairs, store_folder, reach=0.15, spread=power)[0] for power in (0.0, 1.0))
    np.testing.assert_array_equal(plain.points, spread.points)
    np.testing.assert_array_equal(plain.labelled, spread.labelled)
    assert not spread.labels[~spread.labelled].any()
    before, after = (sample.labels[sample.labelled].astype(float) for sample in (plain, spread))
    np.testing.assert_allclose(np.linalg.norm(after, axis=1), 1.0, atol=5e-3)
    assert np.linalg.norm(after.mean(axis=0)) < 0.5 * np.linalg.norm(before.mean(axis=0))
