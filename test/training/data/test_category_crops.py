"""Crops: canonical coordinates, pixels and windows are exactly what they say."""

from __future__ import annotations

import pickle
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_nodes.core.errors import InvalidConfigError, InvalidInputError
from pose_nodes.geometry.camera import PinholeCamera
from training.data.category_crops import CategoryCrops, CropOptions, CropViewOptions, square_window

EXACT = CropOptions(sensor="exact", mask_error=0, color_sensor=False)
INDICES = range(8)
CAMERA = PinholeCamera(600, 600, 319.5, 239.5, 640, 480)


@pytest.fixture(scope="module")
def exact(pool):
    return CategoryCrops(pool, EXACT)


@pytest.fixture(scope="module")
def measured(pool):
    return CategoryCrops(pool)


@pytest.mark.parametrize("index", INDICES)
def test_canonical_coordinates_are_those_of_the_points_in_the_frame_of_the_object(exact, index):
    sample = exact[index]
    points = sample.points.astype(np.float64)
    canonical = (points - sample.translation) @ sample.rotation / sample.scale
    np.testing.assert_allclose(sample.nocs, canonical, atol=1e-5)
    assert sample.on_object.all()
    half = 0.5 * sample.size / sample.scale
    assert (np.abs(sample.nocs) <= half + 1e-5).all()
    assert np.linalg.norm(sample.size) == pytest.approx(float(sample.scale))


@pytest.mark.parametrize("index", INDICES)
def test_canonical_coordinates_lie_on_the_mesh_of_the_pool(exact, pool, index):
    sample = exact[index]
    mesh = pool.object(int(sample.object)).mesh
    low, high = mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)
    assert exact.categories[int(sample.category)] == pool.families[int(sample.object)]
    inside = sample.nocs * sample.scale + 0.5 * (low + high)
    corners = mesh.vertices[mesh.faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    planes = np.abs(np.einsum("fj,fpj->fp", normals, inside[None, ::32] - corners[:, :1]))
    assert planes.min(axis=0).max() < 1e-4


@pytest.mark.parametrize("index", INDICES)
def test_points_project_into_their_pixels_of_the_crop(exact, index):
    sample = exact[index]
    left, top, right, _ = sample.window
    u, v = CAMERA.project(sample.points.astype(np.float64)).T
    side = exact.options.image
    scale = side / (right - left)
    row, column = np.divmod(sample.pixels, side)
    # A point is seen at the middle of a pixel of the whole image, which is a pixel of the crop or more.
    np.testing.assert_allclose(column + 0.5, (u - left + 0.5) * scale, atol=0.51)
    np.testing.assert_allclose(row + 0.5, (v - top + 0.5) * scale, atol=0.51)
    assert sample.mask.ravel()[sample.pixels].mean() > 0.97


@pytest.mark.parametrize("index", INDICES)
def test_windows_are_squares_around_the_mask_within_the_image(measured, index):
    sample = measured[index]
    left, top, right, bottom = sample.window
    assert right - left == bottom - top and (right - left) % 40 == 0
    assert left >= 0 and top >= 0 and right <= 640 and bottom <= 480
    rows, columns = np.nonzero(sample.mask)
    extent = max(np.ptp(rows), np.ptp(columns)) * (right - left) / 224
    assert extent <= right - left and (right - left) - extent < 42


@given(
    left=st.integers(0, 639), top=st.integers(0, 479), width=st.integers(1, 640), height=st.integers(1, 480)
)
def test_a_square_window_holds_what_is_smaller_and_lies_in_the_image(left, top, width, height):
    right, bottom = min(left + width, 640), min(top + height, 480)
    window = square_window((left, top, right, bottom), CAMERA)
    side = window[2] - window[0]
    assert side == window[3] - window[1] and side % 40 == 0 and 40 <= side <= 440
    assert window[0] >= 0 and window[1] >= 0 and window[2] <= 640 and window[3] <= 480
    if max(right - left, bottom - top) < 440:
        assert window[0] <= left and window[1] <= top and window[2] >= right and window[3] >= bottom


def test_symmetric_are_the_objects_that_may_be_turned_about_y(measured):
    kinds = {}
    for index in range(24):
        sample = measured[index]
        kinds.setdefault(measured.categories[int(sample.category)], set()).add(bool(sample.symmetric))
    assert kinds == {"bottle": {True}, "mug": {False}}


def test_colour_shows_the_object_where_the_mask_is(exact):
    """Objects differ from what is around them: by far more at the outline than within."""
    ratios = []
    for index in INDICES:
        sample = exact[index]
        grey = sample.color.astype(np.float64).mean(axis=2)
        steps = np.abs(np.diff(grey, axis=1))
        edge = sample.mask[:, 1:] != sample.mask[:, :-1]
        ratios.append(steps[edge].mean() / steps[sample.mask[:, 1:] & ~edge].mean())
    assert np.median(ratios) > 3


def test_measured_points_are_noisy_and_their_coordinates_those_of_the_exact_surface(measured):
    errors = []
    for index in INDICES:
        sample = measured[index]
        assert np.isfinite(sample.points).all() and sample.color.shape == (224, 224, 3)
        canonical = (sample.points - sample.translation) @ sample.rotation / sample.scale
        errors.append(np.median(np.abs(canonical - sample.nocs)[sample.on_object]) * sample.scale)
        assert (sample.nocs[~sample.on_object] == 0).all()
    assert 1e-4 < np.median(errors) < 0.01


def test_the_same_index_gives_the_same_bits_whatever_was_made_before(measured):
    fresh = pickle.loads(pickle.dumps(measured))
    again = {index: fresh[index] for index in reversed(range(3))}
    for index, sample in again.items():
        for field in fields(sample):
            np.testing.assert_array_equal(getattr(sample, field.name), getattr(measured[index], field.name))


def test_categories_that_are_asked_for_are_all_that_is_shown(pool):
    source = CategoryCrops(pool, replace(EXACT, categories="mug"))
    assert source.categories == ("mug",)
    assert {pool.families[int(source[index].object)] for index in range(4)} == {"mug"}


@pytest.mark.parametrize("name", ["shoe", "generic_plate"])
def test_a_category_that_the_pool_has_not_is_refused(pool, name):
    with pytest.raises(InvalidConfigError, match=f"has no '{name}'; it has bottle, mug"):
        CategoryCrops(pool, CropOptions(categories=name))


def test_a_view_that_cannot_be_is_one_sentence(pool):
    source = CategoryCrops(pool, replace(EXACT, views=CropViewOptions(pixels=100_000)))
    with pytest.raises(InvalidInputError, match="none of 400 views shows enough of an object; lower"):
        source[0]
