"""The section on jitter: what is a deviation, and what is a motion."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pose_nodes.commands.bench import SECTIONS
from pose_nodes.commands.bench_jitter import jitter, jitter_table, measure_jitter
from pose_nodes.commands.eight_objects import EIGHT, EightPlan
from pose_nodes.geometry import se3

CENTRE = np.array([0.0, 0.0, 0.05])


def trembling(shift: float, turn: float, drift: float = 0.0) -> list[np.ndarray]:
    """Poses that alternate along x and about z, and drift along y; metres and radians."""
    signs = (-1) ** np.arange(100)
    return [
        se3.from_rotation_vector([0.0, 0.0, turn * sign], [shift * sign, drift * k, 0.5])
        for k, sign in enumerate(signs)
    ]


def test_it_is_a_section_of_bench():
    assert "jitter" in SECTIONS


@pytest.mark.parametrize("straight", [False, True])
def test_the_standard_deviations_are_those_that_were_put_in(straight):
    figures = jitter("r", "n", CENTRE, trembling(0.001, 0.02), straight)
    assert figures.translation == pytest.approx(0.001, rel=0.02)
    assert figures.rotation == pytest.approx(0.02, rel=0.02)
    assert figures.largest_step == pytest.approx(0.002)


def test_a_straight_motion_is_no_jitter_where_it_is_taken_out():
    poses = trembling(0.001, 0.0, drift=0.001)
    assert jitter("r", "n", CENTRE, poses, straight=True).translation == pytest.approx(0.001, rel=0.02)
    assert jitter("r", "n", CENTRE, poses, straight=False).translation > 0.02


def test_of_too_few_poses_nothing_is_told():
    figures = jitter("r", "n", CENTRE, trembling(0.001, 0.02)[:2], straight=False)
    assert figures.images == 2 and math.isnan(figures.translation)
    assert jitter_table([figures]).rows == (("r", "n", "2", "-", "-", "-"),)


def test_an_object_at_rest_is_measured(tmp_path):
    still = EightPlan(objects=EIGHT[6:7], seconds=0.4, sway=0.0, turn=0.0)
    (figures,) = measure_jitter([], tmp_path, still)
    assert (figures.recording, figures.name) == ("synthetic, at rest", "teapot_901")
    assert figures.images == 6
    assert 0.0 < figures.translation < 0.005 and 0.0 < figures.rotation < math.radians(5.0)
