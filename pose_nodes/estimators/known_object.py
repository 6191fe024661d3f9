"""An object with all that finding and following it take, prepared once."""

from __future__ import annotations

from dataclasses import dataclass

from pose_nodes.estimators.posed_object import PosedObject
from pose_nodes.estimators.uncertainty import Uncertainty
from pose_nodes.geometry.pointcloud import PointCloud
from pose_nodes.objects.model import ObjectModel
from pose_nodes.registration.field_registration import FieldTarget
from pose_nodes.registration.icp import IcpTarget
from pose_nodes.registration.verification import DepthTolerance


@dataclass(frozen=True, eq=False)
class KnownObject:
    """One object of the library.

    Attributes:
        model: its mesh and what was computed from that.
        posed: renders it and compares it with views.
        target: its surface, which clouds are registered to when it is found.
        field: the same, quicker to register to when it is followed.
        uncertainty: tells the covariance of its poses.
    """

    model: ObjectModel
    posed: PosedObject
    target: IcpTarget
    field: FieldTarget
    uncertainty: Uncertainty

    @classmethod
    def prepare(cls, model: ObjectModel, tolerance: DepthTolerance) -> KnownObject:
        """Prepare a model for a sensor of the given tolerance."""
        surface, field = PointCloud(model.points, model.normals), FieldTarget(model.mesh, model.diameter)
        return cls(
            model,
            PosedObject(model, tolerance),
            IcpTarget(surface),
            field,
            Uncertainty(model, field),
        )
