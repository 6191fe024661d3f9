"""Every family: reproducible, closed, of the size of things in a hand, and of the symmetry that it says."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from pose_nodes.core.errors import InvalidConfigError
from pose_nodes.synthetic.shapes.categories.registry import CATEGORIES, SPLITS, seed_of
from pose_nodes.synthetic.shapes.contact_sheet import contact_sheet
from pose_nodes.synthetic.shapes.generic.registry import GENERIC
from pose_nodes.synthetic.shapes.library import generate, instance
from pose_nodes.synthetic.shapes.symmetry_check import check_symmetry

BUDGET = 6000


@pytest.mark.parametrize(
    ("family", "seed"), [(f, s) for f in GENERIC for s in (0, 3)] + [(f, 2) for f in CATEGORIES]
)
def test_every_family_is_closed_of_sensible_size_and_has_its_symmetry(family: str, seed: int) -> None:
    item = generate(family, seed, BUDGET)
    assert item.quality.watertight
    assert item.quality.error < 1.2e-3
    assert 0.03 <= np.ptp(item.mesh.vertices, axis=0).max() <= 0.42
    assert item.quality.parts == 1
    told = check_symmetry(item.mesh, item.symmetry, np.random.default_rng(seed))
    assert told.claimed_residual <= 2 * item.quality.error
    assert told.chamfer <= item.quality.error
    assert told.other_residual > 0.01 * told.diameter


@pytest.mark.parametrize("family", ["generic_gear", "bottle"])
def test_an_object_is_reproduced_bit_by_bit(family: str) -> None:
    first, second = generate(family, 5, BUDGET), generate(family, 5, BUDGET)
    np.testing.assert_array_equal(first.mesh.vertices, second.mesh.vertices)
    np.testing.assert_array_equal(first.mesh.faces, second.mesh.faces)


def test_seeds_give_different_objects() -> None:
    sizes = [np.ptp(generate("bottle", seed, BUDGET).mesh.vertices, axis=0) for seed in range(3)]
    assert np.abs(sizes[0] - sizes[1]).max() > 1e-3
    assert np.abs(sizes[1] - sizes[2]).max() > 1e-3


def test_the_handle_of_a_mug_is_at_plus_x() -> None:
    vertices = instance("mug", "train", 0, BUDGET).mesh.vertices
    beyond = vertices[np.abs(vertices[:, 0]) > 0.9 * vertices[:, 0].max()]
    right = beyond[beyond[:, 0] > 0]
    assert np.abs(right[:, 2]).max() < 0.4 * vertices[:, 2].max()


def test_the_lid_of_a_laptop_is_behind() -> None:
    vertices = instance("laptop", "val", 1, BUDGET).mesh.vertices
    top = vertices[vertices[:, 1] > 0.8 * vertices[:, 1].max()]
    assert top[:, 0].max() < 0


def test_splits_share_no_seed_and_refuse_what_is_beyond_them() -> None:
    ranges = sorted((seeds.start, seeds.stop) for seeds in SPLITS.values())
    assert all(stop <= start for (_, stop), (start, _) in pairwise(ranges))
    assert seed_of("val", 3) == SPLITS["val"].start + 3
    with pytest.raises(InvalidConfigError, match="split 'dev' is unknown"):
        seed_of("dev", 0)
    with pytest.raises(InvalidConfigError, match="instances 0 to"):
        seed_of("test", len(SPLITS["test"]))


def test_unknown_families_are_refused_with_the_nearest_name() -> None:
    with pytest.raises(InvalidConfigError, match="did you mean 'bottle'"):
        generate("botle", 0)
    with pytest.raises(InvalidConfigError, match="did you mean 'mug'"):
        instance("mugs", "train", 0)
    with pytest.raises(InvalidConfigError, match="the seed is -1"):
        generate("mug", -1)


def test_generic_families_and_categories_have_different_names() -> None:
    assert not set(GENERIC) & set(CATEGORIES)


def test_the_contact_sheet_shows_each_object() -> None:
    sheet = contact_sheet(["bowl", "generic_gear"], each=1, columns=2, width=60)
    tiles = sheet[4:64, 4:64], sheet[4:64, 68:128]
    assert all(60 < tile.mean() < 230 for tile in tiles)
