"""Every family of furniture: sizes as in the world, stands on the floor, no two alike."""

import numpy as np
import pytest

from pose_nodes.synthetic.rooms.classes import KINDS
from pose_nodes.synthetic.rooms.furniture import (
    bathroom,
    beds,
    chairs,
    kitchen,
    small,
    sofas,
    storage,
    tables,
    wall_hung,
)
from pose_nodes.synthetic.rooms.room import RoomConfig, make_room

SIZES = {
    # depth, width, height in metres: least and most
    chairs.chair: ((0.35, 0.75), (0.35, 0.75), (0.7, 1.15)),
    chairs.meeting_chair: ((0.35, 0.85), (0.35, 0.8), (0.7, 1.45)),
    chairs.office_chair: ((0.45, 0.85), (0.45, 0.8), (0.8, 1.45)),
    chairs.hall_chair: ((0.4, 0.8), (0.45, 0.7), (0.8, 1.1)),
    chairs.armchair: ((0.6, 1.1), (0.6, 1.05), (0.65, 1.15)),
    sofas.sofa: ((0.7, 1.9), (1.0, 3.4), (0.6, 1.15)),
    sofas.bench: ((0.4, 0.8), (1.1, 2.3), (0.6, 1.0)),
    beds.bed: ((1.9, 2.35), (0.85, 2.3), (0.4, 1.5)),
    beds.bunk_bed: ((1.9, 2.3), (0.9, 1.35), (1.5, 1.95)),
    tables.dining_table: ((0.6, 1.4), (0.6, 2.3), (0.68, 0.8)),
    tables.coffee_table: ((0.4, 0.9), (0.4, 1.9), (0.28, 0.55)),
    tables.end_table: ((0.3, 0.65), (0.3, 0.75), (0.4, 0.7)),
    tables.desk: ((0.5, 1.9), (0.95, 1.8), (0.65, 1.55)),
    storage.cabinet: ((0.3, 0.7), (0.4, 1.7), (0.55, 1.6)),
    storage.filing_cabinet: ((0.4, 0.8), (0.3, 0.55), (0.45, 1.75)),
    storage.wardrobe: ((0.45, 0.75), (0.75, 2.15), (1.7, 2.3)),
    storage.dresser: ((0.4, 0.7), (0.55, 2.0), (0.65, 1.4)),
    storage.night_stand: ((0.3, 0.6), (0.35, 0.7), (0.4, 0.8)),
    storage.bookshelf: ((0.2, 0.5), (0.55, 1.8), (0.7, 2.3)),
    storage.rack: ((0.35, 0.7), (0.85, 1.9), (1.5, 2.3)),
    kitchen.refrigerator: ((0.5, 0.95), (0.45, 1.0), (0.75, 2.0)),
    kitchen.stove: ((0.6, 0.75), (0.5, 0.8), (0.8, 1.15)),
    bathroom.toilet: ((0.45, 0.85), (0.3, 0.6), (0.3, 1.05)),
    bathroom.bathtub: ((0.65, 0.9), (1.4, 1.8), (0.38, 0.65)),
    small.bin_: ((0.12, 0.55), (0.15, 0.55), (0.2, 0.95)),
    wall_hung.picture: ((0.01, 0.09), (0.1, 1.7), (0.2, 1.1)),
    wall_hung.board: ((0.03, 0.15), (0.95, 3.4), (0.8, 1.4)),
}  # fmt: skip


@pytest.mark.parametrize("family", SIZES, ids=lambda family: family.__name__)
def test_sizes_are_those_of_real_furniture_and_vary(family):
    pieces = [family(np.random.default_rng(seed)) for seed in range(25)]
    sizes = np.array([piece.size for piece in pieces])
    low, high = np.array(SIZES[family]).T
    assert np.all(sizes >= low), sizes.min(axis=0)
    assert np.all(sizes <= high), sizes.max(axis=0)
    assert len({tuple(np.round(size, 4)) for size in sizes}) == len(pieces)


@pytest.mark.parametrize("family", SIZES, ids=lambda family: family.__name__)
def test_pieces_stand_in_the_middle_of_their_frame_and_are_sound(family):
    for seed in range(15):
        piece = family(np.random.default_rng(seed))
        assert piece.kind in KINDS
        np.testing.assert_allclose(piece.low[:2] + piece.high[:2], 0.0, atol=1e-9)
        assert -1e-9 <= piece.low[2] < (0.11 if piece.kind == "toilet" else 0.03)  # some hang on the wall
        for part in piece.parts:
            assert np.isfinite(part.vertices).all()
            assert part.faces.min() >= 0
            assert part.faces.max() < len(part.vertices)
        for top in piece.tops:
            assert np.all(np.array(top.low) >= piece.low[:2] - 1e-9)
            assert np.all(np.array(top.high) <= piece.high[:2] + 1e-9)
            assert piece.low[2] <= top.z <= piece.high[2] + 1e-9


SUNRGBD_MEANS = {
    # Mean length along the front, across, and height in SUN RGB-D, as VoteNet's configuration lists them.
    "bed": ((beds.bed,), (2.114, 1.620, 0.927)),
    "table": ((tables.dining_table, tables.work_table), (0.791, 1.280, 0.718)),
    "sofa": ((sofas.sofa,), (0.924, 1.867, 0.845)),
    "chair": ((chairs.chair, chairs.meeting_chair), (0.592, 0.553, 0.827)),
    "toilet": ((bathroom.toilet,), (0.699, 0.454, 0.756)),
    "desk": ((tables.desk,), (0.695, 1.346, 0.736)),
    "dresser": ((storage.dresser,), (0.529, 1.003, 1.173)),
    "night_stand": ((storage.night_stand,), (0.501, 0.632, 0.683)),
    "bookshelf": ((storage.bookshelf,), (0.405, 1.071, 1.689)),
    "bathtub": ((bathroom.bathtub,), (0.766, 1.398, 0.473)),
}


@pytest.mark.parametrize("label", SUNRGBD_MEANS)
def test_mean_sizes_are_near_those_of_a_real_data_set(label):
    families, real = SUNRGBD_MEANS[label]
    sizes = [family(np.random.default_rng(seed)).size for family in families for seed in range(60)]
    np.testing.assert_allclose(np.mean(sizes, axis=0), real, rtol=0.25)


def test_the_same_numbers_make_the_same_piece():
    first, second = (chairs.office_chair(np.random.default_rng(3)) for _ in range(2))
    for one, other in zip(first.parts, second.parts, strict=True):
        assert np.array_equal(one.vertices, other.vertices)
        assert one.paint == other.paint


@pytest.mark.parametrize(
    "family",
    [
        chairs.dining_chair,
        chairs.office_chair,
        chairs.cantilever_chair,
        chairs.folding_chair,
        chairs.stacking_chair,
        sofas.bench,
        beds.bed,
    ],
)
def test_backs_are_at_the_back(family):
    """The highest fifth of what one leans on lies behind the middle, towards -x."""
    for seed in range(10):
        piece = family(np.random.default_rng(seed))
        if piece.size[2] < 0.7:  # a bed without a board
            continue
        vertices = np.concatenate([part.vertices for part in piece.parts])
        top = vertices[vertices[:, 2] > piece.high[2] - 0.15 * piece.size[2]]
        assert top[:, 0].mean() < 0.0


def test_an_opening_door_swings_into_the_room_about_its_edge():
    for angle in (0.0, 0.8, 1.5):
        _, leaf = wall_hung.door(np.random.default_rng(1), 0.9, 2.05, angle)
        slab = leaf.parts[0].vertices
        far = slab[np.argmax(np.linalg.norm(slab[:, :2] - (0.0, -0.415), axis=1))]
        reach = 0.83 * np.array([np.sin(angle), np.cos(angle)]) + (0.0, -0.415)
        np.testing.assert_allclose(far[:2], reach, atol=0.04)


def test_sinks_hang_in_the_holes_of_counters():
    for seed in range(8):
        room = make_room(np.random.default_rng(seed), RoomConfig(kind="kitchen"))
        for sink in (thing for thing in room.things if thing.kind == "sink"):
            assert sink.host is not None
            assert sink.host.kind == "counter"
            own = np.concatenate([part.vertices for part in sink.piece.parts[:1]])
            basin = sink.to_room(own)
            basin = basin[basin[:, 2] < sink.at[2] - 0.02]
            for part in sink.host.piece.parts:
                inside = sink.host.to_room(part.vertices)
                low, high = inside.min(axis=0) + 0.004, inside.max(axis=0) - 0.004
                assert not np.any(np.all((basin > low) & (basin < high), axis=1))
