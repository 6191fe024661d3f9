"""Furnished rooms: nothing in walls or in each other, the same by seed, all kinds of things occur."""

import numpy as np
import pytest

from pose_nodes.core.config import from_mapping
from pose_nodes.core.errors import InvalidConfigError
from pose_nodes.synthetic.rooms.classes import CLASS_OF_KIND, CLASSES, KINDS, class_index
from pose_nodes.synthetic.rooms.occupancy import overlaps, part_blocks
from pose_nodes.synthetic.rooms.programs.registry import PROGRAMS, SHARES
from pose_nodes.synthetic.rooms.room import RoomConfig, make_room

IN_WALLS = ("door", "window")
SLACK = 0.006
"""Metres that boxes around parts may overlap: chairs touch table legs, curtains their rods."""


def stands_on(thing, other):
    host = thing.host
    while host is not None and host is not other:
        host = host.host
    return host is other


def test_furniture_is_inside_the_room(rooms):
    for room in rooms:
        for thing in room.things:
            vertices = thing.to_room(np.concatenate([part.vertices for part in thing.piece.parts]))
            assert vertices[:, 2].min() >= -1e-6, (room.kind, thing.kind)
            assert vertices[:, 2].max() <= room.plan.height + 1e-6, (room.kind, thing.kind)
            # Door frames and blinds fill openings, too; their middle is in the wall.
            if thing.kind not in IN_WALLS and room.plan.inside(thing.centre[None, :2])[0]:
                assert room.plan.inside(vertices[:, :2], -1e-6).all(), (room.kind, thing.kind)


def test_doors_and_windows_sit_in_openings_of_the_walls(rooms):
    for room in rooms:
        for thing in room.things:
            if thing.kind in IN_WALLS:
                off = [abs(float((thing.at[:2] - wall.start) @ wall.inward)) for wall in room.plan.walls]
                assert min(off) < 0.15


def test_no_part_of_a_thing_is_in_a_part_of_another(rooms):
    for room in rooms:
        things = [thing for thing in room.things if room.plan.inside(thing.centre[None, :2])[0]]
        blocks = [part_blocks(thing) for thing in things]
        for i, thing in enumerate(things):
            for j in range(i):
                if stands_on(thing, things[j]) or stands_on(things[j], thing):
                    continue
                near = np.linalg.norm(thing.centre - things[j].centre) < 0.5 * (
                    np.linalg.norm(thing.piece.size) + np.linalg.norm(things[j].piece.size)
                )
                if near:
                    hits = overlaps(blocks[i][:, None], blocks[j][None], SLACK)
                    assert not hits.any(), (room.kind, thing.kind, things[j].kind)


def test_things_stand_on_the_floor_on_their_host_or_hang_on_a_wall(rooms):
    on_floor = (
        "armchair", "bed", "chair", "sofa", "desk", "table", "dresser", "night_stand", "bookshelf",
        "coffee_table", "end_table", "refrigerator", "bathtub", "toilet", "bin", "wardrobe",
    )  # fmt: skip
    for room in rooms:
        for thing in room.things:
            if thing.kind in on_floor:
                assert thing.at[2] == 0.0
            if thing.host is not None and thing.host.piece.tops and thing.kind == "clutter":
                lowest = thing.at[2] + thing.piece.low[2]
                heights = [thing.host.at[2] + top.z for top in thing.host.piece.tops]
                heights.append(thing.host.at[2] + thing.host.piece.high[2])
                assert min(abs(lowest - height) for height in heights) < 0.01


def test_backs_of_wall_furniture_are_at_walls(rooms):
    """A picture hangs within a centimetre of a wall and looks into the room."""
    for room in rooms:
        for thing in room.things:
            if thing.kind in ("picture", "board"):
                # A line that a wall would reach elsewhere is none.
                beside = [
                    w for w in room.plan.walls if 0 < float((thing.at[:2] - w.start) @ w.along) < w.length
                ]
                wall = min(beside, key=lambda w: abs(float((thing.at[:2] - w.start) @ w.inward)))
                back = float((thing.at[:2] - wall.start) @ wall.inward) + float(thing.piece.low[0])
                assert 0.0 <= back < 0.01
                assert np.cos(thing.yaw - wall.yaw) == pytest.approx(1.0)


def turned_to(table, chair):
    """Cosine between a chair's front and the way to the table's nearest side; None if it is not at a side."""
    c, s = np.cos(table.yaw), np.sin(table.yaw)
    own = np.array([[c, s], [-s, c]]) @ (chair.centre - table.centre)[:2]
    beside = np.maximum(np.abs(own) - 0.5 * table.piece.size[:2], 0.0)
    if np.hypot(*beside) > 0.3 or (beside > 0.0).all():
        return None
    inward = -np.sign(own) * (beside > 0.0)
    front = chair.yaw - table.yaw
    return float(inward @ (np.cos(front), np.sin(front)))


def test_chairs_at_tables_look_at_them(rooms):
    turns = []
    for room in rooms:
        if room.kind in ("conference_room", "dining_room"):
            tables, chairs = ([one for one in room.things if one.kind == kind] for kind in ("table", "chair"))
            turns += [turned_to(table, chair) for table in tables for chair in chairs]
    turns = np.array([turn for turn in turns if turn])
    assert len(turns) > 20
    assert np.mean(turns > 0.8) > 0.85


def test_the_same_numbers_make_the_same_room_and_others_another():
    first, second, third = (
        make_room(np.random.default_rng(seed), RoomConfig(kind="living_room")) for seed in (5, 5, 6)
    )
    assert [thing.kind for thing in first.things] == [thing.kind for thing in second.things]
    assert all(np.array_equal(a.at, b.at) for a, b in zip(first.things, second.things, strict=True))
    assert first.plan.size != third.plan.size


def test_each_kind_of_room_has_what_names_it(rooms):
    needed = {
        "bedroom": "bed", "studio": "bed", "living_room": "sofa", "dining_room": "table",
        "bathroom": "toilet", "kitchen": "counter", "pantry": "sink", "office": "desk",
        "open_office": "desk", "lobby": "sofa",
        "conference_room": "table", "lecture_hall": "chair", "classroom": "chair", "store_room": "bookshelf",
    }  # fmt: skip
    assert set(needed) == set(PROGRAMS)
    for kind, thing in needed.items():
        having = [any(one.kind == thing for one in room.things) for room in rooms if room.kind == kind]
        assert sum(having) >= 3, kind


def test_options_change_the_room():
    def mean(count, **options):
        rooms = [make_room(np.random.default_rng(s), RoomConfig(**options)) for s in range(5)]
        return np.mean([count(room) for room in rooms])

    assert mean(lambda room: room.plan.notch is not None, l_share=0.0) == 0.0
    assert mean(lambda room: room.plan.area, scale=2.0, l_share=0.0) == pytest.approx(
        2.0 * mean(lambda room: room.plan.area, l_share=0.0)
    )
    tidy, full = (mean(lambda room: len(room.things), kind="office", clutter=share) for share in (0.0, 3.0))
    assert full > tidy + 3
    config = RoomConfig(lowest=2.9, highest=3.0)
    heights = [make_room(np.random.default_rng(seed), config).plan.height for seed in range(5)]
    assert all(2.9 <= height <= 3.0 for height in heights)


def test_bad_options_are_refused_by_name():
    with pytest.raises(InvalidConfigError, match="kind 'cellar' is unknown"):
        RoomConfig(kind="cellar")
    with pytest.raises(InvalidConfigError, match=r"'lowest' is 3, more than 'highest', which is 2\.5"):
        RoomConfig(lowest=3.0, highest=2.5)
    with pytest.raises(InvalidConfigError, match="'disorder' is 2"):
        from_mapping(RoomConfig, {"disorder": 2})
    with pytest.raises(InvalidConfigError, match="did you mean 'clutter'"):
        from_mapping(RoomConfig, {"cluter": 1.0})


def test_class_lists_are_those_of_the_benchmarks():
    assert [len(CLASSES[name]) for name in ("scannet", "sunrgbd", "s3dis")] == [18, 10, 5]
    assert CLASSES["scannet"].index("showercurtrain") == 13
    for name, of_kind in CLASS_OF_KIND.items():
        assert set(of_kind) <= set(KINDS)
        assert set(of_kind.values()) == set(CLASSES[name])
    assert class_index("scannet", "bin") == 17
    assert class_index("sunrgbd", "bin") == -1
    assert class_index("s3dis", "bookshelf") == 3


def test_shares_name_rooms_that_exist_and_sum_to_one():
    for shares in SHARES.values():
        assert set(shares) <= set(PROGRAMS)
        assert sum(shares.values()) == pytest.approx(1.0)
