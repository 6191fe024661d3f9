"""PyTorch comes without CUDA or not at all, and one that is there stays."""

from __future__ import annotations

import venv
import zipfile
from pathlib import Path

import pytest

from tools.ros_wheels import cpu_torch

CUDA = 'nvidia-cudnn-cu13==9.24.0.43; platform_system == "Linux"'


def wheel(folder: Path, version: str, *needs: str) -> None:
    """A package named torch that holds nothing."""
    info = f"torch-{version}.dist-info"
    wanted = "".join(f"Requires-Dist: {name}\n" for name in needs)
    with zipfile.ZipFile(folder / f"torch-{version}-py3-none-any.whl", "w") as file:
        file.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: torch\nVersion: {version}\n{wanted}")
        file.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr(f"{info}/RECORD", "")


@pytest.fixture(scope="session")
def environment(tmp_path_factory) -> Path:
    """A virtual environment with pip in it."""
    folder = tmp_path_factory.mktemp("torch") / "venv"
    venv.create(folder, with_pip=True)
    return folder


@pytest.fixture
def wheels(environment, tmp_path, monkeypatch):
    """A folder that is all that pip knows."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setattr(cpu_torch, "BESIDE", "pip")  # is there
    yield tmp_path
    cpu_torch.run(
        [environment / "bin" / "python", "-I", "-m", "pip", "uninstall", "--yes", "torch"], "Tidying up"
    )


def version_of(environment: Path) -> str | None:
    return cpu_torch.installed_version(environment / "bin" / "python")


def test_a_build_for_the_cpu_is_installed_and_named(environment, wheels, capsys):
    wheel(wheels, f"{cpu_torch.VERSION}+cpu")
    wheel(wheels, "99.0", CUDA)
    cpu_torch.install(environment)
    assert version_of(environment) == f"{cpu_torch.VERSION}+cpu"
    assert capsys.readouterr().out == f"Installed: torch {cpu_torch.VERSION}+cpu\n"


def test_a_build_that_is_not_called_so_but_wants_no_cuda_will_do(environment, wheels):
    wheel(wheels, cpu_torch.VERSION, 'triton>=3; extra == "compile"')
    cpu_torch.install(environment)
    assert version_of(environment) == cpu_torch.VERSION


def test_a_build_that_wants_cuda_is_left_out_and_the_way_to_one_told(environment, wheels, capsys):
    wheel(wheels, cpu_torch.VERSION, CUDA)
    cpu_torch.install(environment)
    assert version_of(environment) is None
    told = capsys.readouterr().out
    assert told.startswith("PyTorch is left out: pip finds no build") and told.count("\n") == 1
    assert "PIP_EXTRA_INDEX_URL" in told


def test_where_pip_finds_nothing_setup_goes_on(environment, wheels, capsys):
    cpu_torch.install(environment)
    assert version_of(environment) is None
    assert "PyTorch is left out" in capsys.readouterr().out


def test_one_that_is_there_stays(environment, wheels, capsys):
    wheel(wheels, "99.0", 'nvidia-cudnn-cu13; sys_platform == "nowhere"')
    python = environment / "bin" / "python"
    cpu_torch.run([python, "-I", "-m", "pip", "install", "torch==99.0"], "Installing")
    wheel(wheels, f"{cpu_torch.VERSION}+cpu")
    cpu_torch.install(environment)
    assert version_of(environment) == "99.0"
    assert capsys.readouterr().out == "PyTorch 99.0 is there, and stays.\n"
