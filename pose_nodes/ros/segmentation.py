"""Segmentation messages -> Segments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import Image

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.core.segment import Segment
from pose_nodes.msg import InstanceSegmentation
from pose_nodes.msg import Segment as SegmentMessage
from pose_nodes.ros.images import decode_labels


def decode_instances(message: InstanceSegmentation, topic: str) -> tuple[list[Segment], list[str]]:
    """The instances of a segmentation, and a sentence for each one that cannot be used.

    Raises:
        InvalidInputError: the label image cannot be read.
    """
    labels = decode_labels(message.labels, f"{topic} (labels)")
    segments: list[Segment] = []
    problems: list[str] = []
    for entry in message.segments:
        mask = labels == entry.label
        problem = _problem(entry, mask, topic)
        if problem is None:
            segments.append(Segment(mask, entry.class_name, entry.instance_id, float(entry.score)))
        else:
            problems.append(problem)
    return segments, problems


def decode_label_image(message: Image, topic: str, classes: Mapping[int, str]) -> list[Segment]:
    """One segment for each label of the table that is in the image; other labels are background.

    Raises:
        InvalidInputError: the label image cannot be read, or there is no table to read it by.
    """
    if not classes:
        raise InvalidInputError(
            f"{topic}: a bare label image needs the parameter segmentation.label_classes, such as '1:mug, "
            "2:bowl'"
        )
    labels = decode_labels(message, topic)
    masks = ((labels == label, name) for label, name in classes.items())
    return [Segment(mask, name) for mask, name in masks if mask.any()]


def size_problem(segments: Sequence[Segment], image_shape: tuple[int, int] | None, topic: str) -> str | None:
    """A sentence when masks are of another (height, width) than the images; None if not or unknown."""
    if not segments or image_shape is None or segments[0].mask.shape == image_shape:
        return None
    (height, width), (image_height, image_width) = segments[0].mask.shape, image_shape
    return (
        f"{topic}: masks are {width}x{height} but the depth image is {image_width}x{image_height}; segment "
        "the image that the depth is aligned to"
    )


def _problem(entry: SegmentMessage, mask: NDArray[np.bool_], topic: str) -> str | None:
    if entry.label == 0:
        return f"{topic}: '{entry.class_name}' has label 0, which is the background; number instances from 1"
    if not 0.0 <= entry.score <= 1.0:
        return f"{topic}: '{entry.class_name}' has score {entry.score:g}; it must be from 0 to 1"
    if not mask.any():
        return f"{topic}: '{entry.class_name}' (label {entry.label}) has an empty mask; leave it out instead"
    return None
