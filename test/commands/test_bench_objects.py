"""The section on many objects: how they stand, that they are followed, what the table says."""

from __future__ import annotations

import numpy as np

from pose_nodes.commands.bench import SECTIONS
from pose_nodes.commands.bench_objects import (
    CLASSES,
    COUNTS,
    CountFigures,
    crowd_frames,
    measure_objects,
    objects_table,
)
from pose_nodes.geometry import se3
from pose_nodes.objects.model import build_model
from pose_nodes.synthetic.shapes.library import generate


def test_all_objects_are_in_view_wherever_the_camera_sways():
    made = generate("generic_blob", 903)
    model = build_model(made.name, made.mesh, made.symmetry, np.random.default_rng(0))
    frames = crowd_frames([model], max(COUNTS), 24)
    for one in frames[::8]:
        assert len(one.segments) == len(one.truths) == 50
        assert min(truth.visible_fraction for truth in one.truths) > 0.8
        centres = [se3.transform(truth.T_camera_object, model.box_centre[None])[0] for truth in one.truths]
        for centre, segment in zip(centres, one.segments, strict=True):
            u, v = one.frame.camera.project(centre[None])[0]
            assert segment.mask[round(v), round(u)]
    first, later = frames[0].truths[0].T_camera_object, frames[11].truths[0].T_camera_object
    assert se3.difference(first, later)[0] > 0.01


def test_objects_are_followed_from_their_true_poses():
    one, two = measure_objects((1, 2), frames=6)
    assert (one.objects, two.objects) == (1, 2) and len(one.seconds) == len(two.seconds) == 5
    assert one.tracking == two.tracking == 1.0
    assert 0 < one.plain()["median"] <= one.plain()["p95"]


def test_the_table_tells_what_one_object_costs():
    table = objects_table([CountFigures(5, (0.010, 0.012, 0.020), 0.8)])
    assert table.rows == (("5", "80.0 %", "12.0", "19.2", "2.40"),)


def test_it_is_a_section_of_bench_of_few_classes():
    assert "objects" in SECTIONS and len(CLASSES) == 5
    assert COUNTS == (1, 5, 10, 20, 50)
