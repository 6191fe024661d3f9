"""The generic families by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from pose_nodes.synthetic.shapes.generic.blobs import blob
from pose_nodes.synthetic.shapes.generic.boxes import box
from pose_nodes.synthetic.shapes.generic.gears import gear
from pose_nodes.synthetic.shapes.generic.handles import handle
from pose_nodes.synthetic.shapes.generic.pipes import pipe
from pose_nodes.synthetic.shapes.generic.plates import plate
from pose_nodes.synthetic.shapes.generic.threaded import threaded
from pose_nodes.synthetic.shapes.generic.vessels import vessel
from pose_nodes.synthetic.shapes.procedural import Design

Family = Callable[[np.random.Generator], Design]

GENERIC: Mapping[str, Family] = {
    "generic_blob": blob,
    "generic_vessel": vessel,
    "generic_plate": plate,
    "generic_threaded": threaded,
    "generic_box": box,
    "generic_pipe": pipe,
    "generic_gear": gear,
    "generic_handle": handle,
}
