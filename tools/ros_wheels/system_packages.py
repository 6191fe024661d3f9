"""System libraries and programs that no Python wheel brings: installs them, or says how to."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from .failure import SetupFailure
from .processes import run


@dataclass(frozen=True)
class Need:
    """Something that must be on the machine, and the Debian or Ubuntu package that brings it."""

    what: str
    package: str
    present: Callable[[], bool]


def _library(name: str) -> Callable[[], bool]:
    def present() -> bool:
        try:
            ctypes.CDLL(name)
        except OSError:
            return False
        return True

    return present


def _program(*names: str) -> Callable[[], bool]:
    return lambda: any(shutil.which(name) for name in names)


def _python_headers() -> bool:
    return (Path(sysconfig.get_path("include")) / "Python.h").is_file()


_PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"

NEEDS = (
    # What the wheels of Open3D (0.18 to 0.20) are linked with.
    Need("libusb-1.0", "libusb-1.0-0", _library("libusb-1.0.so.0")),
    Need("libGL", "libgl1", _library("libGL.so.1")),
    Need("libEGL", "libegl1", _library("libEGL.so.1")),
    Need("libX11", "libx11-6", _library("libX11.so.6")),
    Need("libgomp", "libgomp1", _library("libgomp.so.1")),
    Need("libudev", "libudev1", _library("libudev.so.1")),
    Need("libidn2", "libidn2-0", _library("libidn2.so.0")),
    Need("a C compiler", "gcc", _program("cc", "gcc", "clang")),
    Need("a C++ compiler", "g++", _program("c++", "g++", "clang++")),
    Need("cmake", "cmake", _program("cmake")),
    Need("make", "make", _program("make")),
    Need("Python's venv module", f"{_PYTHON}-venv", lambda: find_spec("ensurepip") is not None),
    Need("Python's headers", f"{_PYTHON}-dev", _python_headers),
)


def _install(packages: list[str]) -> None:
    apt = {"DEBIAN_FRONTEND": "noninteractive"}
    run(["apt-get", "update"], "Reading the package lists", apt)
    # Another process may hold the lock of apt for a while.
    options = ["-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300"]
    run(["apt-get", "install", *options, *packages], "Installing system packages", apt)


def ensure(needs: tuple[Need, ...] = NEEDS) -> None:
    """Installs what is missing with apt when run as root.

    Raises:
        SetupFailure: something is missing and cannot be installed from here; says how to install it.
    """
    missing = [need for need in needs if not need.present()]
    if not missing:
        return
    names = ", ".join(need.what for need in missing)
    packages = [need.package for need in missing]
    command = f"apt-get update && apt-get install -y {' '.join(packages)}"
    if not shutil.which("apt-get"):
        raise SetupFailure(f"Missing on this machine: {names}. On Debian and Ubuntu it is: {command}")
    if os.geteuid() != 0:
        raise SetupFailure(f"Missing on this machine: {names}. Install with: sudo sh -c '{command}'")
    print(f"Installing with apt: {' '.join(packages)} (for {names})", flush=True)
    _install(packages)
    still = [need for need in missing if not need.present()]
    if still:
        raise SetupFailure(f"Still missing after apt-get install: {', '.join(need.what for need in still)}.")
