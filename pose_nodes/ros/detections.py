"""Tracks -> vision_msgs/Detection3DArray, what grasping stacks and RViz read."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from vision_msgs.msg import Detection3D, Detection3DArray, ObjectHypothesisWithPose

from pose_nodes.objects.library import ObjectLibrary
from pose_nodes.ros.located import LocatedTrack, LocatedTracks
from pose_nodes.ros.poses import fill_pose, fill_pose_with_covariance, fill_xyz


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
    best = ObjectHypothesisWithPose()
    best.hypothesis.class_id, best.hypothesis.score = track.class_name, float(track.estimate.score)
    fill_pose_with_covariance(best.pose, T_frame_object, located.covariance)
    message = Detection3D(header=array.header, id=track.id, results=[best])
    fill_pose(message.bbox.center, _at(T_frame_object, library[track.class_name].box_centre))
    fill_xyz(message.bbox.size, track.estimate.size)
    return message


def _at(T_frame_object: NDArray[np.float64], box_centre: NDArray[np.float64]) -> NDArray[np.float64]:
    """(4, 4) the motion of the object, to the (3,) centre of its box."""
    T_frame_box = T_frame_object.copy()
    T_frame_box[:3, 3] += T_frame_object[:3, :3] @ box_centre
    return T_frame_box
