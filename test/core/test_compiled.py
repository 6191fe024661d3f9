"""Compiled functions: the same as in Python, with or without a place to keep their code."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest

from pose_nodes.core.compiled import compiled, compiled_sums

PACKAGE = Path(__file__).resolve().parents[2] / "pose_nodes"
FILES = [path for path in sorted(PACKAGE.rglob("*.py")) if "\n@compiled" in path.read_text(encoding="utf-8")]


def test_a_function_whose_code_cannot_be_kept_is_compiled_all_the_same():
    names: dict = {}
    exec("def halve(x):\n    return 0.5 * x / 1.0", names)  # of no file, beside which code could be kept
    halve = compiled(names["halve"])
    assert halve(3.0) == 1.5


def test_division_by_zero_is_that_of_numpy():
    @compiled
    def ratio(a: float, b: float) -> float:
        return a / b

    assert np.isnan(ratio(0.0, 0.0)) and ratio(1.0, 0.0) == np.inf


def test_sums_in_another_order_are_the_same_sums():
    @compiled_sums
    def total(numbers: np.ndarray) -> float:
        value = 0.0
        for index in range(len(numbers)):
            value += numbers[index]
        return value

    numbers = np.random.default_rng(0).normal(size=1001)
    assert total(numbers) == pytest.approx(numbers.sum(), abs=1e-11)
    assert np.isnan(total(np.array([1.0, np.nan])))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_compiled_functions_call_those_of_their_own_file_alone(path):
    # The code that is kept on disk is not made anew when another file changes.
    tree = ast.parse(path.read_text(encoding="utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    others = {".".join(other.relative_to(PACKAGE.parent).with_suffix("").parts) for other in FILES}
    assert not modules & others
