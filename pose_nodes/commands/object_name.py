"""What an object is called that the user gave only a mesh of."""

from __future__ import annotations

import re
from pathlib import Path


def object_name(mesh: Path) -> str:
    """The stem of a mesh file, changed so that it can be part of a TF frame and a file name."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "_", mesh.stem).lstrip("_.-") or "object"
