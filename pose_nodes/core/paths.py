"""Paths as users write them."""

from __future__ import annotations

from pathlib import Path

from pose_nodes.core.errors import InvalidConfigError


def expanded(path: str | Path, where: str) -> Path:
    """A path with the home folder in the place of a leading ~ or ~user.

    Args:
        path: as it was given.
        where: names what gave it in errors.

    Raises:
        InvalidConfigError: nobody knows that home folder.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise InvalidConfigError(
            f"{where}: '{path}' begins with a home folder that is not known here; write the path in full"
        ) from error
