"""PyTorch, which the training needs, and what goes with it: a build for the CPU, or none.

What PyPI has for Linux brings gigabytes of CUDA. Builds for the CPU alone, a tenth of that, are on other
indexes, which only the user's pip knows. So pip is asked what it would install, and nothing is installed that
wants CUDA. A PyTorch that is there already stays, whatever it is.

What goes with PyTorch (Lightning, …) is what the extra "training" of this project names; without PyTorch none
of it is installed, as it would bring the CUDA build.
"""

from __future__ import annotations

import json
import os
import pwd
import re
import tempfile
from pathlib import Path
from typing import Any

from .failure import SetupFailure
from .processes import run

VERSION = "2.13.0"
WANTED = (f"torch=={VERSION}+cpu", f"torch=={VERSION}")
"""The name of builds for the CPU, and where there is none, a build that may be one."""
BESIDE = "setuptools<80"
"""From 80 on it has no `setup.py develop`, which colcon's --symlink-install calls; PyTorch needs 77."""
_OF_CUDA = re.compile(r"(nvidia|cuda|triton)\b")
_OF_TRAINING = re.compile(r"extra == ['\"]training['\"]")
_TORCH = re.compile(r"torch\b(?!-)")
_ASK = ("install", "--disable-pip-version-check", "--quiet", "--dry-run", "--no-deps", "--only-binary=:all:")
_INSTALL = ("install", "--disable-pip-version-check", "--no-compile", "--progress-bar", "off")


def install(venv: Path) -> None:
    """Install PyTorch into a virtual environment, and say in one line what was done.

    Raises:
        SetupFailure: a build was found and cannot be installed.
    """
    python = venv / "bin" / "python"
    if _install_torch(python):
        _install_companions(python)


def _install_torch(python: Path) -> bool:
    """Whether there is a PyTorch now."""
    there = installed_version(python)
    if there is not None:
        print(f"PyTorch {there} is there, and stays.", flush=True)
        return True
    reports = []
    for requirement in WANTED:
        reports.append(_what_pip_would_install(python, requirement))
        if is_for_cpu(reports[-1]):
            run([python, "-I", "-m", "pip", *_INSTALL, requirement, BESIDE], "Installing PyTorch")
            print(f"Installed: torch {installed_version(python)}", flush=True)
            return True
    print(_left_out(any(report is not None for report in reports)), flush=True)
    return False


def _left_out(with_cuda: bool) -> str:
    """Why there is no PyTorch, in one line."""
    found = "knows one with CUDA alone, which is gigabytes" if with_cuda else "knows none"
    home = os.environ.get("HOME")
    own = pwd.getpwuid(os.getuid()).pw_dir
    elsewhere = (
        f" (HOME is {home}, so that pip's settings in {own} are not read)" if home not in (None, own) else ""
    )
    return (
        f"PyTorch is left out: pip finds no build of {VERSION} for the CPU, it {found}{elsewhere}. Only"
        " training needs it, and its tests are skipped. To have it, install any PyTorch with .venv/bin/pip,"
        " or set PIP_EXTRA_INDEX_URL to an index of CPU builds (PyTorch's installation page names it) and run"
        " `make setup` again."
    )


def _install_companions(python: Path) -> None:
    """What the extra names beside PyTorch, which is pinned meanwhile to the build that is there."""
    wanted = [name for name in _of_extra(python) if not _TORCH.match(name)]
    if not wanted:
        return
    pin = f"torch==={installed_version(python)}"
    try:
        run([python, "-I", "-m", "pip", *_INSTALL, pin, *wanted], "Installing what goes with PyTorch")
        print(f"Installed: {', '.join(wanted)}", flush=True)
    except SetupFailure as failure:
        last = str(failure).splitlines()[-2:][0]
        print(f"{', '.join(wanted)}: left out, and with them training; pip says: {last}", flush=True)


def _of_extra(python: Path) -> list[str]:
    """Requirements of the extra "training" of this project, as it is installed."""
    program = (
        "from importlib import metadata\n"
        "try: print(*(metadata.requires('pose_nodes') or []), sep='\\n')\n"
        "except metadata.PackageNotFoundError: pass"
    )
    lines = run([python, "-I", "-c", program], "Looking for what training needs").splitlines()
    parted = [line.partition(";") for line in lines]
    return [name.strip() for name, _, marker in parted if _OF_TRAINING.search(marker)]


def installed_version(python: Path) -> str | None:
    """The version of the PyTorch that a Python has, without importing it."""
    program = (
        "from importlib import metadata\n"
        "try: print(metadata.version('torch'))\n"
        "except metadata.PackageNotFoundError: pass"
    )
    return run([python, "-I", "-c", program], "Looking for PyTorch").strip() or None


def is_for_cpu(report: dict[str, Any] | None) -> bool:
    """Whether pip's report is of a package that wants nothing of CUDA; not if there is no report."""
    if report is None:
        return False
    wanted = [name for item in report["install"] for name in item["metadata"].get("requires_dist", [])]
    return not any(_OF_CUDA.match(name) for name in wanted if "extra ==" not in name)


def _what_pip_would_install(python: Path, requirement: str) -> dict[str, Any] | None:
    """pip's report; None if it finds nothing, for whatever reason."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.json"
        try:
            run([python, "-I", "-m", "pip", *_ASK, "--report", path, requirement], "Asking for PyTorch")
            return dict(json.loads(path.read_text(encoding="utf-8")))
        except SetupFailure:
            return None
