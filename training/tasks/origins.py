"""What the data of a task are, beyond their names: a run does not go on with others of the same name."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pose_nodes.core.config import to_mapping
from pose_nodes.core.json_files import read_json
from training.clouds.cached_pairs import folders_of
from training.clouds.teacher_store import STORE_FILE
from training.data.cache import CachedSource
from training.data.object_pool import ObjectPool

_NOTHING = "nothing"


def origin_of(config: Any) -> dict[str, str]:
    """A line on what stands at each place that the options of a task name, by the name of the option.

    Raises:
        PoseNodesError: objects or pairs are missing, or something cannot be read.
    """
    options = to_mapping(config)
    named = {name: str(options.get(name) or "") for name in _ORIGINS}
    if not options["run.validate_steps"]:
        named["data.held_out"] = ""
    return {name: _ORIGINS[name](place) for name, place in named.items() if place}


def _pool(place: str) -> str:
    return _short(ObjectPool(Path(place).expanduser()).fingerprint)


def _pairs(place: str) -> str:
    caches = [CachedSource(folder) for folder in folders_of(place)]
    return " and ".join(f"{cache.length} of {_digest([cache.name, cache.about])}" for cache in caches)


def _store(place: str) -> str:
    path = Path(place).expanduser() / STORE_FILE
    return _digest(read_json(path)) if path.is_file() else _NOTHING


def _weights(place: str) -> str:
    path = Path(place).expanduser()
    return _short(hashlib.sha256(path.read_bytes()).hexdigest()) if path.is_file() else _NOTHING


def _digest(value: Any) -> str:
    return _short(hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest())


def _short(digest: str) -> str:
    return digest[:16]


_ORIGINS: Mapping[str, Callable[[str], str]] = {
    "data.pool": _pool,
    "data.caches": _pairs,
    "data.held_out": _pairs,
    "store": _store,
    "teacher.store": _store,
    "weights": _weights,
}
