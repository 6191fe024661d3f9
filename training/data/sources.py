"""The sources by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from pose_nodes.core.config import from_mapping
from pose_nodes.core.errors import InvalidConfigError
from training.data.category_crops import CategoryCrop, CategoryCrops, CropOptions
from training.data.cloud_pairs import CloudPair
from training.data.object_clouds import CloudOptions, ObjectClouds
from training.data.object_pool import ObjectPool
from training.data.rooms import RoomCloud, RoomOptions, Rooms
from training.data.shard_clouds import ShardClouds, ShardOptions


class ConfiguredSource(Protocol):
    """A source that is made of options.

    Attributes:
        name, sample_class, length: as of every `Source`.
        options: a configuration.
    """

    name: str
    sample_class: type[Any]
    length: int | None
    options: Any

    def __getitem__(self, index: int) -> Any: ...

    def origin(self) -> dict[str, str]:
        """What else decides of the samples, by name."""
        ...


@dataclass(frozen=True)
class SourceKind:
    """A kind of source.

    Attributes:
        options: class of its options.
        sample: class of its samples.
        build: makes the source of a pool of objects and options, or of a split and options.
        needs_pool: which of them.
    """

    options: type[Any]
    sample: type[Any]
    build: Callable[[Any, Any], ConfiguredSource]
    needs_pool: bool = True


SOURCES: Mapping[str, SourceKind] = {
    "object_clouds": SourceKind(CloudOptions, CloudPair, ObjectClouds),
    "shard_clouds": SourceKind(ShardOptions, CloudPair, ShardClouds),
    "category_crops": SourceKind(CropOptions, CategoryCrop, CategoryCrops),
    "rooms": SourceKind(RoomOptions, RoomCloud, Rooms, needs_pool=False),
}


def open_source(
    name: str, split: str = "train", pool: Path | None = None, values: Mapping[str, Any] | None = None
) -> ConfiguredSource:
    """A source.

    Args:
        name: a key of SOURCES.
        split: "train", "val" or "test", which share nothing.
        pool: folder of the objects, of those that are made of any.
        values: options, nested or with dotted names; what is absent keeps its default.

    Raises:
        InvalidConfigError: no such source or split, an unknown option, or no pool where one is needed.
        InvalidDatasetError: the pool cannot be used.
    """
    if name not in SOURCES:
        raise InvalidConfigError(f"source '{name}' is unknown; use one of {', '.join(SOURCES)}")
    kind = SOURCES[name]
    options = from_mapping(kind.options, values or {}, f"options of {name}")
    if not kind.needs_pool:
        return kind.build(split, options)
    if pool is None:
        raise InvalidConfigError(
            f"source '{name}': needs objects; make a pool with `python -m training pool`"
        )
    return kind.build(ObjectPool(pool, split), options)
