"""Tracks -> vision_msgs/Detection3DArray, what grasping stacks and RViz read."""

from __future__ import annotations

import numpy as np
from geometry_msgs.msg import Pose
from numpy.typing import NDArray
from vision_msgs.msg import (
    BoundingBox3D,
    Detection3D,
    Detection3DArray,
    ObjectHypothesis,
    ObjectHypothesisWithPose,
)

from pose_nodes.objects.library import ObjectLibrary
from pose_nodes.ros.located import LocatedTrack, LocatedTracks
from pose_nodes.ros.poses import to_pose, to_pose_with_covariance, to_vector


def detection_array(located: LocatedTracks, library: ObjectLibrary) -> Detection3DArray:
    """Every pose that may be acted on; empty when there is none.

    `results[0].pose` is the pose of the mesh's own origin, as it stands in the mesh file; `bbox` is the box
    around the object along the mesh's axes, at its own centre, in metres.
    """
    message = Detection3DArray(header=located.header)
    message.detections = [_detection(track, located, library) for track in located.actionable().tracks]
    return message


def _detection(located: LocatedTrack, array: LocatedTracks, library: ObjectLibrary) -> Detection3D:
    track, T_frame_object = located.track, located.T_frame_object
    assert T_frame_object is not None and located.covariance is not None and track.estimate is not None
    hypothesis = ObjectHypothesis(class_id=track.class_name, score=float(track.estimate.score))
    pose = to_pose_with_covariance(T_frame_object, located.covariance)
    return Detection3D(
        header=array.header,
        id=track.id,
        results=[ObjectHypothesisWithPose(hypothesis=hypothesis, pose=pose)],
        bbox=BoundingBox3D(
            center=_box_pose(T_frame_object, library[track.class_name].box_centre),
            size=to_vector(track.estimate.size),
        ),
    )


def _box_pose(T_frame_object: NDArray[np.float64], box_centre: NDArray[np.float64]) -> Pose:
    T_object_box = np.eye(4)
    T_object_box[:3, 3] = box_centre
    return to_pose(T_frame_object @ T_object_box)
