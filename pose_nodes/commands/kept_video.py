"""Videos of procedural objects that take long to render, kept in a folder for the next time."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pose_nodes import __version__
from pose_nodes.core.json_files import read_json
from pose_nodes.objects.model import ObjectModel, build_model
from pose_nodes.sequences.files import write_json
from pose_nodes.synthetic.scenes.videos import Video, write_video
from pose_nodes.synthetic.shapes.library import generate

_DESCRIPTION = "video.json"


def kept_video(folder: Path, description: Mapping[str, Any], make: Callable[[], Video]) -> Path:
    """Write a video as a data set, unless the folder has it from before, with the same description.

    Args:
        folder: of the data set; what is in it is replaced when the description differs.
        description: what the video follows from, for JSON.
        make: makes the video.

    Returns:
        The folder.

    Raises:
        PoseNodesError: the folder cannot be written to.
    """
    described = json.loads(json.dumps({**description, "version": __version__}))
    file = folder / _DESCRIPTION
    if not file.is_file() or read_json(file) != described:
        shutil.rmtree(folder, ignore_errors=True)
        write_video(make(), folder)
        write_json(file, described)  # last: what lacks it is not whole
    return folder


def generated_model(family: str, seed: int) -> ObjectModel:
    """The procedural object of a family and a seed, with its surface points."""
    made = generate(family, seed)
    return build_model(made.name, made.mesh, made.symmetry, np.random.default_rng(seed))
