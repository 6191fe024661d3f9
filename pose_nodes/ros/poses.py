"""Rigid motions and their uncertainty as geometry_msgs."""

from __future__ import annotations

import numpy as np
from geometry_msgs.msg import Point, Pose, PoseWithCovariance, Quaternion, Transform, Twist, Vector3
from numpy.typing import NDArray

from pose_nodes.geometry import se3

Matrix = NDArray[np.float64]


def to_pose(T_frame_object: Matrix) -> Pose:
    """The pose of an object in a frame, (4, 4)."""
    return Pose(position=to_point(T_frame_object[:3, 3]), orientation=to_quaternion(T_frame_object))


def to_transform(T_parent_child: Matrix) -> Transform:
    """The transform from a child frame to its parent, (4, 4)."""
    return Transform(translation=to_vector(T_parent_child[:3, 3]), rotation=to_quaternion(T_parent_child))


def from_transform(message: Transform) -> Matrix:
    """A transform message as (4, 4)."""
    q, t = message.rotation, message.translation
    return se3.from_quaternion_xyzw([q.x, q.y, q.z, q.w], [t.x, t.y, t.z])


def to_pose_with_covariance(T_frame_object: Matrix, covariance: Matrix) -> PoseWithCovariance:
    """A pose and its (6, 6) covariance (x, y, z, rotX, rotY, rotZ about the frame's axes)."""
    return PoseWithCovariance(pose=to_pose(T_frame_object), covariance=np.ravel(covariance).astype(float))


def to_twist(velocity: Matrix) -> Twist:
    """(6,) linear and angular velocity, m/s and rad/s."""
    return Twist(linear=to_vector(velocity[:3]), angular=to_vector(velocity[3:]))


def to_point(xyz: Matrix) -> Point:
    """(3,) metres."""
    return Point(x=float(xyz[0]), y=float(xyz[1]), z=float(xyz[2]))


def to_vector(xyz: Matrix) -> Vector3:
    """(3,) in whatever unit the field has."""
    return Vector3(x=float(xyz[0]), y=float(xyz[1]), z=float(xyz[2]))


def to_quaternion(T: Matrix) -> Quaternion:
    """The rotation of a (4, 4) motion."""
    x, y, z, w = se3.quaternion_xyzw(T)
    return Quaternion(x=float(x), y=float(y), z=float(z), w=float(w))


def rotate_covariance(T_target_source: Matrix, covariance: Matrix) -> Matrix:
    """The (6, 6) covariance about the source's axes, told about the target's axes.

    Both blocks are vectors (fixed-axis translation and rotation of the object about its own origin), so that
    each turns with the rotation alone: C' = diag(R, R) C diag(R, R)^T.
    """
    turn = np.kron(np.eye(2), T_target_source[:3, :3])
    return np.asarray(turn @ covariance @ turn.T)


def rotate_velocity(T_target_source: Matrix, velocity: Matrix) -> Matrix:
    """The (6,) velocity of an object along the target's axes, as seen from a source at rest in the target."""
    return np.concatenate([T_target_source[:3, :3] @ velocity[:3], T_target_source[:3, :3] @ velocity[3:]])
