"""The rows of the ablation: every supervision with every loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pose_nodes.core.errors import InvalidConfigError

SUPERVISIONS = ("query", "target", "both")
LOSSES = ("mse", "huber", "eq2", "eq1")


@dataclass(frozen=True)
class AblationRow:
    """What a student learns from, and by which loss.

    Attributes:
        supervision: a choice of `LabelOptions.supervision`.
        loss: a key of `training.losses.distillation.LOSSES`.
    """

    supervision: str
    loss: str

    @property
    def name(self) -> str:
        """Of the row, and of its folder."""
        return f"{self.supervision}-{self.loss}"

    def values(self) -> dict[str, str]:
        """Its options by dotted name."""
        return {"labels.supervision": self.supervision, "loss": self.loss}


ROWS = tuple(AblationRow(supervision, loss) for supervision in SUPERVISIONS for loss in LOSSES)
"""From the least to the most of the paper's method: supervision of the query alone first, Eq. 1 last."""


def rows_named(names: Sequence[str]) -> list[AblationRow]:
    """The rows of some names, in the order of ROWS; all of none.

    Raises:
        InvalidConfigError: there is no such row.
    """
    known = [row.name for row in ROWS]
    for name in names:
        if name not in known:
            raise InvalidConfigError(f"ablation: there is no row '{name}'; the rows are {', '.join(known)}")
    return [row for row in ROWS if not names or row.name in names]
