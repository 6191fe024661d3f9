"""Rigid motions, between messages and arithmetic."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from geometry_msgs.msg import Quaternion, Transform, Vector3
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation


@dataclass(frozen=True)
class RigidTransform:
    """Takes points x of a child frame into its parent frame: ``rotation(x) + translation``.

    Attributes:
        rotation: a single rotation.
        translation: (3,) float64, metres.
    """

    rotation: Rotation
    translation: NDArray[np.float64]

    @classmethod
    def identity(cls) -> RigidTransform:
        """The motion that moves nothing."""
        return cls(Rotation.identity(), np.zeros(3))

    @classmethod
    def from_message(cls, message: Transform) -> RigidTransform:
        """Of a geometry_msgs/Transform, whose quaternion is not zero."""
        q, t = message.rotation, message.translation
        return cls(Rotation.from_quat([q.x, q.y, q.z, q.w]), np.array([t.x, t.y, t.z]))

    def to_message(self) -> Transform:
        """As a geometry_msgs/Transform."""
        x, y, z = self.translation.tolist()
        qx, qy, qz, qw = self.rotation.as_quat().tolist()
        return Transform(translation=Vector3(x=x, y=y, z=z), rotation=Quaternion(x=qx, y=qy, z=qz, w=qw))

    def __matmul__(self, other: RigidTransform) -> RigidTransform:
        """First ``other``, then this one."""
        return RigidTransform(
            self.rotation * other.rotation, self.rotation.apply(other.translation) + self.translation
        )

    def inverse(self) -> RigidTransform:
        """From the parent frame to the child frame."""
        back = self.rotation.inv()
        return RigidTransform(back, -back.apply(self.translation))

    def towards(self, other: RigidTransform, fraction: float) -> RigidTransform:
        """Part of the way to ``other``: a straight line, and the shorter arc at a constant rate (slerp)."""
        turn = (self.rotation.inv() * other.rotation).as_rotvec()
        return RigidTransform(
            self.rotation * Rotation.from_rotvec(fraction * turn),
            (1 - fraction) * self.translation + fraction * other.translation,
        )
