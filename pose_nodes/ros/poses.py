"""Rigid motions and their uncertainty as geometry_msgs.

Messages within messages are filled where they are: a message makes all of its parts at once, at a price, and
parts that are made again to be put in their place cost as much again.
"""

from __future__ import annotations

import numpy as np
from geometry_msgs.msg import Point, Pose, PoseWithCovariance, Quaternion, Transform, Twist, Vector3
from numpy.typing import NDArray

from pose_nodes.geometry import se3

Matrix = NDArray[np.float64]


def fill_xyz(message: Point | Vector3, xyz: Matrix) -> None:
    """(3,) metres, or in whatever unit the field has."""
    message.x, message.y, message.z = np.asarray(xyz, np.float64).tolist()


def fill_quaternion(message: Quaternion, T: Matrix) -> None:
    """The rotation of a (4, 4) motion."""
    message.x, message.y, message.z, message.w = np.asarray(se3.quaternion_xyzw(T), np.float64).tolist()


def fill_pose(message: Pose, T_frame_object: Matrix) -> None:
    """The pose of an object in a frame, (4, 4)."""
    fill_xyz(message.position, T_frame_object[:3, 3])
    fill_quaternion(message.orientation, T_frame_object)


def fill_transform(message: Transform, T_parent_child: Matrix) -> None:
    """The transform from a child frame to its parent, (4, 4)."""
    fill_xyz(message.translation, T_parent_child[:3, 3])
    fill_quaternion(message.rotation, T_parent_child)


def fill_pose_with_covariance(
    message: PoseWithCovariance, T_frame_object: Matrix, covariance: Matrix
) -> None:
    """A pose and its (6, 6) covariance (x, y, z, rotX, rotY, rotZ about the frame's axes)."""
    fill_pose(message.pose, T_frame_object)
    message.covariance = np.ravel(covariance).astype(float)


def fill_twist(message: Twist, velocity: Matrix) -> None:
    """(6,) linear and angular velocity, m/s and rad/s."""
    fill_xyz(message.linear, velocity[:3])
    fill_xyz(message.angular, velocity[3:])


def to_pose(T_frame_object: Matrix) -> Pose:
    """The pose of an object in a frame, (4, 4)."""
    message = Pose()
    fill_pose(message, T_frame_object)
    return message


def to_transform(T_parent_child: Matrix) -> Transform:
    """The transform from a child frame to its parent, (4, 4)."""
    message = Transform()
    fill_transform(message, T_parent_child)
    return message


def to_point(xyz: Matrix) -> Point:
    """(3,) metres."""
    message = Point()
    fill_xyz(message, xyz)
    return message


def from_transform(message: Transform) -> Matrix:
    """A transform message as (4, 4)."""
    q, t = message.rotation, message.translation
    return se3.from_quaternion_xyzw([q.x, q.y, q.z, q.w], [t.x, t.y, t.z])


def rotate_covariance(T_target_source: Matrix, covariance: Matrix) -> Matrix:
    """The (6, 6) covariance about the source's axes, told about the target's axes.

    Both blocks are vectors (fixed-axis translation and rotation of the object about its own origin), so that
    each turns with the rotation alone: C' = diag(R, R) C diag(R, R)^T.
    """
    R = T_target_source[:3, :3]
    blocks = covariance.reshape(2, 3, 2, 3).transpose(0, 2, 1, 3)
    return np.asarray((R @ blocks @ R.T).transpose(0, 2, 1, 3).reshape(6, 6))


def rotate_velocity(T_target_source: Matrix, velocity: Matrix) -> Matrix:
    """The (6,) velocity of an object along the target's axes, as seen from a source at rest in the target."""
    return np.concatenate([T_target_source[:3, :3] @ velocity[:3], T_target_source[:3, :3] @ velocity[3:]])
