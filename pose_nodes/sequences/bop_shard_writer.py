"""Writes samples as BOP-webdataset shards; a shard appears in its place when it is complete."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidInputError
from pose_nodes.core.frame import Frame
from pose_nodes.sequences.bop_entries import at, check_truths, info_entry, truth_entry
from pose_nodes.sequences.bop_files import METRES_PER_MILLIMETRE
from pose_nodes.sequences.files import plain, write_bytes
from pose_nodes.sequences.images import encode_color, encode_depth
from pose_nodes.sequences.recording import GroundTruth
from pose_nodes.sequences.rle import encode_mask


class BopShardWriter:
    """Collects samples; use it as a context manager.

    Whole shards that are there already stay, and the next one gets the next number: an interrupted writer
    goes on after `samples_written` samples. What was added to a shard that did not get full is written at a
    regular end alone. The same samples give the same bytes.
    """

    def __init__(
        self,
        folder: Path,
        object_ids: Mapping[str, int],
        samples_per_shard: int = 1000,
        depth_scale: float = 0.1,
    ) -> None:
        """Prepare a folder of shards.

        Args:
            folder: made if absent.
            object_ids: BOP ids (from 1) by object name.
            samples_per_shard: of every shard but the last.
            depth_scale: millimetres a unit of the 16-bit depth images; 0.1 keeps tenths up to 6.5 m.
        """
        self._folder = Path(folder)
        self._object_ids = dict(object_ids)
        self._samples_per_shard = samples_per_shard
        self._depth_scale = depth_scale
        self._shard = len(list(self._folder.glob("shard-*.tar")))
        self._members: list[tuple[str, bytes]] = []
        self._in_shard = 0

    @property
    def samples_written(self) -> int:
        """How many samples lie in whole shards, those of earlier writers with them."""
        return self._shard * self._samples_per_shard

    def __enter__(self) -> BopShardWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None and self._in_shard:
            self._write_shard()

    def add(
        self,
        frame: Frame,
        truths: Sequence[GroundTruth] = (),
        masks: Sequence[NDArray[np.bool_]] = (),
        silhouettes: Sequence[NDArray[np.bool_]] = (),
    ) -> None:
        """Add one sample; see `BopSceneWriter.add` for the arguments.

        Raises:
            InvalidDatasetError: masks and truths differ in number, or a name is unknown.
            InvalidInputError: the depth does not fit 16 bits, or a shard cannot be written.
        """
        check_truths(str(self._folder), self._object_ids, truths, masks, silhouettes)
        key = f"{self._shard:06d}_{self._in_shard:06d}"
        self._members += [
            (f"{key}.{name}", data) for name, data in self._sample(frame, truths, masks, silhouettes).items()
        ]
        self._in_shard += 1
        if self._in_shard == self._samples_per_shard:
            self._write_shard()

    def _sample(
        self,
        frame: Frame,
        truths: Sequence[GroundTruth],
        masks: Sequence[NDArray[np.bool_]],
        silhouettes: Sequence[NDArray[np.bool_]],
    ) -> dict[str, bytes]:
        units_per_metre = 1.0 / (self._depth_scale * METRES_PER_MILLIMETRE)
        members = {} if frame.color is None else {"rgb.jpg": encode_color(frame.color, "rgb.jpg")}
        members["depth.png"] = encode_depth(frame.depth, "depth.png", units_per_metre)
        entries: dict[str, Any] = {
            "camera.json": {"cam_K": frame.camera.K.ravel(), "depth_scale": self._depth_scale},
            "gt.json": [truth_entry(truth, self._object_ids) for truth in truths],
            "gt_info.json": [
                info_entry(truth, frame.depth, at(masks, i), at(silhouettes, i))
                for i, truth in enumerate(truths)
            ],
            "mask.json": {i: encode_mask(mask) for i, mask in enumerate(silhouettes)},
            "mask_visib.json": {i: encode_mask(mask) for i, mask in enumerate(masks)},
        }
        return members | {name: json.dumps(plain(value)).encode() for name, value in entries.items()}

    def _write_shard(self) -> None:
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as tar:
            for name, data in self._members:
                member = tarfile.TarInfo(
                    name
                )  # without owner and time, so that equal samples give equal bytes
                member.size = len(data)
                tar.addfile(member, io.BytesIO(data))
        path = self._folder / f"shard-{self._shard:06d}.tar"
        if path.exists():
            raise InvalidInputError(f"{path}: exists already; another writer is at work in this folder")
        write_bytes(path, buffer.getvalue())
        self._shard, self._in_shard, self._members = self._shard + 1, 0, []
