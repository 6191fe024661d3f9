"""Which arrangements are for training, which for validation and which for tests."""

from __future__ import annotations

from dataclasses import dataclass

from pose_nodes.core.config import option

TRAIN, VALIDATION, TEST = "train", "val", "test"


@dataclass(frozen=True)
class SplitsConfig:
    """Shares of the arrangements; the rest is for training."""

    validation: float = option(0.1, "share of the arrangements, of other instances", minimum=0.0, maximum=0.9)
    test: float = option(0.1, "share of the arrangements, of yet others", minimum=0.0, maximum=0.9)

    def used(self) -> tuple[str, ...]:
        """The splits that have a share."""
        shares = {TRAIN: 1.0 - self.validation - self.test, VALIDATION: self.validation, TEST: self.test}
        return tuple(name for name, share in shares.items() if share > 0)


def assigned(config: SplitsConfig, count: int) -> list[tuple[str, int]]:
    """The split of each arrangement, and its number in the split, from 0.

    Each arrangement goes where most are missing; so more of them never change those before, and the shares
    are right to one arrangement at any time.
    """
    shares = {TRAIN: 1.0 - config.validation - config.test, VALIDATION: config.validation, TEST: config.test}
    taken = dict.fromkeys(shares, 0)
    result = []
    for number in range(count):
        split = max(shares, key=lambda name: shares[name] * (number + 1) - taken[name])
        result.append((split, taken[split]))
        taken[split] += 1
    return result
