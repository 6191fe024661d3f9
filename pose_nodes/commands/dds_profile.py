"""The transport for nodes that all run on this machine, where the user has not chosen one."""

from __future__ import annotations

import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
_SHARED_MEMORY = Path("/dev/shm")
# Room for eight processes with segments of 32 MiB.
_AMPLE_BYTES = 8 * 35 * 2**20
_VARIABLE = "FASTRTPS_DEFAULT_PROFILES_FILE"


def local_transport() -> dict[str, str]:
    """Environment variables for Fast DDS: segments that hold images, UDP on loopback alone.

    Nothing where the user has set a profile already, or the package was installed without its config folder.
    """
    folder = _config_folder()
    if _VARIABLE in os.environ or folder is None:
        return {}
    return {
        _VARIABLE: str(folder / f"fastdds_loopback{'' if _is_roomy() else '_small'}.xml"),
        # The profile decides; LOCALHOST would add a transport that binds all interfaces.
        "ROS_AUTOMATIC_DISCOVERY_RANGE": "SYSTEM_DEFAULT",
    }


def _config_folder() -> Path | None:
    """Beside the package in the source tree, or in the share folder of the prefix it is installed in."""
    candidates = [_PACKAGE.parent / "config"]
    candidates += [parent / "share" / "pose_nodes" / "config" for parent in _PACKAGE.parents]
    return next((folder for folder in candidates if (folder / "fastdds_loopback.xml").is_file()), None)


def _is_roomy() -> bool:
    space = os.statvfs(_SHARED_MEMORY)
    return space.f_frsize * space.f_blocks >= _AMPLE_BYTES
