"""Orientations tried on a segment: the right one is among the best."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pose_nodes.core.observation import Observation
from pose_nodes.estimators.config import ViewSearchConfig
from pose_nodes.estimators.posed_object import PosedObject
from pose_nodes.estimators.view_search import ViewSearch
from pose_nodes.geometry import se3
from pose_nodes.geometry.pointcloud import lift
from pose_nodes.metrics.pose_error import pose_difference
from pose_nodes.registration.verification import DepthTolerance, View

CONFIG = ViewSearchConfig()


def proposals(model, observation, config=CONFIG) -> list[se3.Matrix]:
    posed = PosedObject(model, DepthTolerance())
    frame = observation.frame
    centroid = lift(frame.depth, observation.mask, frame.camera).mean(axis=0)
    view = View.of(frame, posed.region_around(centroid, frame.camera, config.pixels), observation.mask)
    return ViewSearch(model, config).propose(view, centroid)


def nearest(model, poses, truth) -> tuple[float, float]:
    """Least distance in diameters, and least angle in degrees, of the proposals that are near in both."""
    differences = [pose_difference(T, truth, model.symmetry) for T in poses]
    distance, angle = min(differences, key=lambda difference: difference[1])
    return distance / model.diameter, float(np.degrees(angle))


@pytest.mark.parametrize("index", [0, 12, 24])
def test_a_pose_from_which_icp_gets_home_is_among_the_proposals(bunny, bunny_model, index):
    recorded = bunny[index]
    poses = proposals(bunny_model, Observation(recorded.frame, recorded.segments[0]))
    assert len(poses) == CONFIG.keep
    assert all(se3.is_rigid(T) for T in poses)
    distance, angle = nearest(bunny_model, poses, recorded.truths[0].T_camera_object)
    assert distance < 0.35 and angle < 30


def test_a_symmetric_object_needs_few_orientations(die, staged, segment_of):
    T = se3.from_rotation_vector([0.4, 0.5, 0.1], [0.02, 0.01, 0.5])
    frame, (mask,) = staged((die, T))
    poses = proposals(die, Observation(frame, segment_of(die, mask)), replace(CONFIG, keep=3))
    distance, angle = nearest(die, poses, T)
    assert distance < 0.1 and angle < 30


def test_no_orientations_give_no_proposals(die, staged, segment_of):
    frame, (mask,) = staged((die, se3.from_rotation_translation(np.eye(3), [0, 0, 0.5])))
    observation = Observation(frame, segment_of(die, mask))
    assert proposals(die, observation, replace(CONFIG, orientations=0)) == []
