"""What is missing on the machine is installed, or named with the command that installs it."""

from __future__ import annotations

import os
from collections.abc import Sequence

import pytest

from tools.ros_wheels import system_packages
from tools.ros_wheels.failure import SetupFailure
from tools.ros_wheels.system_packages import Need, ensure


class Machine:
    """A machine whose packages are a set of names; stands in for apt."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, user: int, apt: bool = True) -> None:
        self.installed: set[str] = set()
        self.commands: list[list[str]] = []
        monkeypatch.setattr(system_packages, "run", self.run)
        monkeypatch.setattr(os, "geteuid", lambda: user)
        monkeypatch.setattr(system_packages.shutil, "which", lambda name: name if apt else None)

    def run(self, command: Sequence[str], purpose: str, environment: object = None) -> str:
        self.commands.append(list(command))
        if command[1] == "install":
            self.installed |= {word for word in command[2:] if not word.startswith("-") and "::" not in word}
        return ""

    def needs(self, *packages: str) -> tuple[Need, ...]:
        return tuple(Need(f"the {name}", name, lambda name=name: name in self.installed) for name in packages)


def test_nothing_is_done_when_nothing_is_missing(monkeypatch, capsys):
    machine = Machine(monkeypatch, user=0)
    ensure((Need("this", "that", lambda: True),))
    assert machine.commands == []
    assert capsys.readouterr().out == ""


def test_root_installs_what_is_missing_after_an_update(monkeypatch, capsys):
    machine = Machine(monkeypatch, user=0)
    ensure(machine.needs("libgl1", "cmake"))
    assert [command[1] for command in machine.commands] == ["update", "install"]
    assert machine.installed == {"libgl1", "cmake"}
    assert "libgl1 cmake" in capsys.readouterr().out


def test_what_is_present_is_not_installed(monkeypatch):
    machine = Machine(monkeypatch, user=0)
    machine.installed = {"libgl1"}
    ensure(machine.needs("libgl1", "cmake"))
    assert "libgl1" not in machine.commands[-1]


def test_others_are_told_in_one_sentence_what_to_run(monkeypatch):
    machine = Machine(monkeypatch, user=1000)
    with pytest.raises(SetupFailure) as failure:
        ensure(machine.needs("libgl1", "cmake"))
    assert str(failure.value) == (
        "Missing on this machine: the libgl1, the cmake. Install with:"
        " sudo sh -c 'apt-get update && apt-get install -y libgl1 cmake'"
    )
    assert machine.commands == []


def test_without_apt_the_debian_names_are_told(monkeypatch):
    machine = Machine(monkeypatch, user=0, apt=False)
    with pytest.raises(SetupFailure, match=r"On Debian and Ubuntu it is: .*libgl1"):
        ensure(machine.needs("libgl1"))


def test_an_installation_that_did_not_help_is_a_failure(monkeypatch):
    machine = Machine(monkeypatch, user=0)
    with pytest.raises(SetupFailure, match="Still missing after apt-get install: the libgl1"):
        ensure((Need("the libgl1", "libgl1", lambda: False),))
    assert machine.installed == {"libgl1"}


def test_the_libraries_that_the_tests_use_are_found():
    assert [need.what for need in system_packages.NEEDS if "lib" in need.what and not need.present()] == []


def test_a_library_that_does_not_exist_is_missing():
    assert not system_packages._library("libnowhere.so.7")()
    assert not system_packages._program("no-such-program")()
