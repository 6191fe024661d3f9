"""The options of tracker_node: one source for its parameters, config/tracker.yaml and the documentation."""

from __future__ import annotations

from dataclasses import dataclass

from pose_nodes.core.config import group, option
from pose_nodes.tracking.config import TrackerConfig


@dataclass(frozen=True)
class InputsConfig:
    """What is taken from the camera."""

    use_color: bool = option(
        True, "wait for the colour image; without it, depth and camera info suffice and the overlay is grey"
    )
    rectified: bool = option(
        False, "the images are rectified: take the intrinsics from P of the camera info instead of K"
    )


@dataclass(frozen=True)
class SynchronisationConfig:
    """How the images of one moment are brought together."""

    slop: float = option(
        0.03,
        "largest difference of the stamps of colour, depth and camera info; about half the frame period",
        unit="s",
        minimum=0.0005,
        maximum=1.0,
    )
    queue_size: int = option(
        8, "messages of each stream that wait for their counterparts", minimum=2, maximum=100
    )


@dataclass(frozen=True)
class SegmentationConfig:
    """How bare label images are read."""

    label_classes: str = option(
        "", "class of each label of the images on segmentation/labels, such as '1:mug, 2:bowl'; empty: unused"
    )


@dataclass(frozen=True)
class FramesConfig:
    """In which frame poses are told, and what TF shows."""

    target_frame: str = option(
        "", "frame to tell poses in, looked up in TF at the image's stamp; empty: the camera's optical frame"
    )
    target_frame_timeout: float = option(
        0.1, "how long to wait for that transform", unit="s", minimum=0.0, maximum=2.0
    )
    static_frame: str = option(
        "",
        "frame in which most things stand still, such as odom or base_link: its TF takes the camera's motion "
        "out of predictions, and velocities are relative to it; empty: unused",
    )
    static_frame_timeout: float = option(
        0.03, "how long to wait for that transform, with each image", unit="s", minimum=0.0, maximum=1.0
    )
    publish_tf: bool = option(True, "broadcast a TF frame for each tracked object", dynamic=True)
    prefix: str = option("", "put before the track id to name the TF frame, such as 'left/'", dynamic=True)


@dataclass(frozen=True)
class MarkersConfig:
    """The markers for RViz."""

    publish: bool = option(True, "publish ~/markers", dynamic=True)
    rate: float = option(
        10.0, "at most so many marker messages", unit="1/s", minimum=0.1, maximum=100.0, dynamic=True
    )
    mesh_triangles: int = option(
        800,
        "triangles that each object's mesh is thinned to; 0 shows only axes and names",
        minimum=0,
        maximum=20000,
    )


@dataclass(frozen=True)
class OverlayConfig:
    """The picture of the poses on the colour image."""

    publish: bool = option(True, "draw and publish ~/overlay while somebody subscribes to it", dynamic=True)
    rate: float = option(
        10.0, "at most so many pictures", unit="1/s", minimum=0.1, maximum=100.0, dynamic=True
    )


@dataclass(frozen=True)
class TrackerNodeConfig:
    """All options of tracker_node."""

    autostart: bool = option(True, "configure and activate at start; otherwise a lifecycle manager does it")
    objects_file: str = option("", "the objects.yaml that names the meshes to look for (required)")
    inputs: InputsConfig = group(InputsConfig, "what is taken from the camera")
    synchronisation: SynchronisationConfig = group(
        SynchronisationConfig, "how images of one moment are paired"
    )
    segmentation: SegmentationConfig = group(SegmentationConfig, "how bare label images are read")
    frames: FramesConfig = group(FramesConfig, "the frame of the poses, and TF")
    markers: MarkersConfig = group(MarkersConfig, "markers for RViz")
    overlay: OverlayConfig = group(OverlayConfig, "picture of the poses on the colour image")
    tracker: TrackerConfig = group(TrackerConfig, "the tracker itself")
