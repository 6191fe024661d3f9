"""What a subscriber of poses must know of the objects, as JSON on the latched topic ~/object_info."""

from __future__ import annotations

import json
from typing import Any

from std_msgs.msg import String

from pose_nodes.geometry.symmetry import SymmetryGroup
from pose_nodes.objects.library import ObjectLibrary
from pose_nodes.objects.model import ObjectModel


def object_info(library: ObjectLibrary) -> String:
    """`{"objects": {name: {size, box_centre, diameter, symmetry}}}`; metres, in the frame of each mesh.

    `symmetry` holds the `notation` of the objects file and the group itself: `discrete`, the 4x4 row-major
    motions that map the object onto itself (the identity first), and `axis` with `centre`, the axis about
    which any rotation does (null where there is none).
    """
    objects = {name: _describe(library[name]) for name in library.names}
    return String(data=json.dumps({"objects": objects}))


def _describe(model: ObjectModel) -> dict[str, Any]:
    return {
        "size": model.size.tolist(),
        "box_centre": model.box_centre.tolist(),
        "diameter": float(model.diameter),
        "symmetry": _symmetry(model.symmetry),
    }


def _symmetry(group: SymmetryGroup) -> dict[str, Any]:
    return {
        "notation": group.notation,
        "discrete": [motion.ravel().tolist() for motion in group.discrete],
        "axis": None if group.axis is None else group.axis.tolist(),
        "centre": group.centre.tolist(),
    }
