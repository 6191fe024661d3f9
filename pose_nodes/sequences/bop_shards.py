"""BOP-webdataset: samples in tar files, which training streams from end to end.

A sample is a run of members with one key: KEY.rgb.jpg, KEY.depth.png, KEY.camera.json, KEY.gt.json,
KEY.gt_info.json, KEY.mask.json and KEY.mask_visib.json (masks as run lengths by the index of the pose).
MegaPose-GSO and MegaPose-ShapeNetCore are such data sets, of 1,040 shards with about 1,000 samples each.
"""

from __future__ import annotations

import json
import tarfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidDatasetError, InvalidInputError
from pose_nodes.core.frame import Frame
from pose_nodes.core.segment import Segment
from pose_nodes.geometry.camera import PinholeCamera
from pose_nodes.sequences import bop_files
from pose_nodes.sequences.images import decode_color, decode_depth
from pose_nodes.sequences.recording import GroundTruth, RecordedFrame
from pose_nodes.sequences.rle import decode_mask

FRAME_ID = "camera_optical_frame"
_PERIOD_NS = 33_333_333
_COLOR_ENDINGS = ("rgb.jpg", "rgb.png")

T = TypeVar("T")


class BopShards:
    """The samples of some shards, in their order; iterating again begins anew."""

    def __init__(self, shards: Sequence[Path], names: Mapping[int, str] | None = None) -> None:
        """Nothing is read yet.

        Args:
            shards: tar files.
            names: object names by id; objects without one are left out. Without it all are called by their
                ids, as `obj_000007`.
        """
        self._shards = [Path(shard) for shard in shards]
        self._names = names

    @classmethod
    def of_folder(cls, folder: Path, names: Mapping[int, str] | None = None) -> BopShards:
        """All tar files of a folder, by name.

        Raises:
            InvalidDatasetError: there is none.
        """
        shards = sorted(Path(folder).glob("*.tar"))
        if not shards:
            raise InvalidDatasetError(f"{folder}: holds no shards (*.tar)")
        return cls(shards, names)

    def __iter__(self) -> Iterator[RecordedFrame]:
        """The samples, each an image of its own.

        Raises:
            InvalidDatasetError: a shard is missing or broken, or a sample malformed.
        """
        index = 0
        for shard in self._shards:
            for key, members in _samples(shard):
                yield ShardSample(f"{shard}: sample {key}", members).frame(index, self._names)
                index += 1


def _samples(shard: Path) -> Iterator[tuple[str, dict[str, bytes]]]:
    """The members of each sample by what follows the key and a dot."""
    key, members = "", dict[str, bytes]()
    try:
        with tarfile.open(shard, mode="r|*") as tar:
            for member in tar:
                if not member.isfile():
                    continue
                name, _, kind = Path(member.name).name.partition(".")
                if name != key and members:
                    yield key, members
                    members = {}
                key = name
                data = tar.extractfile(member)
                members[kind] = data.read() if data else b""
    except (OSError, tarfile.TarError, EOFError) as error:
        raise InvalidDatasetError(f"{shard}: is not a whole tar file ({error}); fetch it again") from error
    if members:
        yield key, members


class ShardSample:
    """One sample, read member by member."""

    def __init__(self, where: str, members: Mapping[str, bytes]) -> None:
        """Take the members of a sample.

        Args:
            where: the sample is, for errors.
            members: contents by what follows the key and a dot.
        """
        self._where = where
        self._members = members

    def frame(self, index: int, names: Mapping[int, str] | None) -> RecordedFrame:
        """The sample as an image; for `names` see `BopShards`.

        Raises:
            InvalidDatasetError: it is malformed.
        """
        try:
            frame = self._frame(index * _PERIOD_NS)
        except InvalidInputError as error:
            text = str(error)
            named = text if text.startswith(self._where) else f"{self._where}: {text}"
            raise InvalidDatasetError(named) from error
        truths = self._truths(names)
        masks = self._masks(frame.camera.shape)
        segments = [
            Segment(masks[number], truth.class_name)
            for number, truth in truths.items()
            if number in masks and masks[number].any()
        ]
        return RecordedFrame(index, index, frame, segments, list(truths.values()))

    def _frame(self, stamp_ns: int) -> Frame:
        K, depth_scale = self._parsed("camera.json", bop_files.camera_of)
        units_per_metre = 1.0 / (depth_scale * bop_files.METRES_PER_MILLIMETRE)
        depth = decode_depth(self._member("depth.png"), f"{self._where}.depth.png", units_per_metre)
        height, width = depth.shape
        camera = PinholeCamera.from_matrix(K, width, height)
        ending = next((ending for ending in _COLOR_ENDINGS if ending in self._members), None)
        color = None if ending is None else decode_color(self._members[ending], f"{self._where}.{ending}")
        return Frame(stamp_ns, FRAME_ID, camera, depth, color)

    def _truths(self, names: Mapping[int, str] | None) -> dict[int, GroundTruth]:
        """The poses by their index in the sample; of objects with a name alone."""
        if "gt.json" not in self._members:
            return {}
        infos = self._parsed("gt_info.json", list) if "gt_info.json" in self._members else []
        truths = {}
        for number, entry in enumerate(self._parsed("gt.json", list)):
            object_id, T = self._checked("gt.json", _identified_pose, entry)
            name = bop_files.default_name(object_id) if names is None else names.get(object_id)
            if name is not None:
                visible = infos[number].get("visib_fract", "nan") if number < len(infos) else "nan"
                truths[number] = GroundTruth(name, T, self._checked("gt_info.json", float, visible))
        return truths

    def _masks(self, shape: tuple[int, int]) -> dict[int, NDArray[np.bool_]]:
        if "mask_visib.json" not in self._members:
            return {}
        entries = self._parsed("mask_visib.json", dict)
        masks = {
            int(number): self._checked("mask_visib.json", decode_mask, e) for number, e in entries.items()
        }
        for mask in masks.values():
            if mask.shape != shape:
                raise InvalidDatasetError(f"{self._where}.mask_visib.json: a mask is not of the image's size")
        return masks

    def _member(self, name: str) -> bytes:
        if name not in self._members:
            raise InvalidDatasetError(f"{self._where}: has no {name}")
        return self._members[name]

    def _parsed(self, name: str, read: Callable[[Any], T]) -> T:
        """A JSON member, read by a function."""
        try:
            value = json.loads(self._member(name))
        except ValueError as error:
            raise InvalidDatasetError(f"{self._where}.{name}: is not valid JSON ({error})") from error
        return self._checked(name, read, value)

    def _checked(self, name: str, read: Callable[[Any], T], value: Any) -> T:
        """`read(value)`, with every way in which the value can be malformed turned into a sentence."""
        try:
            return read(value)
        except KeyError as error:
            raise InvalidDatasetError(f"{self._where}.{name}: {error} is missing") from error
        except (TypeError, ValueError, OverflowError, AttributeError, InvalidInputError) as error:
            raise InvalidDatasetError(f"{self._where}.{name}: {error}") from error


def _identified_pose(entry: Mapping[str, Any]) -> tuple[int, NDArray[np.float64]]:
    return int(entry["obj_id"]), bop_files.pose_of(entry)
