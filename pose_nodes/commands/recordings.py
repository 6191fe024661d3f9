"""The recordings that commands work on."""

from __future__ import annotations

from pathlib import Path

from pose_nodes.core.errors import InvalidDatasetError
from pose_nodes.objects.library import ObjectLibrary
from pose_nodes.sequences.bop_files import names_from_objects_file
from pose_nodes.sequences.bop_scene import BopScene


def open_recording(
    folder: Path, objects_file: Path | None = None, rate_hz: float = 30.0
) -> tuple[BopScene, ObjectLibrary]:
    """A BOP scene and its objects.

    Args:
        folder: the scene folder, or a data set with exactly one scene.
        objects_file: names the objects instead of the data set's own objects.yaml; an object whose mesh is
            obj_000007.* is object 7 of the scene.
        rate_hz: of the images.

    Raises:
        PoseNodesError: a folder or file is missing or malformed.
    """
    if objects_file is None:
        scene = BopScene(folder, rate_hz=rate_hz)
        return scene, scene.library()
    names = names_from_objects_file(objects_file)
    if not names:
        raise InvalidDatasetError(
            f"{objects_file}: no mesh is called obj_000001.ply or so, by which a scene's objects are known"
        )
    return BopScene(folder, names, rate_hz), ObjectLibrary.from_file(objects_file)
