"""Builds ROS interface packages into the virtual environment, with ROS's own generators."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from .environment import REPOSITORY, ros_environment
from .processes import run
from .stamps import Step, contents

HERE = Path(__file__).resolve().parent
_DROP_MISSING_INCLUDES = HERE / "interfaces" / "drop_missing_includes.cmake"


@dataclass(frozen=True)
class InterfacePackage:
    """A CMake project with msg/, srv/ or action/.

    Attributes:
        name: of the ROS package.
        source: folder of its CMakeLists.txt.
        inputs: the files and folders that its build reads.
        options: further arguments of CMake.
    """

    name: str
    source: Path
    inputs: tuple[Path, ...]
    options: tuple[str, ...] = ()


def _left_out_of_the_wheels(name: str) -> InterfacePackage:
    source = HERE / "interfaces" / name
    return InterfacePackage(name, source, (source,))


def _ours() -> InterfacePackage:
    """The interfaces of pose_nodes, in a folder that comes after the source tree on Python's path.

    In site-packages the generator's empty ``pose_nodes/__init__.py`` would hide the source tree.
    """
    inputs = tuple(REPOSITORY / name for name in ("CMakeLists.txt", "package.xml", "msg", "srv"))
    options = ("-DINTERFACES_ONLY=ON", "-DPYTHON_INSTALL_DIR=interfaces")
    return InterfacePackage("pose_nodes", REPOSITORY, inputs, options)


PACKAGES = (_left_out_of_the_wheels("tf2_msgs"), _left_out_of_the_wheels("vision_msgs"), _ours())


def _remove_last_install(build: Path) -> None:
    """Removes what the last build installed, so that an interface that was deleted is gone."""
    manifest = build / "install_manifest.txt"
    if manifest.is_file():
        for line in manifest.read_text(encoding="utf-8").splitlines():
            Path(line).unlink(missing_ok=True)
    shutil.rmtree(build, ignore_errors=True)


def build(package: InterfacePackage, venv: Path) -> None:
    """Configures, builds and installs ``package`` with ``venv`` as its prefix."""
    folder = venv / "build" / package.name
    _remove_last_install(folder)
    environment = ros_environment(venv)
    prefixes = environment["AMENT_PREFIX_PATH"].replace(":", ";")
    purpose = f"Building the interfaces of {package.name}"
    configure = [
        f"-DCMAKE_INSTALL_PREFIX={venv}",
        f"-DCMAKE_PREFIX_PATH={prefixes}",
        f"-DPython3_EXECUTABLE={venv / 'bin' / 'python'}",
        f"-DCMAKE_PROJECT_INCLUDE={_DROP_MISSING_INCLUDES}",
        "-DCMAKE_BUILD_TYPE=Release",
        "-DBUILD_TESTING=OFF",
        *package.options,
    ]
    run(["cmake", "-S", package.source, "-B", folder, *configure], purpose, environment)
    jobs = str(os.cpu_count() or 1)
    run(["cmake", "--build", folder, "--parallel", jobs, "--target", "install"], purpose, environment)


def step(package: InterfacePackage, venv: Path, pins: tuple[str, ...]) -> Step:
    """The build of ``package`` as a step that depends on its sources and the ROS release (``pins``)."""
    return Step(
        name=f"interfaces_{package.name}",
        announcement=f"Building the ROS interfaces of {package.name}",
        inputs=(*contents([*package.inputs, _DROP_MISSING_INCLUDES]), *package.options, *pins),
        action=lambda: build(package, venv),
    )
