"""Scores that are kept on disk pair by pair, and are not computed again for the same inputs.

    <key>.json   what was evaluated on what, and the scores of the pairs so far

The key is made of all that decides the scores: the weights, the clouds, and how a pose is looked for. So an
interrupted evaluation goes on, and one of other weights or other clouds begins anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pose_nodes.core.errors import InvalidDatasetError
from pose_nodes.core.json_files import read_json
from pose_nodes.sequences.files import plain, write_json
from training.evaluation.describers import NamedDescriber
from training.evaluation.descriptor_scores import PieceScore, score_piece
from training.evaluation.piece_sets import PieceSet
from training.evaluation.registering import Effort

FORMAT = 1
"""Another number where the same inputs give other scores."""


@dataclass(frozen=True)
class KeptScores:
    """A folder of scores; made with the first of them."""

    folder: Path

    def evaluate(self, over: PieceSet, describer: NamedDescriber, effort: Effort) -> Iterator[PieceScore]:
        """The score of each pair of a set, those that are kept before the others.

        Args:
            over: the pairs.
            describer: what describes them.
            effort: how poses are looked for.

        Raises:
            InvalidDatasetError: a file of kept scores is damaged.
            InvalidInputError: the folder cannot be written to.
        """
        about = {
            "format": FORMAT, "descriptor": describer.identity, "pairs": over.digest(), **asdict(effort)
        }  # fmt: skip
        path = self.folder / f"{_key(about)}.json"
        found = _read(path)[: len(over.pieces)]
        yield from found
        for seed in range(len(found), len(over.pieces)):
            found.append(score_piece(over.pieces[seed], describer, effort, seed, over.judge(seed)))
            rows = [asdict(score) for score in found]
            write_json(path, plain({"set": over.name, **about, "scores": rows}))
            yield found[-1]


def _key(about: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()[:24]


def _read(path: Path) -> list[PieceScore]:
    if not path.is_file():
        return []
    try:
        # A share of no matches at all is NaN, which JSON has not.
        return [PieceScore(**{**row, **_nan_for_null(row)}) for row in read_json(path)["scores"]]
    except (InvalidDatasetError, KeyError, TypeError, AttributeError) as error:
        raise InvalidDatasetError(
            f"{path}: holds no scores, or is damaged; delete it, and they are computed again"
        ) from error


def _nan_for_null(row: dict[str, Any]) -> dict[str, float]:
    return {name: float("nan") for name, value in row.items() if value is None}
