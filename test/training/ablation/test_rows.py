"""The rows and their order."""

from __future__ import annotations

import pytest

from pose_nodes.core.errors import InvalidConfigError
from training.ablation.rows import ROWS, rows_named


def test_every_supervision_meets_every_loss_the_least_of_the_method_first():
    assert [row.name for row in ROWS] == [
        f"{supervision}-{loss}"
        for supervision in ("query", "target", "both")
        for loss in ("mse", "huber", "eq2", "eq1")
    ]


def test_rows_are_chosen_by_name_in_the_order_of_the_table():
    assert [row.name for row in rows_named(["both-eq1", "query-mse"])] == ["query-mse", "both-eq1"]
    assert rows_named([]) == list(ROWS)


def test_an_unknown_row_is_refused():
    with pytest.raises(InvalidConfigError, match="there is no row 'both'; the rows are query-mse, "):
        rows_named(["both"])
