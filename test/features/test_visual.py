"""Visual descriptors of an object and of an image of it agree where they are of the same place."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.core.frame import Frame
from pose_nodes.core.observation import Observation
from pose_nodes.core.segment import Segment
from pose_nodes.features.appearance import Appearance
from pose_nodes.features.patch_encoder import PatchEncoder
from pose_nodes.features.query_views import surface_tokens
from pose_nodes.features.visual import Visual
from pose_nodes.features.visual_config import VisualConfig
from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.rendering.color import ColorRenderer

CAMERA = PinholeCamera(300.0, 300.0, 79.5, 59.5, 160, 120)
CONFIG = VisualConfig(patches=8, views=30, pixels=112, components=16)
T = se3.from_rotation_vector([0.5, 0.7, 0.2], [0.01, 0.0, 0.4])


@pytest.fixture(scope="module")
def encoder(tiny_dinov2):
    return PatchEncoder.load(tiny_dinov2, threads=1)


@pytest.fixture(scope="module")
def observation(painted_box):
    """The box before a grey wall."""
    image, depth = ColorRenderer(painted_box.mesh).render(T, CAMERA)
    mask = np.isfinite(depth)
    color = np.where(mask[..., None], image, np.uint8(120))
    frame = Frame(0, "camera", CAMERA, np.where(mask, depth, np.float32(1.2)), color)
    return Observation(frame, Segment(mask, "painted_box"))


def seen(model):
    """Which points of the model the camera sees, and all of them in its frame."""
    points, normals = se3.transform(T, model.points), se3.rotate(T, model.normals)
    return np.einsum("ij,ij->i", points, normals) < 0.0, points


def test_every_point_of_a_convex_object_is_seen_in_several_views_but_never_in_all(painted_box, encoder):
    surface = surface_tokens(painted_box, encoder, CONFIG)
    assert surface.means.shape == (len(painted_box.points), 32) and np.isfinite(surface.means).all()
    assert surface.views.min() >= 5 and surface.views.max() < CONFIG.views


def test_points_of_the_image_match_points_of_the_same_side(painted_box, encoder, observation):
    visual = Visual(encoder, CONFIG)
    known = visual.of_object(painted_box)
    which, points = seen(painted_box)
    found = visual.of_points(points[which], observation, known.components)
    for features in (found, known.features):
        np.testing.assert_allclose(np.linalg.norm(features, axis=1), 1.0, atol=1e-5)
    nearest = (found @ known.features.T).argmax(axis=1)
    same = np.einsum("ij,ij->i", painted_box.normals[which], painted_box.normals[nearest]) > 0.9
    assert same.mean() > 0.8


def test_points_that_no_view_shows_have_no_vector(painted_box, encoder):
    inside = replace(painted_box, points=np.vstack([painted_box.points, np.zeros((1, 3))]),
                     normals=np.vstack([painted_box.normals, [[0.0, 0.0, 1.0]]]))  # fmt: skip
    features = Visual(encoder, CONFIG).of_object(inside).features
    assert not features[-1].any() and features[:-1].any(axis=1).all()


def test_the_background_does_not_count_where_it_is_painted_black(painted_box, encoder, observation):
    other = replace(observation.frame, color=np.where(
        observation.mask[..., None], observation.frame.color, np.uint8(10)))  # fmt: skip
    elsewhere = Observation(other, observation.segment)
    which, points = seen(painted_box)
    for black in (True, False):
        visual = Visual(encoder, replace(CONFIG, black=black))
        components = visual.of_object(painted_box).components
        pair = [visual.of_points(points[which], one, components) for one in (observation, elsewhere)]
        assert np.array_equal(*pair) == black


def test_of_all_poses_that_depth_cannot_tell_apart_the_true_one_looks_most_like_the_image(
    painted_box, encoder, observation
):
    poses = [T @ motion for motion in painted_box.symmetry.elements()]
    found = Appearance(painted_box.mesh, encoder, CONFIG).similarities(poses, observation)
    assert len(found) == 24 and np.abs(found).max() <= 1.0 + 1e-6
    assert found.argmax() == 0 and found[0] > 0.99 and np.sort(found)[-2] < 0.98


def test_what_is_hidden_does_not_mislead(painted_box, encoder, observation):
    mask = observation.mask.copy()
    mask[:, : np.flatnonzero(mask.any(axis=0)).mean().astype(int)] = False
    color = np.where(mask[..., None], observation.frame.color, np.uint8(250))
    hidden = Observation(replace(observation.frame, color=color), Segment(mask, "painted_box"))
    poses = [T @ motion for motion in painted_box.symmetry.elements()]
    assert Appearance(painted_box.mesh, encoder, CONFIG).similarities(poses, hidden).argmax() == 0


def test_without_colour_it_says_what_to_do(painted_box, encoder, observation):
    colourless = Observation(replace(observation.frame, color=None), observation.segment)
    visual = Visual(encoder, CONFIG)
    components = visual.of_object(painted_box).components
    with pytest.raises(InvalidInputError, match="no colour image, which they need; give one"):
        visual.of_points(np.ones((1, 3)), colourless, components)
    with pytest.raises(InvalidInputError, match="no colour image"):
        Appearance(painted_box.mesh, encoder, CONFIG).similarities([T], colourless)
