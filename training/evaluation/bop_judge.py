"""How right a pose is by the errors of the BOP benchmark, in the image that a pair of clouds is of."""

from __future__ import annotations

from dataclasses import dataclass

from pose_nodes.geometry import se3
from pose_nodes.metrics.bop.errors import ErrorMeter
from pose_nodes.metrics.bop.recall import Found, LocalisationScore
from pose_nodes.sequences.recording import Recording


@dataclass(frozen=True, eq=False)
class BopJudge:
    """One object in one image, where it is once.

    Attributes:
        recording: of the image, which is read again when a pose is judged.
        index: of the image in the recording.
        meter: of the object.
    """

    recording: Recording
    index: int
    meter: ErrorMeter

    def score(self, T_camera_object: se3.Matrix | None, T_true: se3.Matrix) -> LocalisationScore:
        """Recalls of this one target; their means over targets are those of the benchmark.

        Args:
            T_camera_object: (4, 4) estimated pose; None where there is none.
            T_true: (4, 4) true pose.

        Raises:
            InvalidDatasetError: the image cannot be read.
        """
        frame = self.recording[self.index].frame
        estimates = [] if T_camera_object is None else [T_camera_object]
        return LocalisationScore.of(
            Found.of(self.meter.measure(estimates, [T_true], frame.camera, frame.depth))
        )
