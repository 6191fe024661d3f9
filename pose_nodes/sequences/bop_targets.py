"""What the BOP benchmark asks for: which objects, how many of each, in which images."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pose_nodes.core.errors import InvalidDatasetError
from pose_nodes.core.json_files import read_json


@dataclass(frozen=True, order=True)
class Target:
    """`count` instances of an object in an image."""

    scene_id: int
    image_id: int
    object_id: int
    count: int


def read_targets(path: Path) -> list[Target]:
    """The targets of a file as test_targets_bop19.json, by scene, image and object.

    Raises:
        InvalidDatasetError: the file is missing, malformed, empty, or tells no objects, as the files of the
            detection task do.
    """
    entries = read_json(path)
    if not isinstance(entries, list) or not entries:
        raise InvalidDatasetError(f"{path}: must be a JSON list of targets, as test_targets_bop19.json")
    targets = [_target(path, place, entry) for place, entry in enumerate(entries)]
    asked = Counter((target.scene_id, target.image_id, target.object_id) for target in targets)
    (scene, image, thing), most = asked.most_common(1)[0]
    if most > 1:
        raise InvalidDatasetError(
            f"{path}: asks {most} times for object {thing} in image {image} of scene {scene}; give its "
            "inst_count once"
        )
    return sorted(targets)


def _target(path: Path, place: int, entry: Any) -> Target:
    try:
        target = Target(*(int(entry[key]) for key in ("scene_id", "im_id", "obj_id", "inst_count")))
    except KeyError as error:
        raise InvalidDatasetError(
            f"{path}: target {place}: {error} is missing; localisation needs targets that tell objects and "
            "counts, as test_targets_bop19.json"
        ) from error
    except (TypeError, ValueError, OverflowError) as error:  # the last of Infinity
        raise InvalidDatasetError(f"{path}: target {place}: {error}") from error
    if target.count < 1:
        raise InvalidDatasetError(f"{path}: target {place}: an inst_count of {target.count} asks for nothing")
    return target
