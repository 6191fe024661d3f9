"""Poses of one object that its shape hardly tells apart, or not at all: the symmetry-aware refinement of
Caraffa et al., "FreeZe", ECCV 2024.

Turns that lay the surface nearly onto itself are tried beside the best pose: depth decides. Of poses that the
declared symmetry calls equal, print and colours may tell which it is: rendered views, compared with the
image.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidConfigError
from pose_nodes.core.observation import Observation
from pose_nodes.estimators.config import InstanceConfig
from pose_nodes.estimators.known_object import KnownObject
from pose_nodes.features.appearance import Appearance
from pose_nodes.features.describer import Describer
from pose_nodes.features.patch_encoder import NAME as FUSED
from pose_nodes.geometry import se3
from pose_nodes.registration.self_alignments import self_alignments

_STEP = np.deg2rad(15.0)
"""Of turns about an axis of revolution, whose looks are compared (our choice)."""


@dataclass(frozen=True, eq=False)
class LookAlikes:
    """What is known of them for one object.

    Attributes:
        near: (k, 4, 4) motions of the object that lay its surface nearly onto itself, without the identity.
        equal: (m, 4, 4) motions of its declared symmetry, the identity first.
        appearance: compares poses with the image; None where depth alone decides.
    """

    near: NDArray[np.float64]
    equal: NDArray[np.float64]
    appearance: Appearance | None

    @classmethod
    def prepare(cls, known: KnownObject, config: InstanceConfig, describer: Describer) -> LookAlikes:
        """Find them; takes about a second where they are asked for.

        Raises:
            InvalidConfigError: the image is to tell them apart, and there are no visual features.
        """
        told_by, options, model = config.told_by, config.look_alikes, known.model
        if told_by == "image" and config.features != FUSED:
            raise InvalidConfigError(
                f"look_alikes: 'told_by' is image, which needs the features {FUSED}, not {config.features}; "
                "choose these, or told_by: shape"
            )
        if told_by == "off":
            return cls(np.zeros((0, 4, 4)), np.eye(4)[None], None)
        near = self_alignments(model, known.field, options.rotations, options.chamfer)[1:]
        appearance = describer.appearance(model) if told_by == "image" else None
        return cls(near, model.symmetry.elements(_STEP), appearance)

    @property
    def by_image(self) -> bool:
        """Whether there are equal poses, and the image can tell them apart."""
        return self.appearance is not None and len(self.equal) > 1

    def turned(self, T_camera_object: se3.Matrix) -> list[se3.Matrix]:
        """The poses near which the shape looks nearly as it does at one."""
        return [T_camera_object @ motion for motion in self.near]

    def equivalents(self, T_camera_object: se3.Matrix) -> list[se3.Matrix]:
        """A pose, then all others that the declared symmetry calls equal."""
        return [T_camera_object @ motion for motion in self.equal]

    def most_alike(self, poses: Sequence[se3.Matrix], observation: Observation) -> int:
        """Index of the pose at which the object looks most like the image.

        Raises:
            InvalidInputError: there is no colour image or no segment.
        """
        assert self.appearance is not None
        return int(self.appearance.similarities(poses, observation).argmax())
