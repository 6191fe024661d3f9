"""Overlay pictures show the object where it is, and never fail on an odd pose."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from pose_nodes.core.errors import UnknownObjectError
from pose_nodes.core.estimate import Evidence, PoseEstimate
from pose_nodes.core.frame import Frame
from pose_nodes.core.track import Track, TrackState
from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.objects.library import ObjectLibrary
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.objects.model import build_model
from pose_nodes.rendering import drawing
from pose_nodes.rendering.overlay import OverlayItem, OverlayPainter

CAMERA = PinholeCamera(300.0, 300.0, 159.5, 119.5, 320, 240)
GREY = np.full((240, 320, 3), 90, np.uint8)
T_AHEAD = se3.from_rotation_vector([0.4, 0.3, 0.0], [0.0, 0.0, 0.5])


@pytest.fixture(scope="module")
def library() -> ObjectLibrary:
    shape = trimesh.creation.box([0.1, 0.08, 0.06])
    mesh = TriangleMesh(np.asarray(shape.vertices), np.asarray(shape.faces, np.int32))
    return ObjectLibrary.from_models([build_model("box", mesh)])


@pytest.fixture
def painter(library) -> OverlayPainter:
    return OverlayPainter(library)


def frame(color: np.ndarray | None = GREY) -> Frame:
    depth = np.full(CAMERA.shape, 0.7, np.float32)
    depth[:20] = np.nan
    return Frame(0, "camera", CAMERA, depth, color)


def item(T: np.ndarray, label: str = "", filled: bool = True, name: str = "box") -> OverlayItem:
    return OverlayItem(name, T, label, (0, 215, 130), filled)


def track(number: int, state: TrackState, T: np.ndarray | None) -> Track:
    estimate = None
    if T is not None:
        evidence = Evidence(0.9, 0.001, 0.8)
        estimate = PoseEstimate("box", T, np.ones(3), 0.87, np.eye(6), evidence, True, "agrees")
    return Track(f"box_{number}", "box", state, 0, estimate, np.zeros(6), 0, 0, "")


def test_the_silhouette_is_what_the_mesh_covers(painter):
    mask = painter.silhouette("box", T_AHEAD, CAMERA)
    corners = np.array([[x, y, z] for x in (-0.05, 0.05) for y in (-0.04, 0.04) for z in (-0.03, 0.03)])
    pixels = CAMERA.project(se3.transform(T_AHEAD, corners))
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    assert mask.dtype == bool and mask[120, 160]
    np.testing.assert_allclose([columns[0], rows[0]], pixels.min(axis=0), atol=1.5)
    np.testing.assert_allclose([columns[-1], rows[-1]], pixels.max(axis=0), atol=1.5)


def test_the_object_is_tinted_and_the_background_is_left_as_it_is(painter):
    given = frame()
    image = painter.paint(given, [item(T_AHEAD)])
    mask = painter.silhouette("box", T_AHEAD, CAMERA)
    assert image.shape == (240, 320, 3) and image.dtype == np.uint8
    assert np.all((image != GREY).any(axis=2)[mask])
    np.testing.assert_array_equal(image[200:, 250:], GREY[200:, 250:])
    np.testing.assert_array_equal(given.color, 90)  # painted on a copy


def test_an_unsure_pose_gets_the_outline_alone(painter):
    filled = painter.paint(frame(), [item(T_AHEAD)])
    outlined = painter.paint(frame(), [item(T_AHEAD, filled=False)])
    changed = [(image != GREY).any(axis=2).sum() for image in (filled, outlined)]
    assert 0 < changed[1] < 0.7 * changed[0]


@pytest.mark.parametrize(
    "translation",
    [[0, 0, -0.5], [5.0, 0, 0.5], [0.25, 0.2, 0.5], [0, 0, 0.03], [0, 0, 0.0], [-1e4, 1e4, 0.02]],
    ids=["behind", "beside", "cut by the border", "around the lens", "at the camera", "far beside"],
)
def test_no_place_of_an_object_is_an_error(painter, translation):
    T = se3.from_rotation_vector([0.1, 0.2, 0.3], translation)
    assert painter.paint(frame(), [item(T, "box_0 TRACKING 0.87")]).shape == (240, 320, 3)


def test_without_colour_the_depth_is_shown(painter):
    image = painter.paint(frame(None), [item(T_AHEAD)])
    assert image.shape == (240, 320, 3)
    assert np.all(image[5, 5] == 45) and not np.all(image[100, 20] == 45)


def test_tracks_are_drawn_with_their_states_and_searched_ones_are_noted(painter):
    image = painter.paint_tracks(
        frame(), [track(0, TrackState.TRACKING, T_AHEAD), track(1, TrackState.SEARCHING, None)]
    )
    assert (image[100:140, 140:180] != GREY[100:140, 140:180]).any()
    assert (image[:12, :60] != 90).any()  # the note in the corner


def test_a_track_keeps_its_colour_and_the_next_gets_another(painter):
    first, second = painter.color_of("box_0"), painter.color_of("box_1")
    assert first != second and painter.color_of("box_0") == first


def test_more_tracks_than_colours_begin_again(painter):
    colors = [painter.color_of(str(i)) for i in range(len(drawing.OBJECT_COLORS) + 1)]
    assert colors[0] == colors[-1] and len(set(colors)) == len(drawing.OBJECT_COLORS)


def test_an_unknown_object_is_named(painter):
    with pytest.raises(UnknownObjectError, match="'bix' is not in the object library; did you mean 'box'"):
        painter.paint(frame(), [item(T_AHEAD, name="bix")])
