"""Makes objects by family and seed, and instances of categories by split and index."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from pose_nodes.core.errors import InvalidConfigError
from pose_nodes.synthetic.shapes.categories.registry import CATEGORIES, seed_of
from pose_nodes.synthetic.shapes.generic.registry import GENERIC, Family
from pose_nodes.synthetic.shapes.procedural import ProceduralObject, build, random_numbers

FAMILIES: Mapping[str, Family] = {**GENERIC, **CATEGORIES}


def generate(family: str, seed: int, triangles: int = 12_000) -> ProceduralObject:
    """The object of a family and a seed: the same bits at each call on one machine.

    Args:
        family: a key of FAMILIES.
        seed: any whole number from 0 on.
        triangles: budget of the mesh, see `meshing.mesh_solid`.

    Raises:
        InvalidConfigError: no such family, or a negative seed.
    """
    if family not in FAMILIES:
        nearest = difflib.get_close_matches(family, FAMILIES, n=1, cutoff=0.0)[0]
        raise InvalidConfigError(f"family '{family}' is unknown; did you mean '{nearest}'?")
    if seed < 0:
        raise InvalidConfigError(
            f"family '{family}': the seed is {seed}; it must be a whole number from 0 on"
        )
    return build(family, seed, FAMILIES[family](random_numbers(family, seed)), triangles)


def instance(category: str, split: str, index: int, triangles: int = 12_000) -> ProceduralObject:
    """The index-th instance of a category in "train", "val" or "test", which share none.

    The frame is that of NOCS as the usual preprocessing of its meshes leaves it: y up, the handle of a mug
    at +x, the lens of a camera and the keyboard of a laptop towards +x with the lid at -x.

    Raises:
        InvalidConfigError: no such category or split, or too high an index.
    """
    if category not in CATEGORIES:
        nearest = difflib.get_close_matches(category, CATEGORIES, n=1, cutoff=0.0)[0]
        raise InvalidConfigError(f"category '{category}' is unknown; did you mean '{nearest}'?")
    return generate(category, seed_of(split, index), triangles)
