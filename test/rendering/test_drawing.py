"""Labels, depth pictures and contact sheets."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from pose_nodes.rendering import drawing


def test_tint_mixes_by_its_opacity_and_only_in_the_mask():
    image = np.full((4, 4, 3), 100, np.uint8)
    mask = np.zeros((4, 4), bool)
    mask[1, 2] = True
    drawing.tint(image, mask, (200, 0, 100), 0.5)
    np.testing.assert_array_equal(image[1, 2], [150, 50, 100])
    assert np.all(image[~mask] == 100)


def plate_of(image: np.ndarray, before: np.ndarray) -> tuple[int, int, int, int]:
    changed = (image != before).any(axis=2)
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    return columns[0], rows[0], columns[-1], rows[-1]


@pytest.mark.parametrize("place", [(0, 0), (-500, -500), (5000, 5000), (310, 2), (100, 100)])
def test_a_label_stays_on_the_image(place):
    image = np.full((240, 320, 3), 200, np.uint8)
    before = image.copy()
    drawing.Labels(image).write("box_0 TRACKING 0.87", *place, color=(255, 0, 0))
    left, top, right, bottom = plate_of(image, before)
    assert right - left > 100 and bottom - top > 8


def test_labels_do_not_cover_each_other():
    image = np.full((240, 320, 3), 200, np.uint8)
    labels = drawing.Labels(image)
    heights = []
    for _ in range(3):
        before = image.copy()
        labels.write("the same place", 50, 60)
        heights.append(plate_of(image, before)[1::2])
    for (_, bottom), (top, _) in itertools.pairwise(heights):
        assert top > bottom


def test_a_caption_is_on_a_copy():
    image = np.full((100, 200, 3), 200, np.uint8)
    captioned = drawing.captioned(image, "frame 1")
    assert np.all(image == 200) and not np.all(captioned == 200)


@pytest.mark.parametrize(("count", "columns", "shape"), [(5, 3, (2, 3)), (2, 4, (1, 2)), (1, 1, (1, 1))])
def test_a_contact_sheet_has_its_rows_and_columns(count, columns, shape):
    images = [np.full((60, 80, 3), 50 + 30 * i, np.uint8) for i in range(count)]
    sheet = drawing.contact_sheet(images, columns, width=40, gap=4)
    assert sheet.shape == (shape[0] * 34 + 4, shape[1] * 44 + 4, 3)
    for i in range(count):
        row, column = divmod(i, min(columns, count))
        assert np.all(sheet[4 + row * 34 + 15, 4 + column * 44 + 20] == 50 + 30 * i)


def test_near_is_red_far_is_blue_and_nothing_is_grey():
    depth = np.tile(np.linspace(0.5, 2.0, 200, dtype=np.float32), (100, 1))
    depth[:10] = np.nan
    image = drawing.depth_view(depth)
    near, far = image[50, 5].astype(int), image[50, 195].astype(int)
    assert near[0] > near[2] and far[2] > far[0]
    assert np.all(image[5, 5] == 45)


@pytest.mark.parametrize("value", [np.nan, 0.7])
def test_depth_without_any_or_with_one_value_is_a_picture_too(value):
    assert drawing.depth_view(np.full((60, 200), value, np.float32)).shape == (60, 200, 3)
