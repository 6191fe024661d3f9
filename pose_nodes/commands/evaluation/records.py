"""What was found in each image, kept in a file, so that an evaluation can go on after an interruption.

attempts.jsonl: a line with the settings, then a line an image.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from pose_nodes.commands.cold_starts import Attempt
from pose_nodes.core.errors import InvalidInputError
from pose_nodes.geometry import se3
from pose_nodes.metrics.cold_start import ColdStart, Outcome
from pose_nodes.metrics.summary import PoseError
from pose_nodes.sequences.bop_results import PoseResult
from pose_nodes.sequences.files import plain, write_text

Key = tuple[str, int, int, int]
"""Method, seed, scene and image."""


@dataclass(frozen=True, eq=False)
class InstanceRecord:
    """One cold start.

    Attributes:
        object_id: of the object.
        T_camera_object: (4, 4), the best pose, or None.
        verified: whether it may be acted on.
        score: of the estimator, 0 to 1.
        start: how it compares with the known pose.
    """

    object_id: int
    T_camera_object: se3.Matrix | None
    verified: bool
    score: float
    start: ColdStart

    @classmethod
    def of(cls, object_id: int, attempt: Attempt, start: ColdStart) -> InstanceRecord:
        """The record of an attempt."""
        return cls(object_id, attempt.T_camera_object, attempt.verified, attempt.score, start)

    @property
    def ranked_score(self) -> float:
        """For result files: 0.5 to 1 of a verified pose, 0 to 0.5 of others, so that all verified ones come
        before all others."""
        return 0.5 * (float(self.verified) + min(max(self.score, 0.0), 1.0))


@dataclass(frozen=True, eq=False)
class ImageRecord:
    """The cold starts of one image.

    Attributes:
        method, seed, scene_id, image_id: of what.
        seconds: for the whole image, with what segmenting it took where that is known.
        instances: in the order they were looked for.
    """

    method: str
    seed: int
    scene_id: int
    image_id: int
    seconds: float
    instances: Sequence[InstanceRecord]

    @property
    def key(self) -> Key:
        return self.method, self.seed, self.scene_id, self.image_id

    def results(self, verified_alone: bool) -> list[PoseResult]:
        """Lines of a result file: the best pose of each cold start, or only those that are verified."""
        return [
            PoseResult(
                self.scene_id,
                self.image_id,
                instance.object_id,
                instance.ranked_score,
                instance.T_camera_object,
                self.seconds,
            )
            for instance in self.instances
            if instance.T_camera_object is not None and (instance.verified or not verified_alone)
        ]


class RecordFile:
    """An open attempts.jsonl; what was added is on the disk when `add` returns."""

    def __init__(self, path: Path, settings: Mapping[str, Any], resume: bool) -> None:
        """Begin the file, or go on with it.

        Args:
            path: of the file.
            settings: of this evaluation.
            resume: keep what an earlier evaluation with the same settings has found.

        Raises:
            InvalidInputError: the file is of an evaluation with other settings, or the place cannot be
                written to.
        """
        self._path = path
        try:
            self.records, lines = _kept(path, settings) if resume else ([], [])
            # In place of the old file at once: a kill in between must not lose what it has.
            write_text(path, "".join(f"{line}\n" for line in [json.dumps(settings), *lines[1:]]))
            self._file = path.open("a", encoding="utf-8")
        except OSError as error:
            raise self._unwritable(error) from error

    def __enter__(self) -> RecordFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, record: ImageRecord) -> None:
        """Write the record of one image.

        Raises:
            InvalidInputError: the place cannot be written to any longer.
        """
        try:
            self._file.write(json.dumps(plain(_entry(record)), allow_nan=False) + "\n")
            self._file.flush()
        except OSError as error:
            raise self._unwritable(error) from error
        self.records.append(record)

    def _unwritable(self, error: OSError) -> InvalidInputError:
        return InvalidInputError(f"{self._path}: cannot be written ({error.strerror}); choose another --out")


def _whole_lines(path: Path) -> list[str]:
    """The lines of a file up to the last line break: what was written last may have been cut short."""
    data = path.read_bytes() if path.is_file() else b""
    return data[: data.rfind(b"\n") + 1].decode("utf-8").splitlines()


def _kept(path: Path, settings: Mapping[str, Any]) -> tuple[list[ImageRecord], list[str]]:
    """The records of a file, and all of its lines."""
    try:
        lines = _whole_lines(path)
        values = [json.loads(line) for line in lines]
        if values and values[0] != json.loads(json.dumps(settings)):
            changed = [key for key in settings if values[0].get(key) != settings[key]]
            raise InvalidInputError(
                f"{path}: was made with other settings ({', '.join(changed)}); repeat them, leave --resume "
                "out, or choose another --out"
            )
        return [_record(value) for value in values[1:]], lines
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInputError(
            f"{path}: is not what an evaluation leaves ({error}); leave --resume out to begin anew"
        ) from error


def _entry(record: ImageRecord) -> dict[str, Any]:
    return {
        "method": record.method,
        "seed": record.seed,
        "scene_id": record.scene_id,
        "image_id": record.image_id,
        "seconds": record.seconds,
        "instances": [
            {
                "object_id": instance.object_id,
                "T_camera_object": instance.T_camera_object,
                "verified": instance.verified,
                "score": instance.score,
                "start": {**asdict(instance.start), "outcome": instance.start.outcome.value},
            }
            for instance in record.instances
        ],
    }


def _record(entry: Mapping[str, Any]) -> ImageRecord:
    instances = [_instance(instance) for instance in entry["instances"]]
    return ImageRecord(**{**entry, "instances": instances})


def _instance(entry: Mapping[str, Any]) -> InstanceRecord:
    start, T = dict(entry["start"]), entry["T_camera_object"]
    start["outcome"] = Outcome(start["outcome"])
    start["error"] = None if start["error"] is None else PoseError(**start["error"])
    pose = None if T is None else np.reshape(np.array(T, np.float64), (4, 4))
    return InstanceRecord(entry["object_id"], pose, entry["verified"], entry["score"], ColdStart(**start))
