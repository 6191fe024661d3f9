"""The environment that processes run in: complete, and on this machine alone."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from types import SimpleNamespace

import pytest

from pose_nodes.ros.domains import free_domain
from tools.ros_wheels.environment import REPOSITORY, loopback_transport, ros_environment, ros_is_installed

RUN = REPOSITORY / "tools" / "ros_wheels" / "run"
MIB = 2**20
PROFILE = "{http://www.eprosima.com}"

needs_venv = pytest.mark.skipif(not (REPOSITORY / ".venv").exists(), reason="needs .venv: run `make setup`")


@pytest.fixture
def venv(tmp_path) -> Path:
    (tmp_path / "lib" / "python3.11" / "site-packages" / "ros_rcl.libs").mkdir(parents=True)
    return tmp_path


def test_packages_are_looked_up_in_the_venv_first(venv, monkeypatch):
    monkeypatch.setenv("AMENT_PREFIX_PATH", "/elsewhere")
    assert ros_environment(venv)["AMENT_PREFIX_PATH"] == f"{venv}:/elsewhere"


def test_shared_libraries_of_the_wheels_are_found(venv, monkeypatch):
    monkeypatch.delenv("LD_LIBRARY_PATH", raising=False)
    libraries = venv / "lib" / "python3.11" / "site-packages" / "ros_rcl.libs"
    assert ros_environment(venv)["LD_LIBRARY_PATH"] == f"{venv}/lib:{libraries}"


def test_what_is_compiled_when_imported_is_kept(venv, monkeypatch):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert ros_environment(venv)["PYTHONDONTWRITEBYTECODE"] == ""  # as good as not set


def test_applying_it_twice_changes_nothing(venv, monkeypatch):
    once = ros_environment(venv)
    for name, value in once.items():
        monkeypatch.setenv(name, value)
    assert ros_environment(venv) == once


def test_the_domain_is_the_callers_unless_given(venv):
    assert "ROS_DOMAIN_ID" not in ros_environment(venv)
    assert ros_environment(venv, domain_id=7)["ROS_DOMAIN_ID"] == "7"


@pytest.mark.parametrize("name", ["fastdds_loopback.xml", "fastdds_loopback_small.xml"])
def test_loopback_profiles_are_bound_to_loopback(name):
    profile = ElementTree.parse(REPOSITORY / "config" / name)
    whitelists = [
        element.text for element in profile.iterfind(f".//{PROFILE}interfaceWhiteList/{PROFILE}address")
    ]
    assert whitelists == ["127.0.0.1"]
    assert {element.text for element in profile.iter(f"{PROFILE}address")} == {"127.0.0.1"}


@pytest.mark.parametrize(
    ("size", "profile"), [(64 * MIB, "fastdds_loopback_small.xml"), (2048 * MIB, "fastdds_loopback.xml")]
)
def test_the_profile_fits_the_shared_memory_of_the_machine(monkeypatch, size, profile):
    monkeypatch.setattr(os, "statvfs", lambda path: SimpleNamespace(f_frsize=4096, f_blocks=size // 4096))
    assert Path(loopback_transport()["FASTRTPS_DEFAULT_PROFILES_FILE"]).name == profile


@pytest.mark.parametrize(
    ("name", "mebibytes"),
    [("fastdds.xml", 32), ("fastdds_loopback.xml", 32), ("fastdds_loopback_small.xml", 8)],
)
def test_each_profile_has_shared_memory_for_images(name, mebibytes):
    profile = ElementTree.parse(REPOSITORY / "config" / name)
    (size,) = profile.iter(f"{PROFILE}segment_size")
    assert int(size.text) == mebibytes * MIB
    assert [element.text for element in profile.iter(f"{PROFILE}useBuiltinTransports")] == ["false"]


@pytest.mark.parametrize(
    ("distribution", "holds_rclpy", "installed"),
    [("jazzy", True, True), ("jazzy", False, False), (None, True, False)],
)
def test_a_sourced_ros_is_recognised(tmp_path, monkeypatch, distribution, holds_rclpy, installed):
    if holds_rclpy:
        (tmp_path / "rclpy").mkdir()
    monkeypatch.setenv("PYTHONPATH", f"/nowhere:{tmp_path}")
    if distribution:
        monkeypatch.setenv("ROS_DISTRO", distribution)
    else:
        monkeypatch.delenv("ROS_DISTRO", raising=False)
    assert ros_is_installed() == installed


@needs_venv
def test_run_passes_arguments_and_exit_codes_on():
    command = [RUN, "python", "-c", "import sys; print(sys.argv[1:]); sys.exit(3)", "a b", "c"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (3, "['a b', 'c']\n")


@needs_venv
def test_run_sets_the_environment_up():
    command = [RUN, "python", "-c", "import os, sys; print(os.environ['AMENT_PREFIX_PATH'], sys.prefix)"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    prefixes, prefix = done.stdout.split()
    assert prefixes.split(os.pathsep)[0] == prefix == str(REPOSITORY / ".venv")


def test_run_says_what_to_do_without_a_venv(tmp_path):
    copy = tmp_path / "tools" / "ros_wheels" / "run"
    copy.parent.mkdir(parents=True)
    copy.write_bytes(RUN.read_bytes())
    done = subprocess.run(["bash", copy, "true"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "make setup" in done.stderr


def test_wheels_do_not_shadow_a_ros_that_is_sourced(tmp_path, venv):
    (tmp_path / "ros" / "rclpy").mkdir(parents=True)
    (venv / "lib" / "python3.11" / "site-packages" / "rclpy").mkdir()
    sourced = {**os.environ, "ROS_DISTRO": "jazzy", "PYTHONPATH": str(tmp_path / "ros")}
    command = [sys.executable, "-S", REPOSITORY / "tools" / "ros_wheels" / "environment.py", venv]
    done = subprocess.run(command, env=sourced, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "make setup" in done.stderr


def test_domains_are_lent_to_one_process_at_a_time():
    script = "from pose_nodes.ros.domains import free_domain\nwith free_domain() as domain: print(domain)"
    with free_domain() as mine:
        command = [sys.executable, "-c", script]
        other = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
        with free_domain() as second:
            assert mine not in (second, int(other.stdout))


def test_a_domain_in_which_somebody_listens_is_not_free():
    with free_domain() as domain:
        pass
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 7400 + 250 * domain + 10))
        with free_domain() as other:
            assert other != domain
