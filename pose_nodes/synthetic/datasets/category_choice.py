"""Which categories a data set in the layout of NOCS shows."""

from __future__ import annotations

from dataclasses import dataclass

from pose_nodes.core.config import option
from pose_nodes.core.errors import InvalidConfigError
from pose_nodes.synthetic.shapes.categories.registry import CATEGORIES

CATEGORY_NAMES = tuple(CATEGORIES)
"""Class k is CATEGORY_NAMES[k - 1]; the first six are those of NOCS, in its order."""


@dataclass(frozen=True)
class CategoriesConfig:
    """What is shown in the layout of NOCS, in place of `objects`."""

    names: str = option("bottle, bowl, camera, can, laptop, mug", "of the categories; empty: all fourteen")
    instances: int = option(
        20, "of each category in each split, no instance in two", minimum=1, maximum=100_000
    )

    def chosen(self) -> tuple[str, ...]:
        """The categories.

        Raises:
            InvalidConfigError: one is unknown.
        """
        names = tuple(name.strip() for name in self.names.split(",") if name.strip()) or CATEGORY_NAMES
        for name in names:
            if name not in CATEGORIES:
                raise InvalidConfigError(
                    f"categories.names: '{name}' is unknown; known are {', '.join(CATEGORIES)}"
                )
        return names
