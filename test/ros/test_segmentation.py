"""Segmentation messages -> Segments."""

from __future__ import annotations

import re

import numpy as np
import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")
from sensor_msgs.msg import Image
from std_msgs.msg import Header

from pose_nodes.core.errors import InvalidConfigError, InvalidInputError
from pose_nodes.msg import InstanceSegmentation, Segment
from pose_nodes.ros.images import encode_image
from pose_nodes.ros.name_table import parse_name_table
from pose_nodes.ros.segmentation import decode_instances, decode_label_image, size_problem

pytestmark = pytest.mark.ros

LABELS = np.array([[0, 1, 1], [2, 2, 9]], np.uint8)


def segmentation(
    *entries: Segment, labels: np.ndarray = LABELS, encoding: str = "mono8"
) -> InstanceSegmentation:
    return InstanceSegmentation(labels=encode_image(labels, encoding, Header()), segments=list(entries))


def test_each_listed_label_becomes_a_segment():
    entries = (
        Segment(label=1, class_name="mug", instance_id="m1", score=0.5),
        Segment(label=2, class_name="bowl", score=1.0),
    )
    segments, problems = decode_instances(segmentation(*entries), "/masks")
    assert problems == []
    assert [(s.class_name, s.instance_id, s.score) for s in segments] == [
        ("mug", "m1", 0.5),
        ("bowl", "", 1.0),
    ]
    assert np.array_equal(segments[0].mask, LABELS == 1)
    assert np.array_equal(segments[1].mask, LABELS == 2)


def test_sixteen_bit_labels_are_read():
    labels = np.array([[0, 40000]], np.uint16)
    message = segmentation(
        Segment(label=40000, class_name="mug", score=1.0), labels=labels, encoding="mono16"
    )
    segments, _ = decode_instances(message, "/masks")
    assert np.array_equal(segments[0].mask, [[False, True]])


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        (Segment(label=5, class_name="mug", score=1.0), "'mug' \\(label 5\\) has an empty mask"),
        (Segment(label=0, class_name="mug", score=1.0), "label 0, which is the background"),
        (Segment(label=1, class_name="mug", score=1.5), "score 1.5; it must be from 0 to 1"),
        (Segment(label=1, class_name="mug", score=float("nan")), "score nan"),
    ],
)
def test_an_unusable_entry_is_left_out_with_a_sentence(entry, sentence):
    good = Segment(label=2, class_name="bowl", score=1.0)
    segments, problems = decode_instances(segmentation(entry, good), "/masks")
    assert [segment.class_name for segment in segments] == ["bowl"]
    assert len(problems) == 1
    assert re.search(sentence, problems[0])


def test_an_unreadable_label_image_is_refused_by_name():
    with pytest.raises(InvalidInputError, match=r"/masks \(labels\): encoding 'rgb8' is not one of mono8"):
        decode_instances(segmentation(labels=np.zeros((2, 2, 3), np.uint8), encoding="rgb8"), "/masks")


def test_a_label_image_is_read_by_the_table():
    image: Image = encode_image(LABELS, "mono8", Header())
    segments = decode_label_image(image, "/labels", {2: "bowl", 9: "mug", 7: "cup"})
    assert [segment.class_name for segment in segments] == ["bowl", "mug"]
    assert np.array_equal(segments[1].mask, LABELS == 9)


def test_a_label_image_without_table_is_refused():
    with pytest.raises(InvalidInputError, match="/labels: a bare label image needs the parameter"):
        decode_label_image(encode_image(LABELS, "mono8", Header()), "/labels", {})


def test_masks_of_another_size_than_the_images_are_told():
    segments = decode_label_image(encode_image(LABELS, "mono8", Header()), "/labels", {1: "mug"})
    assert size_problem(segments, (2, 3), "/labels") is None
    assert size_problem(segments, None, "/labels") is None
    assert size_problem([], (480, 640), "/labels") is None
    sentence = size_problem(segments, (480, 640), "/labels")
    assert sentence is not None and "masks are 3x2 but the depth image is 640x480" in sentence


def test_a_table_is_parsed():
    assert parse_name_table(" 1: mug,2:big bowl ", "labels") == {1: "mug", 2: "big bowl"}
    assert parse_name_table("", "labels") == {}


@pytest.mark.parametrize("text", ["mug", "0:mug", "1:", "x:mug", "1:mug,1:bowl", "70000:mug", "-1:mug"])
def test_a_broken_table_is_refused(text):
    with pytest.raises(InvalidConfigError, match=r"labels: '.*' is not understood"):
        parse_name_table(text, "labels")
