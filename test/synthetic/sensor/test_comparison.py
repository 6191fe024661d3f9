"""Real and synthetic images of the same poses."""

from __future__ import annotations

import numpy as np
import pytest

from pose_nodes.core.frame import Frame
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.objects.library import ObjectLibrary
from pose_nodes.sequences.recording import GroundTruth, RecordedFrame
from pose_nodes.synthetic.sensor.comparison import SensorComparison, table_under
from pose_nodes.synthetic.sensor.config import DepthSensorConfig, QuantisationConfig

CAMERA = PinholeCamera(300.0, 300.0, 159.5, 119.5, 320, 240)
DOWN = np.deg2rad(30.0)


class Staged:
    """A recording of one image of a die, whose truth is off by an offset (m)."""

    def __init__(self, staged, die, offset: float = 0.0) -> None:
        pose = np.eye(4)
        # Seen from above: y of the die points down into the table.
        pose[1:3, 1:3] = [[np.cos(DOWN), -np.sin(DOWN)], [np.sin(DOWN), np.cos(DOWN)]]
        pose[:3, 3] = [0.0, 0.0, 0.5]
        self.frame, _ = staged((die, pose))
        self.truth = pose.copy()
        self.truth[2, 3] += offset

    def __len__(self) -> int:
        return 1

    def __getitem__(self, index: int) -> RecordedFrame:
        return RecordedFrame(index, 0, self.frame, [], [GroundTruth("die", self.truth)])


@pytest.fixture
def library(die) -> ObjectLibrary:
    return ObjectLibrary([die])


def test_both_images_show_the_object_at_its_pose(staged, die, library):
    comparison = SensorComparison(
        Staged(staged, die), library, DepthSensorConfig(quantisation=QuantisationConfig(unit=0.001))
    )
    told = comparison.statistics([0])["die"]
    assert told.real.spread == pytest.approx(0.001, rel=0.15)  # as the stage has it
    assert told.synthetic.spread < 0.0005
    assert abs(told.real.bias) < 1e-4 and told.real.pixels == told.synthetic.pixels > 1000


def test_an_object_that_is_not_at_its_pose_tells_nothing(staged, die, library):
    comparison = SensorComparison(Staged(staged, die, offset=0.01), library, DepthSensorConfig())
    assert comparison.pairs(0) == {} and comparison.statistics([0]) == {}


def test_the_table_touches_the_lower_face_and_ends_at_the_wall(staged, die):
    recording = Staged(staged, die)
    table = table_under(die, wall=1.2)(recording[0])
    frame: Frame = recording.frame
    assert table.shape == frame.camera.shape and table.dtype == np.float32
    assert np.all(table[0] == np.float32(1.2)) and np.all(table[-1] < 0.6)
    # The centre of the lower face lies on it.
    point = recording.truth[:3, :3] @ [0.0, 0.03, 0.0] + recording.truth[:3, 3]
    u, v = np.rint(CAMERA.project(point[None])[0]).astype(int)
    assert table[v, u] == pytest.approx(point[2], abs=0.002)
