"""The options of player_node: one source for its parameters, config/player.yaml and the documentation."""

from __future__ import annotations

from dataclasses import dataclass

from pose_nodes.core.config import group, option


@dataclass(frozen=True)
class PlayedSegmentationConfig:
    """How the recorded masks are played, as if a segmenter had made them."""

    publish: bool = option(True, "publish the masks on segmentation")
    every: int = option(
        1, "masks of every n-th image only, beginning with the first", minimum=1, maximum=100000
    )
    delay: float = option(
        0.0,
        "masks come so much later than their image, as from a slow segmenter",
        unit="s",
        minimum=0.0,
        maximum=10.0,
    )


@dataclass(frozen=True)
class PlayerConfig:
    """All options of player_node."""

    autostart: bool = option(True, "configure and activate at start; otherwise a lifecycle manager does it")
    folder: str = option("", "the BOP scene to play, such as dataset/test/000001 (required)")
    names: str = option(
        "",
        "names of the objects by number, such as '1:bunny, 2:cube'; empty: those of its objects.yaml",
    )
    rate: float = option(30.0, "images per second", unit="1/s", minimum=0.1, maximum=240.0)
    loop: bool = option(False, "begin anew at the end")
    keep: bool = option(
        False, "keep the images of the first lap of a loop, 2 MB each, instead of reading them anew"
    )
    use_recorded_stamps: bool = option(
        False,
        "stamp messages with the sequence's own time, which goes back in a loop, instead of the clock's",
    )
    frame_id: str = option("camera_color_optical_frame", "frame of all images")
    depth_encoding: str = option("16UC1", "16UC1 (millimetres) or 32FC1 (metres)", choices=("16UC1", "32FC1"))
    color_encoding: str = option("rgb8", "order of the colour channels", choices=("rgb8", "bgr8"))
    reliable: bool = option(
        False, "publish images reliably, so that a slow subscriber loses none, instead of as a camera does"
    )
    wait_for_subscribers: int = option(
        0, "begin when so many nodes subscribe to the depth images", minimum=0, maximum=100
    )
    publish_truth: bool = option(False, "publish the recorded true poses on ~/truth")
    exit_when_done: bool = option(False, "end the process a moment after the last image")
    segmentation: PlayedSegmentationConfig = group(PlayedSegmentationConfig, "the recorded masks")
