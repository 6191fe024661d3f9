"""The section on registration: fair starts, the same for all, told by shape and in all."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from pose_nodes.commands.bench_registration import (
    METHODS,
    OPEN3D,
    OURS,
    SEARCH,
    SMALL_GICP,
    STARTS,
    Figures,
    Trial,
    _small_gicp,
    displacement,
    measure_registration,
    registration_tables,
)
from pose_nodes.geometry import se3
from pose_nodes.objects.model import build_model
from pose_nodes.synthetic.shapes.library import generate


@pytest.fixture(scope="module")
def measured() -> list[Figures]:
    return measure_registration(trials=4, shapes=[("generic_blob", 903)])


def test_every_method_has_the_same_starts_and_a_row(measured):
    assert [(one.starts, one.method) for one in measured] == [(s, m) for s in STARTS for m in METHODS]
    near, far = registration_tables(measured)
    assert "5 degrees and 1 cm" in near.title and "15 degrees and 3 cm" in far.title
    assert [row[:2] for row in far.rows] == [(of, m) for of in ("all", "generic_blob_903") for m in METHODS]


@pytest.mark.parametrize("method", [OURS, SEARCH, OPEN3D])
def test_a_smooth_shape_is_found_again_by_all(measured, method):
    for one in measured:
        if one.method == method:
            value = one.plain()
            assert (value["trials"], value["converged"]) == (4, 1.0)
            assert 0 < value["error"] < 3e-4 and value["seconds"] > 0


def test_who_is_not_installed_is_said_to_be_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "small_gicp", None)
    made = generate("generic_blob", 903)
    assert _small_gicp(build_model(made.name, made.mesh, made.symmetry, np.random.default_rng(0))) == {}
    absent = Figures("blob", 0.2, "far", SMALL_GICP, None)
    assert absent.plain()["installed"] is False and absent.plain()["converged"] is None
    assert registration_tables([absent])[1].rows[3][2:4] == ("0", "not installed")


def test_what_converged_is_judged_by_the_diameter_of_each_shape():
    figures = [
        Figures("small", 0.1, "near", OURS, (Trial(1e-3, 0.0019), Trial(3e-3, 0.0021))),
        Figures("large", 1.0, "near", OURS, (Trial(2e-3, 0.0021),)),
    ]
    assert [one.plain()["converged"] for one in figures] == [0.5, 1.0]
    assert registration_tables(figures)[0].rows[0] == ("all", OURS, "3", "2.00", "2.000", "66.7 %")


def test_turns_about_an_axis_of_symmetry_displace_nothing():
    made = generate("generic_vessel", 903)
    model = build_model(made.name, made.mesh, made.symmetry, np.random.default_rng(0))
    assert model.symmetry.axis is not None
    T = se3.from_rotation_vector([0.3, 0.1, -0.2], [0.0, 0.0, 0.5])
    turned = T @ model.symmetry.elements()[7]
    assert displacement(model, turned, T) == pytest.approx(0.0, abs=1e-9)
    moved = T.copy()
    moved[2, 3] += 0.003
    assert displacement(model, moved, T) == pytest.approx(0.003, abs=1e-6)
