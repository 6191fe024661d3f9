"""What holds a pose where the shape does not: the texture of the surface, followed from frame to frame.

Depth tells nothing of how far a plain cylinder has turned about its axis, or a plate has moved along itself.
Corners of the image on the object are put onto its surface, and found again in the next frame by their grey
levels (Lucas and Kanade, 1981; pyramids of Bouguet, 2000). Where they went is weighed against what depth
says, each by its information, so that it counts only along what depth leaves open. It steadies poses that
depth alone does not hold well; that they are known better by it is told only of those which depth hardly
holds: all corners may drift together, as light moves over a surface (our choice).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.anchors import Anchors, direction_of_view
from pose_nodes.core.config import option
from pose_nodes.core.estimate import PoseEstimate
from pose_nodes.core.frame import Frame
from pose_nodes.estimators.corner_kernels import (
    expected,
    found_again,
    motion_of_corners,
    pose_by_corners,
    weighed,
    window,
)
from pose_nodes.estimators.image_lag import STILL, lag_covariance
from pose_nodes.estimators.posed_object import PosedObject
from pose_nodes.geometry import se3
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.registration.covariance import CORRELATED_PIXELS, EXPECTED_MOTION
from pose_nodes.registration.verification import DepthTolerance, View
from pose_nodes.rendering.depth import Region

Array = NDArray[np.float64]
Pixels = NDArray[np.float32]
Grey = NDArray[np.uint8]


@dataclass(frozen=True)
class ImageCueConfig:
    """The texture of the surface, where its shape does not hold a pose."""

    points: int = option(60, "corners that are followed; 0 for none", minimum=0, maximum=1000)
    fewest: int = option(12, "without so many, texture says nothing", minimum=4, maximum=1000)
    deviation: float = option(
        0.0015, "standard deviation of the place by depth alone, from which on texture steadies the pose",
        unit="m", minimum=0.0, maximum=1.0,
    )  # fmt: skip
    turn_deviation: float = option(
        0.015, "of the orientation, but for turns that no one can see", unit="rad", minimum=0.0, maximum=3.2
    )
    open_deviation: float = option(
        0.003, "of the place, from which on the pose is moreover thought to be known better by texture",
        unit="m", minimum=0.0, maximum=1.0,
    )  # fmt: skip
    open_turn_deviation: float = option(
        0.05, "the same of the orientation", unit="rad", minimum=0.0, maximum=3.2
    )
    pixels: float = option(
        1.0, "standard deviation of a corner's place", unit="pixels", minimum=0.05, maximum=20.0
    )
    drift: float = option(
        0.03, "standard deviation of a turn that all corners seem to make, as where light moves over a "
        "surface", unit="rad", minimum=0.0, maximum=1.0,
    )  # fmt: skip


_WINDOW = 15
_LEVELS = 2
_UNTIL = (cv2.TERM_CRITERIA_COUNT + cv2.TERM_CRITERIA_EPS, 10, 0.03)
"""Steps of a corner on a level, and pixels below which a step is the last."""
_APART = 6.0
"""Pixels between corners."""
_QUALITY = 0.02
"""Of the best corner's, that a corner must have."""
_MARGIN = 32
"""Pixels around the corners that are searched."""
_THERE_AND_BACK = 0.7
"""Pixels by which a corner may miss its start when it is followed back."""
_REACHES = np.full(3, 4.0)
"""Standard deviations beyond which a corner is thought to be followed wrongly, in each round of weighing."""
_REACHES_FROM_AFAR = np.array([16.0, 8.0, 4.0, 4.0])
"""The same from where the motion leads, which may be wrong by as much as an object moves between images."""
_VIEW_TURNED = float(np.cos(np.deg2rad(25.0)))
"""From which on corners are chosen anew: they begin to leave the visible side."""
_LEFT = 0.5
"""Share of the corners that must be left, or they are chosen anew."""
_DRAWN_PIXELS = 20_000


class ImageCue:
    """Holds the poses of one object by its texture; has no state, as the estimates carry the corners."""

    def __init__(
        self, posed: PosedObject, tolerance: DepthTolerance, lag: float, config: ImageCueConfig
    ) -> None:
        self._posed = posed
        self._tolerance = tolerance
        self._lag = lag
        self._config = config

    def rehearse(self, estimate: PoseEstimate, frame: Frame) -> None:
        """Follow corners, and correct an estimate by them, so that the first real one need not wait for
        anything to be compiled."""
        camera = frame.camera
        rng = np.random.default_rng(0)
        # Not within the object's box: a flat object has none, and its corners would say nothing of a pose.
        points = estimate.size.max() * rng.uniform(-0.5, 0.5, (self._config.fewest + 1, 3))
        pixels = camera.project(se3.transform(estimate.T_camera_object, points)).astype(np.float32)
        frame = replace(frame, color=np.zeros((*camera.shape, 3), np.uint8))
        assert frame.grey is not None
        T, nothing = estimate.T_camera_object, np.zeros((6, 6))
        anchors = Anchors(frame.grey, pixels, points, len(points), STILL, pixels)
        anchors = anchors.settled(T, estimate.covariance, estimate.bias)
        _left_open(estimate, nothing)
        self._followed(replace(estimate, anchors=anchors), frame, T)
        self._corrected(estimate, anchors, camera, STILL, nothing, makes_surer=True)

    def predicted(
        self, frame: Frame, prior: PoseEstimate, T_predicted: se3.Matrix, motion: Array
    ) -> tuple[Anchors | None, se3.Matrix]:
        """The corners of the frame before in a new one, and the pose that they lead to.

        Motion is guessed, corners are seen: registration that begins where they lead does not end beside the
        truth where an object moved twice as far as before, as in a frame after one that was lost.

        Args:
            frame: the new one.
            prior: of the frame before, with its corners if it has any.
            T_predicted: (4, 4) where the motion leads.
            motion: (6,) from the pose of the frame before to that, as of `se3.perturb`.

        Returns:
            None and the prediction as it is where too few corners are found.
        """
        followed = self._followed(prior, frame, T_predicted)
        if followed is None:
            return None, T_predicted
        change, covariance, noise = self._by_corners(
            _as_from(followed, prior.T_camera_object, frame.camera),
            T_predicted,
            frame.camera,
            motion,
            0.0,
            _REACHES_FROM_AFAR,
        )
        nothing = np.zeros((6, 6))
        delta, _, _ = weighed(EXPECTED_MOTION, EXPECTED_MOTION, nothing, covariance, noise, change)
        return followed, se3.perturb(T_predicted, delta)

    def held(
        self,
        estimate: PoseEstimate,
        frame: Frame,
        prior: PoseEstimate,
        motion: Array,
        by_camera: Array,
        followed: Anchors | None = None,
    ) -> PoseEstimate:
        """An estimate by depth, corrected by where the corners of the frame before went.

        Args:
            estimate: of this frame, by depth alone.
            frame: this one; without colour nothing is done.
            prior: of the frame before, with its corners if it has any.
            motion: (6,) that is expected since then, as of `se3.perturb`.
            by_camera: (6, 6) part of the estimate's covariance that texture does not lessen.
            followed: them in this frame, where that is known already.

        Returns:
            The estimate, with the corners of this frame where it needs them.
        """
        place, turn = _left_open(estimate, by_camera)
        is_needed = place > self._config.deviation or turn > self._config.turn_deviation
        image = frame.grey if is_needed and self._config.points > 0 else None
        if image is None:
            return replace(estimate, anchors=None)
        followed = followed or self._followed(prior, frame, estimate.T_camera_object)
        if followed is not None:
            is_open = place > self._config.open_deviation or turn > self._config.open_turn_deviation
            estimate = self._corrected(estimate, followed, frame.camera, motion, by_camera, is_open)
        if followed is None or self._is_worn_out(followed, estimate):
            followed = self._chosen(estimate, image, frame, motion)
        return replace(estimate, anchors=followed)

    def _followed(self, prior: PoseEstimate, frame: Frame, T_camera_object: se3.Matrix) -> Anchors | None:
        """The corners in a new image; None if too few are found again on what is measured of the object."""
        image = None if prior.anchors is None else frame.grey
        if prior.anchors is None or image is None or prior.anchors.image.shape != image.shape:
            return None
        anchors = prior.anchors.settled(prior.T_camera_object, prior.covariance, prior.bias)
        intrinsics = _intrinsics(frame.camera)
        last, _ = expected(anchors.points, np.ascontiguousarray(prior.T_camera_object), intrinsics)
        now, depths = expected(anchors.points, np.ascontiguousarray(T_camera_object), intrinsics)
        # From where they were, by what the object moved: they drift from where they were chosen.
        followed = _there_and_back(anchors.image, image, anchors.pixels, anchors.pixels + (now - last))
        if followed is None:
            return None
        found, back, is_followed = followed
        slack = 2.0 * self._tolerance.at(depths.astype(np.float32))
        kept = is_followed & found_again(
            anchors.pixels, back, _THERE_AND_BACK, found, depths, frame.depth, slack
        )
        if kept.sum() < self._config.fewest:
            return None
        return anchors.kept(image, found, kept)

    def _corrected(
        self,
        estimate: PoseEstimate,
        followed: Anchors,
        camera: PinholeCamera,
        motion: Array,
        by_camera: Array,
        makes_surer: bool,
    ) -> PoseEstimate:
        """The pose that depth and corners make together, each weighed by its information, and known as well
        as that, or no better than by depth.

        Where an object stays in the image, depth errs as it did when the corners were put on the object, so
        that they know nothing of that; nor do they of the camera's calibration.
        """
        alike = float(np.exp(-2.0 * followed.moved / CORRELATED_PIXELS))
        shared = np.ascontiguousarray(by_camera + alike * (estimate.bias - by_camera))
        T = estimate.T_camera_object
        change, by_corners, noise = self._by_corners(followed, T, camera, motion, alike, _REACHES)
        by_depth, bias = np.ascontiguousarray(estimate.covariance), np.ascontiguousarray(estimate.bias)
        delta, covariance, changing = weighed(by_depth, by_depth - bias, shared, by_corners, noise, change)
        if not makes_surer:
            covariance = by_depth
        moved = se3.perturb(T, delta)
        return replace(estimate, T_camera_object=moved, covariance=covariance, bias=covariance - changing)

    def _by_corners(
        self,
        followed: Anchors,
        T_camera_object: se3.Matrix,
        camera: PinholeCamera,
        motion: Array,
        alike: float,
        reaches: Array,
    ) -> tuple[Array, Array, Array]:
        """(6,) motion of `se3.perturb` that brings the points to their corners; (6, 6) covariance of the pose
        that this makes, but for a share of what depth erred by when they were chosen; (6, 6) of the noise."""
        assert followed.covariance is not None and followed.bias is not None
        T = np.ascontiguousarray(T_camera_object)
        change, information = motion_of_corners(
            followed.points, followed.pixels, T, _intrinsics(camera), self._config.pixels, reaches
        )
        anchored = followed.covariance - alike * followed.bias
        apart = lag_covariance(motion, followed.motion, self._lag)
        by_corners, noise = pose_by_corners(T, anchored, apart, self._config.drift, information)
        return change, by_corners, noise

    def _is_worn_out(self, followed: Anchors, estimate: PoseEstimate) -> bool:
        assert followed.view is not None
        few = len(followed.points) < _LEFT * followed.chosen
        return few or float(direction_of_view(estimate.T_camera_object) @ followed.view) < _VIEW_TURNED

    def _chosen(self, estimate: PoseEstimate, image: Grey, frame: Frame, motion: Array) -> Anchors | None:
        """Corners of the image on what is seen of the object; None if there are too few."""
        T, camera = estimate.T_camera_object, frame.camera
        region = self._posed.region(T, camera, 0.0, _DRAWN_PIXELS)
        if region is None:
            return None
        drawn = self._posed.render(T, camera, region)
        measured = View.of(frame, region).depth
        explained = np.abs(drawn - measured) < self._tolerance.at(drawn)
        pixels = self._corners(image, explained, region)
        if pixels is None:
            return None
        row, column = np.rint((pixels[:, ::-1] - [region.top, region.left]).T / region.stride).astype(int)
        z = drawn[row.clip(0, region.rows - 1), column.clip(0, region.columns - 1)].astype(np.float64)
        known = np.isfinite(z)
        pixels, z = pixels[known], z[known]
        if len(pixels) < self._config.fewest:
            return None
        points = camera.rays(*pixels.T.astype(np.float64)) * z[:, None]
        return Anchors(image, pixels, points, len(pixels), motion, pixels)

    def _corners(self, image: Grey, explained: NDArray[np.bool_], region: Region) -> Pixels | None:
        """(n, 2) corners of an image within the part of a region that shows the object, but for its rim."""
        inner = cv2.erode(explained.astype(np.uint8), np.ones((3, 3), np.uint8), borderValue=0)
        full = np.repeat(np.repeat(inner, region.stride, axis=0), region.stride, axis=1)
        left, top = max(region.left, 0), max(region.top, 0)
        mask = full[top - region.top :, left - region.left :]
        part = image[top : top + mask.shape[0], left : left + mask.shape[1]]
        mask = np.ascontiguousarray(mask[: part.shape[0], : part.shape[1]])
        if not mask.any():
            return None
        found: Pixels | None = cv2.goodFeaturesToTrack(  # type: ignore[assignment]
            np.ascontiguousarray(part), self._config.points, _QUALITY, _APART, mask=mask
        )
        return None if found is None else found.reshape(-1, 2) + np.array([left, top], np.float32)


def _as_from(followed: Anchors, T_before: se3.Matrix, camera: PinholeCamera) -> Anchors:
    """The corners where they would be seen, had they been where the pose of the frame before has them.

    What they are off by since they were chosen, that pose knows better.
    """
    assert followed.before is not None
    pixels, _ = expected(followed.points, np.ascontiguousarray(T_before), _intrinsics(camera))
    return replace(followed, pixels=followed.pixels + (pixels - followed.before))


def _left_open(estimate: PoseEstimate, by_camera: Array) -> tuple[float, float]:
    """Standard deviations, metres and radians, by which depth leaves place and orientation open, the camera's
    calibration left out."""
    return replace(estimate, covariance=estimate.covariance - by_camera).deviations


def _there_and_back(
    before: Grey, after: Grey, pixels: Pixels, start: Pixels
) -> tuple[Pixels, Pixels, NDArray[np.bool_]] | None:
    """Where (n, 2) pixels of an image went in another, near (n, 2) start; where from there they lead back to;
    and whether they could be followed both ways. None where they left the image."""
    height, width = before.shape
    left, top, right, bottom = window(pixels, start, _MARGIN, width, height)
    if min(right - left, bottom - top) < 2 * _WINDOW:
        return None
    part = (slice(top, bottom), slice(left, right))
    before, after = np.ascontiguousarray(before[part]), np.ascontiguousarray(after[part])
    offset = np.array([left, top], np.float32)
    pixels = pixels - offset
    found, is_found = _flow(before, after, pixels, start - offset, _LEVELS)
    back, is_back = _flow(after, before, found, pixels, levels=0)
    return found + offset, back + offset, is_found & is_back


def _flow(
    before: Grey, after: Grey, pixels: Pixels, start: Pixels, levels: int
) -> tuple[Pixels, NDArray[np.bool_]]:
    """Where (n, 2) pixels of an image went in another, near (n, 2) start; and whether they were found."""
    found, status, _ = cv2.calcOpticalFlowPyrLK(
        before,
        after,
        pixels,
        start.copy(),  # is written over
        winSize=(_WINDOW, _WINDOW),
        maxLevel=levels,
        criteria=_UNTIL,
        flags=cv2.OPTFLOW_USE_INITIAL_FLOW,
    )
    return np.asarray(found, np.float32), status.ravel().astype(np.bool_)


def _intrinsics(camera: PinholeCamera) -> Array:
    return np.array([camera.fx, camera.fy, camera.cx, camera.cy])
