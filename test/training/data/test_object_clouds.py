"""Clouds are exact where the sensor is, and correspond where they say."""

from __future__ import annotations

import pickle
from dataclasses import fields, replace

import numpy as np
import open3d as o3d
import pytest
from scipy.spatial import cKDTree

from pose_nodes.core.errors import InvalidConfigError, InvalidInputError
from pose_nodes.geometry import se3
from training.data.object_clouds import CloudOptions, ObjectClouds
from training.data.object_pool import ObjectPool
from training.data.viewing import ViewOptions

EXACT = CloudOptions(points=1000, sensor="exact", mask_error=0)
TOLERANCE = 1e-4
"""Metres, within which exact points lie on the mesh."""
INDICES = range(8)


@pytest.fixture(scope="module", params=["model", "views"])
def exact(request, pool):
    return ObjectClouds(pool, replace(EXACT, kind=request.param))


@pytest.fixture(scope="module")
def measured(pool):
    return ObjectClouds(pool, CloudOptions(points=1000))


def distances(mesh, points) -> np.ndarray:
    scene = o3d.t.geometry.RaycastingScene()
    scene.add_triangles(mesh.vertices.astype(np.float32), mesh.faces.astype(np.uint32))
    return scene.compute_distance(points.astype(np.float32)).numpy()


def same(first, second) -> bool:
    return all(
        np.array_equal(getattr(first, field.name), getattr(second, field.name)) for field in fields(first)
    )


@pytest.mark.parametrize("index", INDICES)
def test_exact_points_moved_by_the_pose_lie_on_the_mesh_and_by_no_slightly_wrong_one(pool, index):
    sample = ObjectClouds(pool, EXACT)[index]
    mesh = pool.object(int(sample.object)).mesh
    target = sample.target_points.astype(np.float64)
    assert sample.target_on_object.all()
    T_source_target = se3.inverse(sample.T_target_source)
    assert distances(mesh, se3.transform(T_source_target, target)).max() < TOLERANCE
    assert distances(mesh, sample.source_points).max() < TOLERANCE
    wrong = se3.perturb(T_source_target, np.array([0.001, 0.001, 0.001, 0.0, 0.0, 0.0]))
    assert distances(mesh, se3.transform(wrong, target)).max() > TOLERANCE


@pytest.mark.parametrize("index", INDICES)
def test_the_frame_of_the_source_is_where_the_object_lies(pool, exact, index):
    sample = exact[index]
    T_object_source = se3.inverse(sample.T_source_object)
    points = se3.transform(T_object_source, sample.source_points.astype(np.float64))
    mesh = pool.object(int(sample.object)).mesh
    assert distances(mesh, points[sample.source_on_object]).max() < TOLERANCE


@pytest.mark.parametrize("index", INDICES)
def test_correspondences_are_all_pairs_of_nearest_points_within_the_radius_on_one_side(exact, index):
    sample = exact[index]
    radius = exact.options.radius * sample.diameter
    moved = se3.transform(sample.T_target_source, sample.source_points.astype(np.float64))
    normals = se3.rotate(sample.T_target_source, sample.source_normals.astype(np.float64))
    gaps = np.linalg.norm(moved[:, None] - sample.target_points[None], axis=2)
    nearest = gaps.argmin(axis=1)
    agree = (normals * sample.target_normals[nearest]).sum(axis=1) > 0.5
    wanted = np.flatnonzero((gaps.min(axis=1) < radius) & agree)
    np.testing.assert_array_equal(sample.correspondences[:, 0], wanted)
    first, second = sample.correspondences.T
    np.testing.assert_allclose(gaps[first, second], gaps.min(axis=1)[first], atol=1e-9)
    assert len(wanted) > 50


def test_two_views_overlap_as_asked_for(pool):
    source = ObjectClouds(pool, replace(EXACT, kind="views", overlap=0.5))
    assert min(len(source[index].correspondences) for index in INDICES) >= 500


@pytest.mark.parametrize("index", INDICES)
def test_normals_of_a_view_face_the_camera_and_mostly_those_of_the_mesh(pool, index):
    sample = ObjectClouds(pool, EXACT)[index]
    normals, points = sample.target_normals, sample.target_points
    np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1.0, atol=1e-5)
    assert ((normals * points).sum(axis=1) <= 1e-6).all()
    pairs = sample.correspondences
    source = se3.rotate(sample.T_target_source, sample.source_normals[pairs[:, 0]].astype(np.float64))
    assert np.median((source * normals[pairs[:, 1]]).sum(axis=1)) > 0.97


def test_measured_points_are_off_by_millimetres_and_their_number_is_as_asked(pool, measured):
    errors = []
    for index in INDICES:
        sample = measured[index]
        assert sample.target_points.shape == sample.source_points.shape == (1000, 3)
        assert np.isfinite(sample.target_points).all() and np.isfinite(sample.target_normals).all()
        points = sample.target_points[sample.target_on_object].astype(np.float64)
        inside = se3.transform(se3.inverse(sample.T_target_source), points)
        errors.append(np.median(distances(pool.object(int(sample.object)).mesh, inside)))
    assert 2e-4 < np.median(errors) < 8e-3


def test_a_mask_that_is_too_wide_takes_in_points_of_others(pool):
    source = ObjectClouds(pool, replace(EXACT, mask_error=6, views=ViewOptions(floating=0.0)))
    shares = [source[index].target_on_object.mean() for index in range(12)]
    assert min(shares) < 0.95 and max(shares) == 1.0


def test_points_beside_the_object_correspond_to_none(pool):
    source = ObjectClouds(pool, replace(EXACT, mask_error=6, views=ViewOptions(floating=0.0)))
    for index in range(12):
        sample = source[index]
        assert sample.target_on_object[sample.correspondences[:, 1]].all()


def test_few_pixels_are_had_more_than_once(pool):
    source = ObjectClouds(pool, replace(EXACT, points=20_000, views=ViewOptions(nearest=6.0, farthest=7.0)))
    sample = source[0]
    apart = len(np.unique(sample.target_points, axis=0))
    assert sample.target_points.shape == (20_000, 3) and 400 < apart < 20_000
    assert cKDTree(sample.target_points).query(sample.target_points, 1)[0].max() == 0


def test_the_same_index_gives_the_same_bits_whatever_was_made_before(pool, measured):
    fresh = pickle.loads(pickle.dumps(measured))
    backwards = {index: fresh[index] for index in reversed(range(4))}
    assert all(same(measured[index], backwards[index]) for index in range(4))


def test_other_seeds_splits_and_indices_give_other_samples(pool_folder, pool, measured):
    others = [
        measured[1],
        ObjectClouds(pool, replace(measured.options, seed=1))[0],
        ObjectClouds(ObjectPool(pool_folder, "val"), measured.options)[0],
    ]
    assert not any(np.array_equal(measured[0].target_points, other.target_points) for other in others)


def test_a_view_that_cannot_be_is_one_sentence(pool):
    source = ObjectClouds(pool, replace(EXACT, views=ViewOptions(pixels=100_000)))
    with pytest.raises(InvalidInputError, match="none of 400 views shows enough of an object; lower"):
        source[0]


@pytest.mark.parametrize(
    ("views", "message"),
    [
        (ViewOptions(nearest=7.0, farthest=6.0), "'nearest' is more than 'farthest'"),
        (ViewOptions(shortest=2.0), "'shortest' is more than 'longest'"),
        (ViewOptions(lowest=1.55), "'lowest' is more than 'highest'"),
    ],
)
def test_options_that_contradict_each_other_are_refused(pool, views, message):
    with pytest.raises(InvalidConfigError, match=message):
        ObjectClouds(pool, CloudOptions(views=views))
