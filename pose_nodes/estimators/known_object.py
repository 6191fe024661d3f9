"""An object with all that finding and following it take, prepared once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pose_nodes.estimators.config import InstanceConfig
from pose_nodes.estimators.posed_object import PosedObject
from pose_nodes.estimators.uncertainty import Uncertainty
from pose_nodes.geometry import se3
from pose_nodes.geometry.pointcloud import PointCloud
from pose_nodes.objects.model import ObjectModel
from pose_nodes.registration.field_registration import FieldTarget
from pose_nodes.registration.icp import IcpTarget

Refine = Callable[[NDArray[np.float64], se3.Matrix, float, float], se3.Matrix]
ICP_ITERATIONS = 1000
ICP_DISTANCE = 0.03
"""At most, and in diameters: of the last stage of Open3D's ICP (dGeDi: 1,000 and 0.03)."""


@dataclass(frozen=True, eq=False)
class KnownObject:
    """One object of the library.

    Attributes:
        model: its mesh and what was computed from that.
        posed: renders it and compares it with views.
        field: its surface, which points are registered to.
        refine: moves points onto the surface by the library of the configuration: (n, 3) points in the camera
            frame, T_object_camera, how far they may be at first and what says nothing in the end, both metres
            -> T_object_camera.
        uncertainty: tells the covariance of its poses.
    """

    model: ObjectModel
    posed: PosedObject
    field: FieldTarget
    refine: Refine
    uncertainty: Uncertainty

    @classmethod
    def prepare(cls, model: ObjectModel, config: InstanceConfig) -> KnownObject:
        """Prepare a model; takes about a second."""
        field = FieldTarget(model.mesh, model.diameter)
        return cls(
            model,
            PosedObject(model, config.tolerance),
            field,
            _icp(model) if config.registration == "open3d" else _steps(field),
            Uncertainty(model, field, config.bias),
        )


def _steps(field: FieldTarget) -> Refine:
    return lambda points, T, reach, scale: field.register(points, T, reach, scale).T_object_camera


def _icp(model: ObjectModel) -> Refine:
    target = IcpTarget(PointCloud(model.points, model.normals))

    def refine(points: NDArray[np.float64], T: se3.Matrix, reach: float, scale: float) -> se3.Matrix:
        del scale  # the paper says how far the last stage reaches
        reaches = [reach, ICP_DISTANCE * model.diameter]
        return target.register(points, T, reaches, ICP_ITERATIONS).T_target_source

    return refine
