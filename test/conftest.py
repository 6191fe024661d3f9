"""What all tests share: ROS that stays on this machine, in a domain of this test process alone."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator

import hypothesis
import pytest

from pose_nodes.ros.domains import free_domain
from tools.ros_wheels.environment import loopback_transport

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
