"""Makes ``.venv``: everything that the nodes, the demo and the tests need, with or without ROS installed.

Run it from the root of the repository with ``python3 -m tools.ros_wheels.setup_venv``. Each step is
done once, and again when its inputs change; with nothing to do this takes a fraction of a second.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import tempfile
import textwrap
from pathlib import Path

from . import cpu_torch, interface_packages, system_packages
from .environment import REPOSITORY, ros_is_installed
from .failure import SetupFailure
from .processes import run
from .stamps import Step, contents, perform

HERE = Path(__file__).resolve().parent
REQUIREMENTS = HERE / "requirements.txt"
OLDEST, NEWEST = (3, 10), (3, 12)
# The C++ parts of a ROS 2 Jazzy installation are built against NumPy 1, its generators use empy 3.
NEEDED_BY_ROS = ("numpy<2", "empy<4")


def _check_machine(genuine_ros: bool) -> None:
    machine = (platform.system(), platform.machine())
    if machine != ("Linux", "x86_64") and not genuine_ros:
        raise SetupFailure(
            f"the ROS 2 wheels are for Linux on x86_64, this is {' on '.join(machine)}: install ROS 2 Jazzy,"
            " source its setup.bash and run `make setup` again."
        )


def _check_python() -> None:
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        version = ".".join(map(str, sys.version_info[:2]))
        raise SetupFailure(
            f"python3 is Python {version}; the ROS 2 Jazzy wheels exist for 3.10 to 3.12: put one of these"
            " first on the PATH, or run `make setup PYTHON=/path/to/python3.12`."
        )


def _make_venv(venv: Path, genuine_ros: bool) -> None:
    options = ["--system-site-packages"] if genuine_ros else []
    run([sys.executable, "-m", "venv", "--clear", *options, venv], "Making the virtual environment")


def _print_installed(report: Path) -> None:
    """One paragraph that names what pip installed, and in which version."""
    found = [item["metadata"] for item in json.loads(report.read_text(encoding="utf-8"))["install"]]
    names = ", ".join(f"{item['name']} {item['version']}" for item in found)
    print(textwrap.fill(f"Installed: {names or 'nothing new'}", 110, subsequent_indent="  "), flush=True)


def _install_python_packages(venv: Path, genuine_ros: bool) -> None:
    ours = ["--editable", f"{REPOSITORY}[test]"]
    ros = [*NEEDED_BY_ROS] if genuine_ros else ["--requirement", str(REQUIREMENTS)]
    # -I: a sourced ROS must not make pip believe that its packages are in the environment.
    pip = [str(venv / "bin" / "python"), "-I", "-m", "pip", "install", "--disable-pip-version-check"]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        # Most of what is installed is never imported: Python compiles the rest when it is.
        options = ["--no-compile", "--progress-bar", "off", "--report", str(report)]
        command = [*pip, *options, *ros, *ours]
        run(command, "Installing Python packages", {"_ROS_WHEELS_BOOTSTRAP_COMPLETE": "1"})
        _print_installed(report)


def _write_paths(venv: Path, genuine_ros: bool) -> None:
    """Puts the source tree, our interfaces and, without ROS, the stand-ins on Python's path.

    The source tree comes first: it holds pose_nodes, which finds its interfaces by extending its path.
    """
    paths = [REPOSITORY, venv / "interfaces", *([] if genuine_ros else [HERE / "stand_ins"])]
    lines = [str(path) for path in paths]
    if not genuine_ros:
        lines.append("import os, sys; os.environ.setdefault('AMENT_PREFIX_PATH', sys.prefix)")
    (site_packages,) = venv.glob("lib/python3.*/site-packages")
    (site_packages / "pose_nodes_paths.pth").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _link_shared_files(venv: Path) -> None:
    """Lets ``get_package_share_directory("pose_nodes")`` lead to the source tree's config and launch."""
    share = venv / "share" / "pose_nodes"
    share.mkdir(parents=True, exist_ok=True)
    for name in ("config", "launch"):
        link = share / name
        link.unlink(missing_ok=True)
        link.symlink_to(REPOSITORY / name)


def _settings_of_pip() -> list[str]:
    """Where pip looks, as far as its environment says."""
    return [f"{name}={value}" for name, value in sorted(os.environ.items()) if name.startswith("PIP_")]


def _steps(venv: Path, genuine_ros: bool) -> list[Step]:
    kind = f"genuine ROS: {genuine_ros}, {REPOSITORY}"
    pins = contents([REQUIREMENTS])
    # Settings of tools, below, do not change what is installed.
    project = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8").split("\n[tool.")[0]
    release = f"those of ROS {os.environ.get('ROS_DISTRO')}" if genuine_ros else "the ROS 2 Jazzy wheels"
    packages = [
        package for package in interface_packages.PACKAGES if not genuine_ros or package.name == "pose_nodes"
    ]
    return [
        Step(
            "packages",
            f"Installing Python packages, with {release}; the first time this takes minutes",
            (*pins, project, kind),
            lambda: _install_python_packages(venv, genuine_ros),
        ),
        Step(
            "torch",
            "Looking for PyTorch without CUDA",
            (*cpu_torch.WANTED, project, kind, *_settings_of_pip()),
            lambda: cpu_torch.install(venv),
        ),
        Step("paths", "Setting up Python's path", (kind,), lambda: _write_paths(venv, genuine_ros)),
        *(interface_packages.step(package, venv, pins) for package in packages),
        Step("links", "Linking config and launch files", (kind,), lambda: _link_shared_files(venv)),
    ]


def set_up(venv: Path) -> None:
    """Makes or updates the virtual environment ``venv``; prints a line for all that it installs.

    Raises:
        SetupFailure: something is missing that cannot be installed from here.
    """
    genuine_ros = ros_is_installed()
    _check_python()
    _check_machine(genuine_ros)
    system_packages.ensure()
    stamps = venv / "stamps"
    # The interpreter itself: it may be called by several names.
    kind = (str(Path(sys.executable).resolve()), sys.version, str(genuine_ros), str(venv))
    made = Step(
        "venv",
        f"Making {venv} with Python {sys.version.split()[0]}",
        kind,
        lambda: _make_venv(venv, genuine_ros),
    )
    changed = perform(made, stamps)
    steps = _steps(venv, genuine_ros)
    changed = any([perform(step, stamps) for step in steps]) or changed
    print(f"{venv} is ready" + ("." if changed else "; nothing to do."), flush=True)


def main() -> None:
    """Sets up ``.venv`` in the root of the repository; ends with one sentence when that cannot be."""
    try:
        set_up(REPOSITORY / ".venv")
    except SetupFailure as failure:
        raise SystemExit(f"make setup: {failure}") from None


if __name__ == "__main__":
    main()
