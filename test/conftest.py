"""What all tests share: ROS that stays on this machine, in a domain of this test process alone, and
recordings.

Recordings are imported when a test asks for them, so that others start fast.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

from pose_nodes.ros.domains import free_domain
from tools.ros_wheels.environment import loopback_transport

if TYPE_CHECKING:
    from pose_nodes.objects.model import ObjectModel
    from pose_nodes.sequences.bop_scene import BopScene

# Before rclpy is imported for the first time; processes that tests start inherit it.
os.environ.update(loopback_transport())

# The same examples in every run, however busy the machine is.
hypothesis.settings.register_profile("reproducible", deadline=None, derandomize=True)
hypothesis.settings.load_profile("reproducible")

_NEEDS_ROS = pytest.mark.skip(
    reason="rclpy cannot be imported: run `make setup`, or source a ROS installation"
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests marked ``ros`` run in the process's own domain, and are skipped where there is no ROS."""
    ros_is_missing = importlib.util.find_spec("rclpy") is None
    for item in items:
        if item.get_closest_marker("ros"):
            item.add_marker(_NEEDS_ROS if ros_is_missing else pytest.mark.usefixtures("ros_domain_id"))


@pytest.fixture(scope="session")
def ros_domain_id() -> Iterator[int]:
    """A DDS domain that no other process uses, set as ``ROS_DOMAIN_ID`` for this process and its children."""
    before = os.environ.get("ROS_DOMAIN_ID")
    with free_domain() as domain:
        os.environ["ROS_DOMAIN_ID"] = str(domain)
        yield domain
    if before is None:
        del os.environ["ROS_DOMAIN_ID"]
    else:
        os.environ["ROS_DOMAIN_ID"] = before


@pytest.fixture(scope="session")
def bunny() -> BopScene:
    """The bundled recording: 36 views of a bunny, turned by about 10 degrees from one to the next."""
    from pose_nodes.demo_data import BUNNY_SCENE
    from pose_nodes.sequences.bop_scene import BopScene

    return BopScene(BUNNY_SCENE, rate_hz=10.0)


@pytest.fixture(scope="session")
def bunny_model(bunny) -> ObjectModel:
    return bunny.library()["bunny"]


@pytest.fixture(scope="session")
def desk_video() -> BopScene:
    """99 frames at 30 Hz of a dragon and a cube; the cube's poses are known modulo its 24 rotations."""
    from pose_nodes.sequences.bop_scene import BopScene

    folder = Path(__file__).resolve().parents[2] / "shared" / "data" / "desk_video"
    if not folder.is_dir():
        pytest.skip("needs ../shared/data/desk_video, which is not bundled")
    return BopScene(folder, names={1: "dragon", 2: "cube"})
