"""The objects file: which objects there are, and where their meshes lie."""

from __future__ import annotations

import difflib
import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from pose_nodes.core.config import from_mapping, option
from pose_nodes.core.errors import InvalidConfigError
from pose_nodes.objects.bop_models import FROM_MODELS_INFO
from pose_nodes.objects.mesh import METRES_PER_UNIT
from pose_nodes.objects.model import DEFAULT_FEATURES

_ROOT_KEY = "objects"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
"""Legal in TF frame names, ROS parameter values and file names alike."""


@dataclass(frozen=True)
class ObjectSpec:
    """One block of the objects file."""

    mesh: str = option("", "path of the mesh file; relative to the objects file")
    mesh_unit: str = option("m", "length unit of the mesh file", choices=tuple(METRES_PER_UNIT))
    symmetry: str = option(
        "none",
        "motions that map the object onto itself: none, z:2, z:inf, box, cube, ...; auto: found from the "
        "mesh; bop: those of models_info.json beside the mesh",
    )
    features: str = option(
        DEFAULT_FEATURES,
        "descriptor of its cold starts; default: the one that tracker.instance.features names",
        choices=(DEFAULT_FEATURES, "fpfh", "dgedi", "gedi", "fused"),
    )


def read_objects_file(path: Path) -> dict[str, ObjectSpec]:
    """The blocks of an objects file by object name, in the order of the file.

    Raises:
        InvalidConfigError: the file is missing, no YAML, empty, or has an unknown key or an unusable name.
    """
    root = _read_yaml(path)
    if not isinstance(root, Mapping) or not root:
        raise InvalidConfigError(
            f"{path}: is empty or no mapping; begin it with '{_ROOT_KEY}:' and a block an object"
        )
    for key in root:
        if key != _ROOT_KEY:
            raise InvalidConfigError(f"{path}: unknown key '{key}'; did you mean '{_ROOT_KEY}'?")
    blocks = root[_ROOT_KEY]
    if not isinstance(blocks, Mapping) or not blocks:
        raise InvalidConfigError(
            f"{path}: '{_ROOT_KEY}' has no object; add a block such as 'mug: {{mesh: mug.ply}}'"
        )
    return {_name(name, path): _spec(name, block, path) for name, block in blocks.items()}


def told_symmetries(path: Path) -> set[str]:
    """The objects whose blocks have a symmetry of their own: not "bop", nor what is none for want of the key.

    Raises:
        InvalidConfigError: the file is no objects file.
    """
    specs, blocks = read_objects_file(path), _read_yaml(path)[_ROOT_KEY]
    return {name for name in specs if "symmetry" in blocks[name] and specs[name].symmetry != FROM_MODELS_INFO}


def check_name(name: str, where: str) -> None:
    """Raise an InvalidConfigError for a name that cannot be part of a TF frame or file name."""
    if not _NAME.fullmatch(name):
        raise InvalidConfigError(
            f"{where}: object name '{name}' is not usable as the name of a TF frame; use letters, digits, "
            "'_', '-' and '.', and begin with a letter or digit"
        )


def nearest_name(name: str, known: tuple[str, ...]) -> str:
    """The known name that is most like the given one, empty if none is."""
    return next(iter(difflib.get_close_matches(name, known, n=1)), "")


def _name(name: object, path: Path) -> str:
    if not isinstance(name, str):
        raise InvalidConfigError(f"{path}: object name {name!r} is not text; put it in quotes")
    check_name(name, str(path))
    return name


def _spec(name: str, block: object, path: Path) -> ObjectSpec:
    where = f"{path}: object '{name}'"
    if not isinstance(block, Mapping):
        raise InvalidConfigError(f"{where}: must be a block with 'mesh:', but is {block!r}")
    spec = from_mapping(ObjectSpec, block, where)
    if not spec.mesh:
        raise InvalidConfigError(f"{where}: 'mesh' is missing; give the path of its mesh file")
    return spec


def _read_yaml(path: Path) -> Any:
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_UniqueKeyLoader)  # a SafeLoader
    except OSError as error:
        raise InvalidConfigError(f"objects file {path}: cannot be read ({error.strerror})") from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:  # the last when nested too deeply
        reason = " ".join(str(error).split())
        raise InvalidConfigError(f"objects file {path}: is not valid YAML ({reason})") from error


class _UniqueKeyLoader(yaml.SafeLoader):
    """Refuses a key that is given twice, where YAML libraries silently take the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [key.value for key, _ in node.value]
        repeated = [key for key in keys if keys.count(key) > 1]
        if repeated:
            raise yaml.constructor.ConstructorError(
                None, None, f"'{repeated[0]}' is given twice", node.start_mark
            )
        return super().construct_mapping(node, deep)
