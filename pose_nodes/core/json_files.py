"""JSON files of data sets, read with errors that are sentences."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pose_nodes.core.errors import InvalidDatasetError


def read_json(path: Path) -> Any:
    """The value of a JSON file.

    Raises:
        InvalidDatasetError: the file is missing or no JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidDatasetError(f"{path}: cannot be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:  # the latter when nested too deeply
        raise InvalidDatasetError(f"{path}: is not valid JSON ({error})") from error
