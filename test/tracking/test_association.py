"""Which segment shows which track."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pose_nodes.geometry import se3
from pose_nodes.tracking.association import assign, overlap

PLACE = [0.03, -0.02, 0.55]


@pytest.fixture
def shown(show):
    frame, (segment,) = show(0, PLACE)
    return frame.camera, segment.mask


def posed(place: list[float]) -> se3.Matrix:
    return se3.from_rotation_vector([0.5, 0.6, 0.2], place)


def test_an_object_lies_within_its_own_mask(die, shown):
    camera, mask = shown
    assert overlap(die.points, posed(PLACE), mask, camera) > 0.95


@pytest.mark.parametrize(
    "place", [[0.15, -0.02, 0.55], [0.03, -0.02, -0.55], [0.03, -0.02, 0.0], [5.0, 0, 1.0]]
)
def test_an_object_elsewhere_behind_the_camera_or_out_of_the_image_does_not(die, shown, place):
    camera, mask = shown
    assert overlap(die.points, posed(place), mask, camera) == 0.0


def test_half_a_mask_holds_half_of_the_object(die, shown):
    camera, mask = shown
    middle = int(camera.project(np.array([PLACE]))[0, 0])
    half = mask.copy()
    half[:, middle:] = False
    assert overlap(die.points, posed(PLACE), half, camera) == pytest.approx(0.5, abs=0.1)


def test_what_is_cut_off_by_the_image_is_not_within(die, show):
    place = [0.27, 0.0, 0.5]  # the right border of the image is at 0.267
    frame, (segment,) = show(0, place)
    assert 0.2 < overlap(die.points, posed(place), segment.mask, frame.camera) < 0.7


def test_no_points_are_nowhere(shown):
    camera, mask = shown
    one = np.zeros((1, 3))
    assert overlap(one, posed(PLACE), np.ones_like(mask), camera) == 1.0


@given(st.integers(0, 4), st.integers(0, 4), st.integers(0, 1000))
def test_the_assignment_has_the_largest_sum_of_overlaps(segments, tracks, seed):
    overlaps = np.random.default_rng(seed).random((segments, tracks))
    found = assign(overlaps, 0.0)
    assert len(found) == len(set(found.values())) == min(segments, tracks)
    total = sum(overlaps[pair] for pair in found.items())
    wide = overlaps if segments <= tracks else overlaps.T
    sums = [
        sum(wide[row, column] for row, column in enumerate(columns))
        for columns in itertools.permutations(range(wide.shape[1]), wide.shape[0])
    ]
    assert total == pytest.approx(max(sums, default=0.0))


def test_too_little_overlap_is_no_match():
    assert assign(np.array([[0.29, 0.0], [0.0, 0.31]]), 0.3) == {1: 1}
    assert assign(np.zeros((0, 3)), 0.3) == assign(np.zeros((3, 0)), 0.3) == {}
