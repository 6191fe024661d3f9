"""Points on an object whose texture is followed from frame to frame."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pose_nodes.geometry import se3


@dataclass(frozen=True, eq=False)
class Anchors:
    """Where points of an object's surface are seen.

    Attributes:
        image: (h, w) uint8 grey levels of the frame in which they were seen last.
        pixels: (n, 2) float32 columns and rows in it.
        before: (n, 2) float32 the same in the frame before that; None in the frame in which they were chosen.
        points: (n, 3) float64 on the surface, metres; in the camera's frame until they are `settled`, in the
            object's after.
        chosen: how many there were at first.
        motion: (6,) float64 of the object, as of `se3.perturb`, in the frame in which they were chosen; see
            `estimators.image_lag`.
        first: (n, 2) float32 pixels at which they were chosen.
        view: (3,) float64 unit vector from the object to the camera when they were settled, object frame.
        covariance: (6, 6) float64 of the pose by which they were settled, about the object's axes, m^2 and
            rad^2: what follows from them is no surer; None before.
        bias: (6, 6) part of it that depth cameras err by in each frame, as long as the object stays.
    """

    image: NDArray[np.uint8]
    pixels: NDArray[np.float32]
    points: NDArray[np.float64]
    chosen: int
    motion: NDArray[np.float64]
    first: NDArray[np.float32]
    before: NDArray[np.float32] | None = None
    view: NDArray[np.float64] | None = None
    covariance: NDArray[np.float64] | None = None
    bias: NDArray[np.float64] | None = None

    @property
    def moved(self) -> float:
        """Pixels by which they have moved since they were chosen, in the mean."""
        return float(np.hypot(*(self.pixels - self.first).T).mean())

    def kept(
        self, image: NDArray[np.uint8], pixels: NDArray[np.float32], which: NDArray[np.bool_]
    ) -> Anchors:
        """Those of (n,) that are seen in a new image, at the (n, 2) pixels there."""
        return replace(
            self,
            image=image,
            pixels=pixels[which],
            points=self.points[which],
            first=self.first[which],
            before=self.pixels[which],
        )

    def settled(
        self, T_camera_object: se3.Matrix, covariance: NDArray[np.float64], bias: NDArray[np.float64]
    ) -> Anchors:
        """The points on the object, for the pose that it has in this frame by all that is known.

        Args:
            T_camera_object: (4, 4) the pose; not that of one frame alone, which may have slid.
            covariance: (6, 6) of it, about the camera's axes.
            bias: (6, 6) part of that which lasts.
        """
        if self.covariance is not None:
            return self
        T_object_camera = se3.inverse(T_camera_object)
        turn = np.kron(np.eye(2), T_object_camera[:3, :3])
        return replace(
            self,
            points=se3.transform(T_object_camera, self.points),
            view=direction_of_view(T_camera_object),
            covariance=turn @ covariance @ turn.T,
            bias=turn @ bias @ turn.T,
        )


def direction_of_view(T_camera_object: se3.Matrix) -> NDArray[np.float64]:
    """(3,) unit vector from the object's origin to the camera, object frame."""
    towards = se3.inverse(T_camera_object)[:3, 3]
    return np.asarray(towards / np.linalg.norm(towards))
