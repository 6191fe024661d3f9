"""Views are windows of whole images, show what they say, and are measured as whole images are."""

from __future__ import annotations

import numpy as np
import pytest

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.geometry import se3
from pose_nodes.synthetic.scenes.rendering import SceneRenderer
from training.data.measuring import measured_depth, segmented
from training.data.viewing import MARGIN, ViewOptions, any_subject, look_at, take

OPTIONS = ViewOptions(off_axis=1.0)


def views(pool, count, options=OPTIONS):
    """(view, whole picture, window) of some objects."""
    renderer, rng = SceneRenderer(), np.random.default_rng(3)
    camera = options.camera.pinhole()
    while count:
        subject = any_subject(pool, frozenset(pool.families), options, rng)
        found = look_at(subject, options, renderer, rng)
        if found is not None:
            count -= 1
            view = take(subject, *found, camera, renderer)
            yield view, renderer.render(subject.scene, found[0], camera), found[1]


@pytest.fixture(scope="module")
def some(pool):
    return list(views(pool, 12))


def test_a_view_is_a_window_of_the_whole_image_bit_by_bit(some):
    for view, whole, _ in some:
        rows, columns = np.nonzero(view.inside)
        for name in ("depth", "normals", "instance"):
            part, full = getattr(view.rendering, name), getattr(whole, name)
            np.testing.assert_array_equal(part[rows, columns], full[rows + view.top, columns + view.left])


def test_all_that_is_seen_of_the_object_is_in_the_window_with_its_margin(some):
    for view, whole, (left, top, right, bottom) in some:
        seen = np.argwhere(whole.visible_mask(view.subject.label))
        assert (seen >= [top, left]).all() and (seen < [bottom, right]).all()
        assert len(seen) == view.mask.sum() > 0.8 * OPTIONS.pixels
        assert view.rendering.depth.shape == (bottom - top + 2 * MARGIN, right - left + 2 * MARGIN)


def test_the_visible_share_is_that_of_the_whole_image(some):
    for view, whole, _ in some:
        assert view.visible == pytest.approx(whole.visible_fraction(view.subject.label), abs=0.1)
        assert view.visible >= OPTIONS.visible


def test_the_pose_leads_from_the_object_to_what_is_seen(some):
    for view, _, _ in some:
        v, u = np.nonzero(view.mask)
        points = view.rendering.camera.unproject(view.rendering.depth, v, u)
        inside = se3.transform(se3.inverse(view.T_camera_object), points)
        vertices = view.subject.object.mesh.vertices
        assert (inside > vertices.min(axis=0) - 1e-4).all() and (inside < vertices.max(axis=0) + 1e-4).all()


def test_cameras_stand_and_look_where_the_options_say(some):
    camera = OPTIONS.camera.pinhole()
    heights = []
    for view, _, _ in some:
        vertices = view.subject.object.mesh.vertices
        middle = 0.5 * (vertices.min(axis=0) + vertices.max(axis=0))
        (seen,) = se3.transform(view.T_camera_object, middle[None])
        ((u, v),) = camera.project(seen[None])
        assert -1 <= u <= camera.width and -1 <= v <= camera.height
        distance = float(np.linalg.norm(seen))
        wished = np.array([OPTIONS.nearest, OPTIONS.farthest]) * view.subject.diameter
        low, high = np.clip(wished, OPTIONS.shortest, OPTIONS.longest)
        assert low - 1e-9 <= distance <= high + 1e-9
        (target,) = se3.transform(view.subject.object.T_world_object, middle[None])
        heights.append(np.arcsin((view.T_world_camera[2, 3] - target[2]) / distance))
    assert OPTIONS.lowest - 1e-9 <= min(heights) and max(heights) <= OPTIONS.highest + 1e-9


@pytest.mark.parametrize(("floating", "supports"), [(0.0, {True}), (1.0, {False})])
def test_objects_rest_or_hang_as_asked_for(pool, floating, supports):
    options = ViewOptions(floating=floating)
    found = {view.subject.scene.support is not None for view, _, _ in views(pool, 3, options)}
    assert found == supports


def test_exact_depth_is_that_of_the_picture_within_the_image(some):
    for view, _, _ in some:
        depth = measured_depth(view, "exact", np.random.default_rng(0))
        np.testing.assert_array_equal(depth[view.inside], view.rendering.depth[view.inside])
        assert np.isnan(depth[~view.inside]).all()


@pytest.mark.parametrize("sensor", ["realsense", "structured_light", "mixed"])
def test_measured_depth_has_noise_and_holes_and_is_the_same_again(some, sensor):
    view = some[0][0]
    first, second = (measured_depth(view, sensor, np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    error = np.abs(first - view.rendering.depth)[view.mask]
    assert 1e-4 < np.nanmedian(error) < 0.01
    assert np.isnan(first[~view.inside]).all()


def test_segmentations_err_by_at_most_so_many_pixels_and_sometimes_not(some):
    view = max((view for view, _, _ in some), key=lambda view: view.mask.sum())
    areas = [int(segmented(view, 2, np.random.default_rng(seed)).sum()) for seed in range(30)]
    assert min(areas) < view.mask.sum() < max(areas) and int(view.mask.sum()) in areas
    assert len(set(areas)) == 5
    np.testing.assert_array_equal(segmented(view, 0, np.random.default_rng(0)), view.mask)


def test_segmentations_of_small_objects_err_by_less(pool):
    ((view, _, _),) = views(pool, 1, ViewOptions(nearest=50.0, farthest=50.0, pixels=50, longest=6.0))
    rims = {int(segmented(view, 20, np.random.default_rng(seed)).sum()) for seed in range(60)}
    most = round(0.05 * float(np.sqrt(view.mask.sum())))
    assert most < 5 and len(rims) == 2 * most + 1


def test_a_family_that_never_lies_there_is_one_sentence(pool):
    with pytest.raises(InvalidInputError, match="no arrangement with one of shoe was found"):
        any_subject(pool, frozenset({"shoe"}), OPTIONS, np.random.default_rng(0))
