"""Whether a recorded pose can be true: no camera measures depth through an opaque object.

References of real recordings are registered by programs, and some are off by centimetres. Scored against
one of these, the right pose is a miss, and a wrong one that errs alike is a hit. The depth image itself tells
them apart, whatever the method that is scored: of a wrong one most of the silhouette is farther away than it
should be.
"""

from __future__ import annotations

from pose_nodes.core.frame import Frame
from pose_nodes.estimators.posed_object import PosedObject
from pose_nodes.geometry import se3
from pose_nodes.objects.library import ObjectLibrary
from pose_nodes.registration.verification import DepthTolerance, View

LOOKED_THROUGH = 0.5
"""Share of the silhouette that is measured farther away, from which on a pose is wrong (our choice: of the
true poses of the desk video it is 5 % at most, of its three wrong ones 68 to 74 %)."""
_PIXELS = 20_000


class ReferenceCheck:
    """Compares recorded poses of opaque objects with depth; of glass it means nothing."""

    def __init__(self, library: ObjectLibrary, tolerance: DepthTolerance | None = None) -> None:
        self._tolerance = tolerance or DepthTolerance()
        self._library = library
        self._posed: dict[str, PosedObject] = {}

    def is_contradicted(self, frame: Frame, name: str, T_camera_object: se3.Matrix) -> bool:
        """Whether the camera looks through most of where an object is said to be.

        Args:
            frame: of the image.
            name: of the object.
            T_camera_object: (4, 4) its recorded pose.

        Raises:
            UnknownObjectError: the library has no object of that name.
        """
        posed = self._of(name)
        region = posed.region(T_camera_object, frame.camera, 0.0, _PIXELS)
        if region is None:
            return False
        judgement = posed.judge(T_camera_object, View.of(frame, region))
        return judgement.evidence.contradicted_fraction > LOOKED_THROUGH

    def _of(self, name: str) -> PosedObject:
        if name not in self._posed:
            self._posed[name] = PosedObject(self._library[name], self._tolerance)
        return self._posed[name]
