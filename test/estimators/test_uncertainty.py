"""The covariance of a pose from the points near the surface."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import trimesh

from pose_nodes.estimators.config import BiasConfig
from pose_nodes.estimators.uncertainty import Uncertainty
from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.objects.mesh import TriangleMesh
from pose_nodes.objects.model import build_model
from pose_nodes.registration.covariance import unknown_covariance
from pose_nodes.registration.field_registration import FieldTarget

T = se3.from_rotation_vector([0.3, 2.0, -0.5], [0.1, 0.0, 0.7])
REACH = 0.006
CAMERA = PinholeCamera(600.0, 600.0, 319.5, 239.5, 640, 480)


@pytest.fixture(scope="module")
def uncertainty(bunny_model) -> Uncertainty:
    return Uncertainty(bunny_model, FieldTarget(bunny_model.mesh, bunny_model.diameter), BiasConfig())


def test_a_surface_that_was_measured_all_around_is_held_in_every_direction(bunny_model, uncertainty):
    points = se3.transform(T, bunny_model.points[::2])
    deviations = np.sqrt(np.diag(uncertainty.covariance(points, T, CAMERA, REACH)))
    assert deviations[:3].max() < 0.001 and np.degrees(deviations[3:]).max() < 1.0


def test_points_out_of_reach_do_not_count(bunny_model, uncertainty):
    points = se3.transform(T, bunny_model.points[::2])
    with_others = np.concatenate([points, points + np.array([0.0, 0.0, 0.5])])
    np.testing.assert_array_equal(
        uncertainty.covariance(with_others, T, CAMERA, REACH),
        uncertainty.covariance(points, T, CAMERA, REACH),
    )


def test_what_the_border_of_the_image_cuts_off_holds_nothing():
    """A bar whose measured part seems to end where the image does: it may go on."""
    box = trimesh.creation.box([0.4, 0.03, 0.02])
    model = build_model("bar", TriangleMesh(np.asarray(box.vertices), np.asarray(box.faces, np.int32)))
    bar = Uncertainty(model, FieldTarget(model.mesh, model.diameter), BiasConfig())
    at = se3.from_rotation_translation(np.eye(3), [0.0665, 0.0, 0.5])
    x, y = (c.ravel() for c in np.meshgrid(np.linspace(0.0, 0.2665, 200), np.linspace(-0.015, 0.015, 20)))
    points = np.stack([x, y, np.full_like(x, 0.49)], axis=1)
    along = [
        np.sqrt(bar.covariance(points, at, replace(CAMERA, width=width), REACH)[0, 0]) for width in (640, 800)
    ]
    assert along[0] > 0.1 and along[1] < 0.01


@pytest.mark.parametrize("count", [0, 5])
def test_with_hardly_a_point_nothing_is_known(bunny_model, uncertainty, count):
    points = se3.transform(T, bunny_model.points[:count])
    expected = unknown_covariance(bunny_model.diameter)
    np.testing.assert_array_equal(uncertainty.covariance(points, T, CAMERA, REACH), expected)


def test_the_camera_makes_the_place_of_what_is_far_less_sure(uncertainty):
    at = [se3.from_rotation_translation(np.eye(3), [0.0, 0.0, z]) for z in (0.5, 1.0, 2.0)]
    depth = [np.sqrt(uncertainty.of_camera(T, CAMERA)[2, 2]) for T in at]
    config = BiasConfig()
    np.testing.assert_allclose(depth, np.hypot(config.depth, config.depth_quadratic * np.array([0.25, 1, 4])))


def test_most_of_what_registration_leaves_lasts_but_not_what_is_not_known_at_all(uncertainty):
    left = np.diag(np.square([0.0005, 0.0005, 0.0005, 0.005, 0.005, 1.8]))
    lasting = np.diag(uncertainty.lasting(left)) / np.diag(left)
    np.testing.assert_allclose(lasting[:5], 1.0 - BiasConfig().changing_share, rtol=0.02)
    assert lasting[5] < 0.001
