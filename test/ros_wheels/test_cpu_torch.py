"""PyTorch comes without CUDA or not at all, and one that is there stays."""

from __future__ import annotations

import venv
import zipfile
from pathlib import Path

import pytest

from tools.ros_wheels import cpu_torch

CUDA = 'nvidia-cudnn-cu13==9.24.0.43; platform_system == "Linux"'


def wheel(folder: Path, version: str, *needs: str, name: str = "torch") -> Path:
    """A package that holds nothing."""
    info = f"{name}-{version}.dist-info"
    wanted = "".join(f"Requires-Dist: {one}\n" for one in needs)
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{wanted}"
        )
        file.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr(f"{info}/RECORD", "")
    return path


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
        [
            environment / "bin" / "python",
            "-I",
            "-m",
            "pip",
            "uninstall",
            "--yes",
            "torch",
            "pose_nodes",
            "bolt",
        ],
        "Tidying up",
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


def test_the_line_tells_a_build_with_cuda_from_none_and_settings_that_are_not_read(
    environment, wheels, capsys, monkeypatch
):
    monkeypatch.delenv("HOME", raising=False)
    cpu_torch.install(environment)
    assert "it knows none. Only" in capsys.readouterr().out
    wheel(wheels, cpu_torch.VERSION, CUDA)
    monkeypatch.setenv("HOME", "/elsewhere")
    cpu_torch.install(environment)
    told = capsys.readouterr().out
    assert "it knows one with CUDA alone" in told and "(HOME is /elsewhere, so that pip's settings in" in told


@pytest.fixture
def project(environment, wheels):
    """This project, as far as what it needs for training is concerned."""
    extra = ('torch>=2.2; extra == "training"', 'bolt>=1; extra == "training"', 'ruff; extra == "test"')
    path = wheel(wheels, "0.1.0", *extra, name="pose_nodes")
    cpu_torch.run([environment / "bin" / "python", "-I", "-m", "pip", "install", path], "Installing")


def distributions(environment: Path) -> set[str]:
    program = "from importlib import metadata\nprint(*(d.metadata['Name'] for d in metadata.distributions()))"
    python = environment / "bin" / "python"
    return set(cpu_torch.run([python, "-I", "-c", program], "Asking").split())


def test_what_goes_with_it_is_installed_and_leaves_it_as_it_is(environment, wheels, project, capsys):
    wheel(wheels, f"{cpu_torch.VERSION}+cpu")
    wheel(wheels, "99.0", CUDA)
    wheel(wheels, "1.5", "torch>=2", name="bolt")
    cpu_torch.install(environment)
    assert version_of(environment) == f"{cpu_torch.VERSION}+cpu"
    assert {"bolt", "torch"} <= distributions(environment)
    assert capsys.readouterr().out.endswith("Installed: bolt>=1\n")


def test_without_it_nothing_that_goes_with_it_is_installed(environment, wheels, project):
    wheel(wheels, cpu_torch.VERSION, CUDA)
    wheel(wheels, "1.5", "torch>=2", name="bolt")
    cpu_torch.install(environment)
    assert not {"bolt", "torch"} & distributions(environment)


@pytest.mark.parametrize("needs", [(), ("torch>=3000",)], ids=["absent", "at odds"])
def test_what_cannot_be_had_beside_it_is_left_out_in_a_line(environment, wheels, project, capsys, needs):
    wheel(wheels, f"{cpu_torch.VERSION}+cpu")
    if needs:
        wheel(wheels, "1.5", *needs, name="bolt")
    cpu_torch.install(environment)
    told = capsys.readouterr().out.splitlines()
    assert told[-1].startswith("bolt>=1: left out, and with them training; pip says: ERROR")
    assert version_of(environment) == f"{cpu_torch.VERSION}+cpu" and "bolt" not in distributions(environment)


def test_one_that_is_there_stays(environment, wheels, capsys):
    wheel(wheels, "99.0", 'nvidia-cudnn-cu13; sys_platform == "nowhere"')
    python = environment / "bin" / "python"
    cpu_torch.run([python, "-I", "-m", "pip", "install", "torch==99.0"], "Installing")
    wheel(wheels, f"{cpu_torch.VERSION}+cpu")
    cpu_torch.install(environment)
    assert version_of(environment) == "99.0"
    assert capsys.readouterr().out == "PyTorch 99.0 is there, and stays.\n"
