"""The environment variables that a process on the ROS wheels needs; the one place that says them.

As a program, prints them as ``NAME=value`` lines separated by NUL, for the ``run`` script.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
SHARED_MEMORY = Path("/dev/shm")
# Room for eight processes with segments of 32 MiB.
AMPLE_BYTES = 8 * 35 * 2**20


def ros_is_installed() -> bool:
    """Whether a genuine ROS is sourced, whose packages must not be shadowed by the wheels."""
    if "ROS_DISTRO" not in os.environ:
        return False
    paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return any((Path(path) / "rclpy").is_dir() for path in paths if path)


def _prepended(variable: str, entries: list[str]) -> str:
    """Value of a path variable with ``entries`` in front, none of them twice."""
    old = os.environ.get(variable, "").split(os.pathsep)
    return os.pathsep.join(dict.fromkeys([*entries, *(entry for entry in old if entry)]))


def _profile() -> Path:
    """The Fast DDS profile whose shared-memory segments this machine has room for."""
    space = os.statvfs(SHARED_MEMORY)
    small = space.f_frsize * space.f_blocks < AMPLE_BYTES
    return REPOSITORY / "config" / f"fastdds_loopback{'_small' if small else ''}.xml"


def loopback_transport() -> dict[str, str]:
    """Fast DDS with a shared-memory segment that holds images, and UDP on 127.0.0.1 alone.

    SYSTEM_DEFAULT leaves the profile alone; LOCALHOST would add a transport that binds all interfaces.
    """
    return {
        "RMW_IMPLEMENTATION": "rmw_fastrtps_cpp",
        "ROS_AUTOMATIC_DISCOVERY_RANGE": "SYSTEM_DEFAULT",
        "FASTRTPS_DEFAULT_PROFILES_FILE": str(_profile()),
    }


def _wheel_paths(venv: Path) -> dict[str, str]:
    """Where the wheels keep packages and shared libraries.

    With the library path set from the start, the wheels need not start Python a second time.
    """
    libraries = [venv / "lib", *sorted(venv.glob("lib/python3.*/site-packages/ros_*.libs"))]
    return {
        "AMENT_PREFIX_PATH": _prepended("AMENT_PREFIX_PATH", [str(venv)]),
        "LD_LIBRARY_PATH": _prepended("LD_LIBRARY_PATH", [str(library) for library in libraries]),
        "PATH": _prepended("PATH", [str(venv / "bin")]),
        "VIRTUAL_ENV": str(venv),
        # Packages are compiled when they are first imported. Where the caller forbids to keep that, each
        # start of a node would do it again, which takes twice as long.
        "PYTHONDONTWRITEBYTECODE": "",
        "_ROS_WHEELS_BOOTSTRAP_COMPLETE": "1",
    }


def ros_environment(venv: Path, domain_id: int | None = None) -> dict[str, str]:
    """What to add to ``os.environ`` for a process that uses ROS without leaving this machine.

    Args:
        venv: the virtual environment of ``make setup``.
        domain_id: DDS domain, 0 to 101 on Linux; None keeps the caller's.
    """
    environment = loopback_transport() | _wheel_paths(venv.absolute())
    if domain_id is not None:
        environment["ROS_DOMAIN_ID"] = str(domain_id)
    return environment


def _holds_wheels(venv: Path) -> bool:
    return any(venv.glob("lib/python3.*/site-packages/rclpy"))


def main(venv: Path) -> None:
    """Prints the environment for ``venv``; ends with a sentence where that would shadow a sourced ROS."""
    if ros_is_installed() and _holds_wheels(venv):
        raise SystemExit(f"{venv} was made without ROS {os.environ['ROS_DISTRO']}: run 'make setup' again.")
    for name, value in ros_environment(venv).items():
        sys.stdout.write(f"{name}={value}\0")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
