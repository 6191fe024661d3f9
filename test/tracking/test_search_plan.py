"""Which segments are searched, and for which track."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pose_nodes.core.segment import Segment
from pose_nodes.core.track import TrackState
from pose_nodes.objects.library import ObjectLibrary
from pose_nodes.tracking.config import SearchConfig, StateConfig
from pose_nodes.tracking.motion_filter import MotionConfig, MotionFilter
from pose_nodes.tracking.roster import Roster
from pose_nodes.tracking.search_plan import SearchPlan

LEFT, RIGHT, MIDDLE = [-0.12, 0.0, 0.5], [0.12, 0.0, 0.5], [0.0, 0.1, 0.5]
STATES = StateConfig(segments_to_disown=3)


class Planner:
    """A plan with its roster and the warnings that it gave."""

    def __init__(self, die, config: SearchConfig) -> None:
        self.warnings: list[str] = []
        self.roster = Roster(["die"], STATES, MotionFilter(MotionConfig()))
        self._plan = SearchPlan(ObjectLibrary([die]), config, self.warnings.append)

    def searched(self, frame, segments) -> dict[str, int]:
        """Index of the segment that is searched, by track id."""
        searches = self._plan.make(self.roster, frame, segments)
        return {search.machine.id: segments.index(search.observation.segment) for search in searches}

    def ids(self) -> list[str]:
        return [machine.id for machine in self.roster]


@pytest.fixture
def planner(die) -> Planner:
    return Planner(die, SearchConfig(interval=0.3, most_instances=3))


@pytest.fixture
def tracked(planner, found_at):
    """Makes tracks that were found in frame 0."""

    def make(*places) -> list:
        machines = [planner.roster.make("die", 0) for _ in places]
        for machine, place in zip(machines, places, strict=True):
            machine.start(found_at(place), 0)
        return machines

    return make


def test_each_segment_that_belongs_to_no_track_is_a_new_one(planner, show):
    assert planner.searched(*show(0, LEFT, RIGHT)) == {"die_0": 0, "die_1": 1}
    assert all(machine.state == TrackState.SEARCHING for machine in planner.roster)


def test_the_same_object_is_not_searched_again_within_the_interval(planner, show):
    planner.searched(*show(0, LEFT))
    assert planner.searched(*show(5, LEFT)) == {}
    assert planner.searched(*show(9, LEFT)) == {}  # 297 ms
    assert planner.searched(*show(10, LEFT)) == {"die_0": 0}
    assert planner.ids() == ["die_0"]


def test_a_track_that_is_followed_is_not_searched(planner, tracked, show):
    tracked(LEFT)
    assert planner.searched(*show(1, LEFT)) == {}
    assert planner.ids() == ["die_0"]


def test_a_doubted_track_is_searched_in_its_own_segment(planner, tracked, show, die_estimator):
    left, right = tracked(LEFT, RIGHT)
    right.follow(show(1)[0], die_estimator)
    assert right.state == TrackState.SUSPECT
    assert planner.searched(*show(1, RIGHT, LEFT)) == {}  # most doubt is over in a frame or two
    for index in (2, 3):
        right.follow(show(index)[0], die_estimator)
    assert planner.searched(*show(4, RIGHT, LEFT)) == {"die_1": 0}
    assert left.state == TrackState.TRACKING


def test_a_lost_track_takes_the_free_segment_before_a_new_one_is_made(planner, tracked, show, die_estimator):
    left, right = tracked(LEFT, RIGHT)
    for index in range(1, 1 + STATES.frames_to_lose):
        right.follow(show(index)[0], die_estimator)
    assert right.state == TrackState.LOST and left.state == TrackState.TRACKING
    assert planner.searched(*show(10, LEFT, MIDDLE)) == {"die_1": 1}
    assert planner.ids() == ["die_0", "die_1"]


def test_a_further_object_is_a_new_track(planner, tracked, show):
    tracked(LEFT)
    assert planner.searched(*show(1, LEFT, RIGHT)) == {"die_1": 1}


def test_a_segment_elsewhere_is_first_held_against_the_track_and_then_searched_for_it(
    planner, tracked, show, die_estimator
):
    (machine,) = tracked(LEFT)
    for index in range(1, 4):
        assert planner.searched(*show(index, RIGHT)) == {}
        assert machine.state == TrackState.TRACKING
    machine.follow(show(4, LEFT)[0], die_estimator)
    assert machine.state == TrackState.SUSPECT and "show the object elsewhere" in machine.snapshot().reason
    assert planner.searched(*show(5, RIGHT)) == {"die_0": 0}
    assert planner.ids() == ["die_0"]


def test_a_track_is_not_missed_while_all_segments_belong_to_others(planner, tracked, show, die_estimator):
    _, right = tracked(LEFT, RIGHT)
    for index in range(1, 6):
        assert planner.searched(*show(index, LEFT)) == {}
    right.follow(show(6, LEFT, RIGHT)[0], die_estimator)
    assert right.state == TrackState.TRACKING


def test_no_more_tracks_are_made_than_allowed(planner, show):
    places = [[-0.18, -0.1, 0.6], [0.0, -0.1, 0.6], [0.18, -0.1, 0.6], [0.0, 0.1, 0.6]]
    assert len(planner.searched(*show(0, *places))) == 3
    assert planner.ids() == ["die_0", "die_1", "die_2"]


def test_a_segmentation_of_an_older_frame_is_compared_with_the_pose_of_that_time(
    planner, tracked, show, die_estimator
):
    (machine,) = tracked(LEFT)
    for index in range(1, 11):
        machine.follow(show(index, [LEFT[0] + 0.01 * index, *LEFT[1:]])[0], die_estimator)
    assert machine.state == TrackState.TRACKING
    assert planner.searched(*show(0, LEFT)) == {}
    assert planner.ids() == ["die_0"]
    assert planner.searched(*show(10, LEFT)) == {}  # elsewhere by now, which is held against the track once
    assert machine.segment_ns == 0


def test_an_unknown_class_is_told_in_one_sentence_and_makes_no_track(planner, show):
    frame, (segment,) = show(0, LEFT)
    assert planner.searched(frame, [replace(segment, class_name="dice")]) == {}
    assert planner.warnings == ["segmentation: class 'dice' is none of the objects (die)"]
    assert planner.ids() == []


def test_a_mask_of_another_size_is_told_in_one_sentence_and_makes_no_track(planner, show):
    frame, _ = show(0, LEFT)
    assert planner.searched(frame, [Segment(np.ones((480, 640), bool), "die")]) == {}
    assert planner.warnings == [
        "segmentation: mask of 'die': size is 640x480 but the depth image is 320x240; segment the image that "
        "the depth is aligned to"
    ]
    assert planner.ids() == []


def test_what_cannot_be_used_does_not_keep_the_rest_from_being_used(planner, show):
    frame, (segment,) = show(0, LEFT)
    others = [replace(segment, class_name="dice"), Segment(np.ones((4, 4), bool), "die"), segment]
    assert planner.searched(frame, others) == {"die_0": 2}
    assert len(planner.warnings) == 2


def test_a_frame_without_segments_plans_nothing(planner, tracked, show):
    (machine,) = tracked(LEFT)
    assert planner.searched(show(1, LEFT)[0], []) == {}
    assert machine.segment_ns == 0
