"""Tracks in the frame in which they are published."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from std_msgs.msg import Header

from pose_nodes.core.track import Track, TrackState
from pose_nodes.ros.poses import rotate_covariance, rotate_velocity


@dataclass(frozen=True, eq=False)
class LocatedTrack:
    """A track with its pose in the frame of a header.

    Attributes:
        track: the track, in the camera frame.
        T_frame_object: (4, 4), mesh coordinates (metres) into the header's frame; None while there is no
            pose.
        covariance: (6, 6) about the axes of the header's frame; None while there is no pose.
        velocity: (6,) along the axes of the header's frame, m/s and rad/s.
    """

    track: Track
    T_frame_object: NDArray[np.float64] | None
    covariance: NDArray[np.float64] | None
    velocity: NDArray[np.float64]

    @property
    def is_actionable(self) -> bool:
        """Whether the pose may be acted on: only then is it on /object_poses and in TF."""
        return self.track.state == TrackState.TRACKING and self.T_frame_object is not None


@dataclass(frozen=True, eq=False)
class LocatedTracks:
    """All tracks of one frame, in the frame of the header (which has the image's stamp)."""

    header: Header
    tracks: tuple[LocatedTrack, ...]

    def actionable(self) -> LocatedTracks:
        """Only those whose pose may be acted on."""
        return replace(self, tracks=tuple(track for track in self.tracks if track.is_actionable))


def locate(header: Header, tracks: list[Track], T_frame_camera: NDArray[np.float64]) -> LocatedTracks:
    """Express tracks in the frame of a header.

    Args:
        header: the image's stamp, and the name of the frame.
        tracks: in the camera frame.
        T_frame_camera: (4, 4), from the camera's optical frame into the header's; the identity for the camera
            itself.
    """
    return LocatedTracks(header, tuple(_located(track, T_frame_camera) for track in tracks))


def _located(track: Track, T_frame_camera: NDArray[np.float64]) -> LocatedTrack:
    velocity = rotate_velocity(T_frame_camera, track.velocity)
    if track.estimate is None:
        return LocatedTrack(track, None, None, velocity)
    return LocatedTrack(
        track,
        T_frame_camera @ track.estimate.T_camera_object,
        rotate_covariance(T_frame_camera, track.estimate.covariance),
        velocity,
    )
