"""Symmetry groups: the rigid motions that map an object onto itself.

A group is a finite set of motions (discrete part) and possibly all rotations about one axis (continuous
part), as in the models_info.json of the BOP benchmark. The notation of the objects file names a group:

    none           no symmetry
    z:2            half turns about z (any axis, any whole number of parts: x:4, y:3, ...)
    x:2,y:2,z:2    what these rotations generate together: the group of a box
    z:inf          all rotations about z: a bottle
    z:inf,x:2      and upside down: a can without print
    cube           the 24 rotations of a cube

Axes run through the given centre (for a mesh: the middle of its bounding box).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.transform import Rotation

from pose_nodes.core.errors import InvalidConfigError
from pose_nodes.geometry import se3, symmetry_kernels

_AXES = {"x": np.array([1.0, 0.0, 0.0]), "y": np.array([0.0, 1.0, 0.0]), "z": np.array([0.0, 0.0, 1.0])}
_SHORT_NAMES = {"none": "", "": "", "cube": "x:4,y:4", "box": "x:2,y:2", "sphere": None}
_TERM = re.compile(r"([xyz]):(\d+|inf)")
_LARGEST_GROUP = 128
"""More rotations are a mistake in the notation, or better said by a continuous axis."""
_ANGLE_TOLERANCE = 1e-6


@dataclass(frozen=True, eq=False)
class SymmetryGroup:
    """Motions of the object frame that leave the object unchanged.

    Attributes:
        discrete: (k, 4, 4) float64, T_object_object of the finite part; the identity comes first.
        axis: (3,) unit vector of the continuous symmetry in the object frame, or None.
        centre: (3,) a point on the axes, object frame, metres.
        notation: the group in the notation of the objects file, or "matrices" if it was given as such.
    """

    discrete: NDArray[np.float64]
    axis: NDArray[np.float64] | None
    centre: NDArray[np.float64]
    notation: str

    @classmethod
    def none(cls) -> SymmetryGroup:
        """The group that holds the identity alone."""
        return cls(np.eye(4)[None], None, np.zeros(3), "none")

    @classmethod
    def parse(cls, notation: str, centre: ArrayLike = (0.0, 0.0, 0.0)) -> SymmetryGroup:
        """Build a group from the notation of the objects file.

        Raises:
            InvalidConfigError: the text is not in the notation, or generates no usable group.
        """
        text = notation.strip().lower().replace(" ", "")
        terms = _SHORT_NAMES.get(text, text)
        if terms is None:
            raise InvalidConfigError("symmetry 'sphere': a ball has no orientation to track; use 'none'")
        parsed = [_parse_term(term, notation) for term in terms.split(",") if term]
        continuous = [axis for axis, order in parsed if order is None]
        if len(continuous) > 1:
            raise InvalidConfigError(f"symmetry '{notation}': at most one axis can be continuous ('inf')")
        generators = [_turn(axis, 2 * np.pi / order) for axis, order in parsed if order is not None]
        axis = continuous[0] if continuous else None
        if axis is not None:
            _check_compatible(axis, generators, notation)
        point = np.asarray(centre, dtype=np.float64)
        return cls(_about(_closure(generators, notation), point), axis, point, text or "none")

    @classmethod
    def from_matrices(
        cls, discrete: NDArray[np.float64], axis: ArrayLike | None = None, centre: ArrayLike = (0.0, 0.0, 0.0)
    ) -> SymmetryGroup:
        """A group as BOP's models_info.json gives it: (k, 4, 4) motions without the identity, metres."""
        motions = np.concatenate([np.eye(4)[None], np.reshape(discrete, (-1, 4, 4))])
        unit = None if axis is None else np.asarray(axis, float) / np.linalg.norm(axis)
        trivial = len(motions) == 1 and unit is None
        return cls(motions, unit, np.asarray(centre, float), "none" if trivial else "matrices")

    @property
    def is_trivial(self) -> bool:
        """Whether only the identity is in the group."""
        return len(self.discrete) == 1 and self.axis is None

    def moved(self, T_target_source: se3.Matrix) -> SymmetryGroup:
        """The group of the object in a target frame, given that of the object in this (the source) frame."""
        T = T_target_source
        axis = None if self.axis is None else T[:3, :3] @ self.axis
        centre = se3.transform(T, self.centre[None])[0]
        notation = "none" if self.is_trivial else "matrices"
        return SymmetryGroup(T @ self.discrete @ se3.inverse(T), axis, centre, notation)

    def elements(self, angular_step: float = np.deg2rad(5.0)) -> NDArray[np.float64]:
        """(m, 4, 4) motions of the group, the continuous part in steps of at most `angular_step` radians."""
        if self.axis is None:
            return self.discrete
        turns = self.turns(int(np.ceil(2 * np.pi / angular_step)))
        return np.asarray(np.einsum("aij,bjk->abik", self.discrete, turns).reshape(-1, 4, 4))

    def turns(self, count: int) -> NDArray[np.float64]:
        """(count, 4, 4) motions of the continuous part alone, evenly spread, the identity first; only the
        identity without one."""
        if self.axis is None:
            return np.eye(4)[None]
        angles = np.linspace(0.0, 2 * np.pi, count, endpoint=False)
        return _about(Rotation.from_rotvec(angles[:, None] * self.axis).as_matrix(), self.centre)

    def nearest(self, T_camera_object: se3.Matrix, T_reference: se3.Matrix) -> se3.Matrix:
        """The symmetric equivalent of a pose whose rotation is nearest to that of the reference; exact.

        For the continuous part the best angle is in closed form.
        """
        if self.is_trivial:
            return T_camera_object
        return symmetry_kernels.nearest(
            np.ascontiguousarray(T_camera_object),
            np.ascontiguousarray(T_reference),
            np.ascontiguousarray(self.discrete),
            self.axis is not None,
            np.zeros(3) if self.axis is None else self.axis,
            np.ascontiguousarray(self.centre),
        )


def _parse_term(term: str, notation: str) -> tuple[NDArray[np.float64], int | None]:
    match = _TERM.fullmatch(term)
    if match is None or match.group(2) in ("0", "1"):
        raise InvalidConfigError(
            f"symmetry '{notation}': '{term}' is not understood; use 'none', 'cube', 'box', or axes such as "
            "'z:2' (half turns about z) and 'z:inf' (any turn about z), joined by commas"
        )
    return _AXES[match.group(1)], None if match.group(2) == "inf" else int(match.group(2))


def _check_compatible(axis: NDArray[np.float64], generators: list[se3.Matrix], notation: str) -> None:
    for R in generators:
        if not np.isclose(abs(axis @ R @ axis), 1.0, atol=_ANGLE_TOLERANCE):
            raise InvalidConfigError(
                f"symmetry '{notation}': with a continuous axis, other axes can only be half turns (':2')"
            )


def _turn(axis: NDArray[np.float64], angle: float) -> se3.Matrix:
    return np.asarray(Rotation.from_rotvec(angle * axis).as_matrix())


def _closure(generators: list[se3.Matrix], notation: str) -> NDArray[np.float64]:
    """All products of (3, 3) generators: (k, 3, 3), the identity first."""
    elements = [np.eye(3)]
    for (
        element
    ) in elements:  # grows while it is walked: each new element is multiplied by each generator once
        for generator in generators:
            product = element @ generator
            if not any(np.allclose(product, known, atol=_ANGLE_TOLERANCE) for known in elements):
                elements.append(product)
        if len(elements) > _LARGEST_GROUP:
            raise InvalidConfigError(f"symmetry '{notation}': generates more than {_LARGEST_GROUP} rotations")
    return np.stack(elements)


def _about(rotations: NDArray[np.float64], centre: NDArray[np.float64]) -> NDArray[np.float64]:
    """(k, 3, 3) rotations -> (k, 4, 4) motions that turn about a point."""
    motions = np.tile(np.eye(4), (len(rotations), 1, 1))
    motions[:, :3, :3] = rotations
    motions[:, :3, 3] = centre - rotations @ centre
    return motions
