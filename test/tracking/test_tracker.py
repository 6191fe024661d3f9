"""The tracker on staged frames: found, followed, lost and found again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from pose_nodes.core.errors import InvalidConfigError, UnknownObjectError
from pose_nodes.core.observation import Observation
from pose_nodes.core.segment import Segment
from pose_nodes.core.track import Track, TrackState
from pose_nodes.estimators.instance import InstanceEstimator
from pose_nodes.geometry import se3
from pose_nodes.geometry.symmetry import SymmetryGroup
from pose_nodes.metrics.pose_error import pose_difference
from pose_nodes.objects.library import ObjectLibrary
from pose_nodes.tracking.config import SearchConfig, TrackerConfig
from pose_nodes.tracking.tracker import Tracker, prepare_object

LEFT, RIGHT = [-0.12, 0.0, 0.5], [0.12, 0.0, 0.5]
CONFIG = TrackerConfig(search=SearchConfig(interval=0.0))
PERIOD_NS = 33_000_000
SEARCHING, TRACKING, SUSPECT, LOST = TrackState


@pytest.fixture
def warnings() -> list[str]:
    return []


@pytest.fixture
def tracker(die, warnings) -> Tracker:
    """That searches whenever there is a segment."""
    return Tracker(ObjectLibrary([die]), CONFIG, warnings.append)


def states(tracks: list[Track]) -> dict[str, TrackState]:
    return {track.id: track.state for track in tracks}


def place_of(track: Track) -> np.ndarray:
    assert track.estimate is not None
    return track.estimate.T_camera_object[:3, 3]


def moving(index: int) -> list[float]:
    """A place that moves by 5 mm a frame."""
    return [-0.1 + 0.005 * index, 0.0, 0.6]


def raising(error: Exception) -> Callable[..., None]:
    """A function that raises an error whatever it is given."""

    def fail(*_given: object) -> None:
        raise error

    return fail


def test_an_object_is_found_in_its_segment_and_followed_without(tracker, die, show):
    (track,) = tracker.update(*show(0, moving(0)))
    assert (track.id, track.class_name, track.state, track.stamp_ns) == ("die_0", "die", TRACKING, 0)
    for index in range(1, 20):
        (track,) = tracker.update(show(index, moving(index))[0])
        assert track.state == TRACKING and track.stamp_ns == index * PERIOD_NS
        T = se3.from_rotation_vector([0.5, 0.6, 0.2], moving(index))
        distance, angle = pose_difference(track.estimate.T_camera_object, T, die.symmetry)
        assert distance < 0.003 and np.degrees(angle) < 3
    assert track.started_ns == 0 and track.velocity[0] == pytest.approx(0.005 / 0.033, rel=0.15)


def test_without_segments_there_are_no_tracks(tracker, show):
    assert tracker.update(show(0, LEFT)[0]) == []


def test_an_object_is_lost_after_the_frames_of_the_configuration_and_found_again(tracker, show):
    tracker.update(*show(0, LEFT))
    to_lose = CONFIG.states.frames_to_lose
    for index in range(1, 11):
        (track,) = tracker.update(show(index)[0])
        assert track.state == (SUSPECT if index < to_lose else LOST)
    assert track.estimate is None and track.supported_ns == 0
    (track,) = tracker.update(show(11, RIGHT)[0])
    assert track.state == LOST  # only a segment leads to another search
    (track,) = tracker.update(*show(12, RIGHT))
    assert (track.id, track.state) == ("die_0", TRACKING)
    assert track.started_ns == 12 * PERIOD_NS
    np.testing.assert_allclose(place_of(track), RIGHT, atol=0.003)


def test_blank_frames_do_not_start_a_track(tracker, show):
    frame, segments = show(0, LEFT)
    blank = replace(frame, depth=np.full_like(frame.depth, np.nan))
    (track,) = tracker.update(blank, segments)
    assert track.state == SEARCHING and track.estimate is None
    assert "masked pixels has a depth" in track.reason


def test_a_wall_in_the_mask_is_not_taken_for_the_object(tracker, show):
    _, segments = show(0, LEFT)
    (track,) = tracker.update(show(0)[0], segments)
    assert track.state == SEARCHING and track.reason.startswith("no pose was verified: ")


def test_wrong_masks_do_not_move_a_good_track(tracker, show):
    tracker.update(*show(0, LEFT))
    v, u = np.indices((240, 320))
    for index, stripe in enumerate((v < 60, u > 250, np.ones((240, 320), bool)), start=1):
        frame, _ = show(index, LEFT)
        tracks = tracker.update(frame, [Segment(stripe, "die")])
        assert states(tracks) == {"die_0": TRACKING}
        np.testing.assert_allclose(place_of(tracks[0]), LEFT, atol=0.003)


def test_a_track_that_segments_disown_is_searched_where_they_are(tracker, show):
    tracker.update(*show(0, LEFT, RIGHT)[:1], show(0, LEFT, RIGHT)[1][:1])
    elsewhere = [show(index, LEFT, RIGHT) for index in range(1, 6)]
    seen = [tracker.update(frame, segments[1:]) for frame, segments in elsewhere]
    # Three segmentations in a row are elsewhere; then the track is doubted and follows them.
    assert [states(tracks) for tracks in seen[:3]] == [{"die_0": TRACKING}] * 3
    np.testing.assert_allclose(place_of(seen[2][0]), LEFT, atol=0.003)
    assert states(seen[-1]) == {"die_0": TRACKING}
    np.testing.assert_allclose(place_of(seen[-1][0]), RIGHT, atol=0.003)


def test_two_objects_of_a_class_are_two_tracks_that_keep_their_ids(tracker, show):
    assert states(tracker.update(*show(0, LEFT, RIGHT))) == {"die_0": TRACKING, "die_1": TRACKING}
    for index in range(1, 6):
        frame, segments = show(index, LEFT, RIGHT)
        tracks = tracker.update(frame, segments[::-1])
        assert states(tracks) == {"die_0": TRACKING, "die_1": TRACKING}
        for track, place in zip(tracks, (LEFT, RIGHT), strict=True):
            np.testing.assert_allclose(place_of(track), place, atol=0.003)


def test_one_object_in_two_segments_is_one_track(tracker, show):
    frame, (segment,) = show(0, LEFT)
    tracks = tracker.update(frame, [segment, segment])
    assert states(tracks) == {"die_0": TRACKING}


def test_of_two_objects_one_can_be_lost_and_found_under_its_id(tracker, show):
    tracker.update(*show(0, LEFT, RIGHT))
    for index in range(1, 10):
        tracks = tracker.update(*show(index, RIGHT))
    assert states(tracks) == {"die_0": LOST, "die_1": TRACKING}
    tracks = tracker.update(*show(10, RIGHT, [-0.1, 0.05, 0.6]))
    assert states(tracks) == {"die_0": TRACKING, "die_1": TRACKING}


def test_a_late_segmentation_is_searched_in_its_frame_and_followed_to_the_present(tracker, show):
    shown = [show(index, moving(index)) for index in range(12)]
    for frame, _ in shown:
        assert tracker.update(frame) == []
    (search,) = tracker.plan(*shown[3])
    found = tracker.find(search)
    assert found.candidate.stamp_ns == 3 * PERIOD_NS
    tracker.roll_forward(found)
    tracker.adopt(found)
    (track,) = tracker.tracks()
    assert (track.state, track.stamp_ns, track.started_ns) == (TRACKING, 11 * PERIOD_NS, 3 * PERIOD_NS)
    np.testing.assert_allclose(place_of(track), moving(11), atol=0.003)


def test_a_late_segmentation_of_a_tracked_object_makes_no_second_track(tracker, show):
    shown = [show(index, moving(index)) for index in range(12)]
    tracker.update(*shown[0])
    for frame, _ in shown[1:]:
        tracker.update(frame)
    assert tracker.plan(*shown[5]) == []
    assert states(tracker.tracks()) == {"die_0": TRACKING}


def test_what_was_found_is_not_adopted_after_a_reset(tracker, show):
    frame, segments = show(0, LEFT)
    tracker.history.add(frame)
    (search,) = tracker.plan(frame, segments)
    found = tracker.find(search)
    assert found.candidate is not None and tracker.is_due(search)
    tracker.reset([])
    assert not tracker.is_due(search)
    tracker.adopt(found)
    assert tracker.tracks() == []


def test_what_was_found_is_not_adopted_when_the_track_recovered_meanwhile(tracker, show):
    tracker.update(*show(0, LEFT))
    for index in (1, 2, 3):
        tracker.update(show(index)[0])
    frame, segments = show(4, LEFT)
    tracker.history.add(frame)
    (search,) = tracker.plan(show(3)[0], segments)
    found = tracker.find(replace(search, observation=Observation(frame, segments[0])))
    tracker.advance(frame)
    (track,) = tracker.update(show(5, LEFT)[0])
    assert track.state == TRACKING
    tracker.adopt(found)
    (after,) = tracker.tracks()
    assert after.estimate is track.estimate and after.started_ns == 0


def test_an_object_that_was_never_found_is_forgotten(tracker, show):
    _, segments = show(0, LEFT)
    tracker.update(show(0)[0], segments)
    frames = int(CONFIG.states.forget_after * 1e9 / PERIOD_NS)
    assert states(tracker.update(show(frames)[0])) == {"die_0": SEARCHING}
    assert tracker.update(show(frames + 1)[0]) == []


def test_reset_takes_ids_classes_or_everything(tracker, show):
    tracker.update(*show(0, LEFT, RIGHT))
    assert tracker.reset(["die_0"]) == ["die_0"]
    assert states(tracker.tracks()) == {"die_1": TRACKING}
    assert states(tracker.update(*show(1, LEFT, RIGHT))) == {"die_0": TRACKING, "die_1": TRACKING}
    assert sorted(tracker.reset(["die"])) == ["die_0", "die_1"]
    assert tracker.reset([]) == [] and tracker.tracks() == []


def test_reset_of_an_unknown_name_changes_nothing(tracker, show):
    tracker.update(*show(0, LEFT))
    with pytest.raises(
        UnknownObjectError, match=r"'mug' is neither a track nor an object; there are die_0, die"
    ):
        tracker.reset(["die_0", "mug"])
    assert states(tracker.tracks()) == {"die_0": TRACKING}


def test_time_that_jumps_back_begins_anew(tracker, show):
    tracker.update(*show(50, LEFT))
    assert tracker.update(show(10, LEFT)[0]) == []
    assert tracker.history.newest_ns == 10 * PERIOD_NS
    (track,) = tracker.update(*show(11, LEFT))
    assert (track.id, track.state, track.started_ns) == ("die_0", TRACKING, 11 * PERIOD_NS)


def test_segments_that_cannot_be_used_are_told_and_make_no_track(tracker, warnings, show):
    frame, (segment,) = show(0, LEFT)
    wrong = [replace(segment, class_name="mug"), Segment(np.ones((3, 3), bool), "die")]
    assert tracker.update(frame, wrong) == []
    assert len(warnings) == 2 and "'mug'" in warnings[0] and "3x3" in warnings[1]


@pytest.mark.parametrize("fault", [RuntimeError, MemoryError])
def test_a_cold_start_that_the_machine_fails_is_told_and_tried_again(
    tracker, warnings, show, monkeypatch, fault
):
    with monkeypatch.context() as patch:
        patch.setattr(InstanceEstimator, "initialise", raising(fault("CUDA out of memory. Tried 20\nSee")))
        (track,) = tracker.update(*show(0, LEFT))
    assert track.state == SEARCHING
    assert warnings == [f"object 'die': {track.reason}"]
    assert f"failed ({fault.__name__}: CUDA out of memory) and is tried again" in track.reason
    (track,) = tracker.update(*show(1, LEFT))
    assert track.state == TRACKING


@pytest.mark.parametrize("fault", [TypeError, AttributeError, NotImplementedError, RecursionError])
def test_a_fault_of_the_program_in_a_cold_start_is_raised(tracker, show, monkeypatch, fault):
    monkeypatch.setattr(InstanceEstimator, "initialise", raising(fault("a bug")))
    with pytest.raises(fault, match="a bug"):
        tracker.update(*show(0, LEFT))


def test_the_same_seed_and_frames_give_the_same_poses(die, show):
    def poses(seed: int) -> np.ndarray:
        tracker = Tracker(ObjectLibrary([die]), replace(CONFIG, seed=seed))
        tracker.update(*show(0, LEFT))
        return tracker.update(*show(1, LEFT))[0].estimate.T_camera_object

    np.testing.assert_allclose(poses(3), poses(3), atol=1e-9)
    assert np.abs(poses(3) - poses(4)).max() > 1e-9


def test_a_library_without_objects_tracks_nothing(show, warnings):
    tracker = Tracker(ObjectLibrary([]), CONFIG, warnings.append)
    assert tracker.update(*show(0, LEFT)) == []
    assert len(warnings) == 1


def test_networks_on_a_gpu_that_is_not_there_are_refused_at_the_start_and_when_an_object_is_added(
    die, monkeypatch
):
    torch = pytest.importorskip("torch")
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    on_gpu = replace(CONFIG, device="cuda", instance=replace(CONFIG.instance, features="dgedi"))
    with pytest.raises(InvalidConfigError, match="device 'cuda'"):
        Tracker(ObjectLibrary([die]), on_gpu)
    with pytest.raises(InvalidConfigError, match="device 'cuda'"):
        prepare_object(die, on_gpu)


def test_an_object_that_is_added_is_found_while_others_are_followed(tracker, die, show, warnings):
    frame, (left, right) = show(0, LEFT, RIGHT)
    tracker.update(frame, [left, replace(right, class_name="cube")])
    assert warnings == ["segmentation: class 'cube' is none of the objects (die)"]
    assert tracker.add_object(prepare_object(replace(die, name="cube"), CONFIG)) == []
    assert tracker.library.names == ("die", "cube")
    frame, (left, right) = show(1, LEFT, RIGHT)
    tracks = tracker.update(frame, [left, replace(right, class_name="cube")])
    assert states(tracks) == {"die_0": TRACKING, "cube_0": TRACKING}
    np.testing.assert_allclose(place_of(tracks[1]), RIGHT, atol=0.003)


def test_an_object_that_is_removed_is_gone_with_its_tracks_and_unknown(tracker, show, warnings):
    tracker.update(*show(0, LEFT, RIGHT))
    assert tracker.remove_object("die") == ["die_0", "die_1"]
    assert tracker.update(*show(1, LEFT, RIGHT)) == []
    assert set(warnings) == {"segmentation: class 'die' is none of the objects (there are none)"}
    with pytest.raises(UnknownObjectError, match="object 'die' is not in the object library"):
        tracker.remove_object("die")
    with pytest.raises(UnknownObjectError, match="'die' is neither a track nor an object"):
        tracker.reset(["die"])


def test_an_object_that_is_replaced_is_searched_anew_with_its_new_mesh(tracker, die, show):
    tracker.update(*show(0, LEFT))
    plain = replace(die, symmetry=SymmetryGroup.parse("none", die.box_centre))
    assert tracker.add_object(prepare_object(plain, CONFIG)) == ["die_0"]
    assert tracker.tracks() == [] and tracker.library["die"] is plain
    tracker.update(*show(1, LEFT))
    assert [track.started_ns for track in tracker.tracks()] == [PERIOD_NS]


@pytest.mark.parametrize("when", ["before the search", "before the roll forward", "before the adoption"])
def test_of_a_cold_start_under_way_nothing_is_left_when_its_object_is_removed(tracker, show, when):
    shown = [show(index, moving(index)) for index in range(8)]
    for frame, _ in shown:
        tracker.update(frame)
    (search,) = tracker.plan(*shown[0])
    if when == "before the search":
        tracker.remove_object("die")
    found = tracker.find(search)
    assert (found.candidate is None) == (when == "before the search")
    if when == "before the roll forward":
        tracker.remove_object("die")
    tracker.roll_forward(found)
    if when == "before the adoption":
        tracker.remove_object("die")
    tracker.adopt(found)
    assert tracker.tracks() == [] and not tracker.is_due(search)


def test_a_cold_start_of_a_replaced_object_is_not_adopted_by_the_new_one(tracker, die, show):
    frame, segments = show(0, LEFT)
    tracker.history.add(frame)
    (search,) = tracker.plan(frame, segments)
    found = tracker.find(search)
    tracker.add_object(prepare_object(die, CONFIG))
    (again,) = tracker.plan(frame, segments)
    assert again.machine.id == search.machine.id
    tracker.adopt(found)
    assert states(tracker.tracks()) == {"die_0": SEARCHING}


def test_of_objects_that_vanish_together_one_is_searched_for_in_a_frame(tracker, show):
    """A search takes longer than all else: the others wait for the next frames."""
    places = [LEFT, RIGHT, [0.0, 0.1, 0.6], [0.0, -0.1, 0.6]]
    tracker.update(*show(0, *places))
    searched: dict[str, int] = {}
    for index in range(1, 7):
        tracks = tracker.update(show(index)[0])
        assert {track.state for track in tracks} == {SUSPECT}
        now = [track.id for track in tracks if "search" in track.estimate.seconds]
        assert len(now) == 1
        searched |= {track_id: searched.get(track_id, 0) + 1 for track_id in now}
    assert len(searched) == 4  # each has its turn


def test_closing_ends_the_threads_that_follow(tracker, show):
    before = threading.active_count()
    tracker.update(*show(0, LEFT, RIGHT))
    tracker.update(show(1, LEFT, RIGHT)[0])
    assert threading.active_count() > before
    tracker.close()
    assert threading.active_count() == before
