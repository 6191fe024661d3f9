"""What the tracker asks of an estimator."""

from __future__ import annotations

from typing import Protocol

from pose_nodes.core.estimate import Evidence, PoseEstimate
from pose_nodes.core.frame import Frame
from pose_nodes.core.observation import Observation
from pose_nodes.geometry import se3


class Estimator(Protocol):
    """Finds one object, and follows it. Poses that do not suffice to act on come back unverified, with a
    reason."""

    def initialise(self, observation: Observation) -> list[PoseEstimate]:
        """Find the object in a segment, knowing nothing else; the best pose first.

        Raises:
            InvalidInputError: the mask is empty or no pixel of it has a depth.
            RegistrationError: too few points are left to register.
        """

    def update(
        self,
        observation: Observation,
        prior: PoseEstimate,
        T_predicted: se3.Matrix | None = None,
        may_search: bool = True,
    ) -> PoseEstimate:
        """Find the object near its last pose and near where its motion leads; needs no segment. If it may
        search, which takes several times as long, also from many starts around these."""

    def evidence(self, frame: Frame, T_camera_object: se3.Matrix) -> Evidence | None:
        """What a frame says of a pose as it is; None when the object would be out of the image there."""
