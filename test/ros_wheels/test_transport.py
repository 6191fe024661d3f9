"""What the DDS profile of demo and tests promises: all images arrive, and nothing leaves the machine."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("rclpy", reason="needs ROS 2")
from rclpy.qos import QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import Image

pytestmark = pytest.mark.ros

FRAMES = 60

PUBLISHER = f"""
import array, time
import rclpy
from rclpy.qos import qos_profile_sensor_data
from sensor_msgs.msg import Image

rclpy.init()
node = rclpy.create_node("camera")
publisher = node.create_publisher(Image, "image", qos_profile_sensor_data)
while publisher.get_subscription_count() == 0:
    time.sleep(0.01)
input()  # until the test knows of the publisher, too
message = Image(height=480, width=640, encoding="bgr8", step=1920, data=array.array("B", bytes(480 * 1920)))
for number in range({FRAMES}):
    message.header.frame_id = str(number)
    publisher.publish(message)
    time.sleep(1 / 30)
input()  # until the test has seen all
"""


@pytest.fixture
def camera(node) -> Iterator[subprocess.Popen[str]]:
    """A process that publishes VGA colour images at 30 Hz, best-effort, after a line on its input."""
    process = subprocess.Popen([sys.executable, "-c", PUBLISHER], stdin=subprocess.PIPE, text=True)
    yield process
    process.communicate("\n", timeout=10)


def bound_addresses(pid: int) -> set[str]:
    """The addresses that a process's UDP and TCP sockets are bound to."""
    links = [link.readlink() for link in Path(f"/proc/{pid}/fd").iterdir()]
    inodes = {str(link)[len("socket:[") : -1] for link in links if str(link).startswith("socket:[")}
    found = set()
    for table in ("udp", "tcp", "udp6", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text(encoding="ascii").splitlines()[1:]:
            fields = line.split()
            if fields[9] in inodes:
                found.add(dotted(fields[1].split(":")[0]))
    return found


def dotted(address: str) -> str:
    """The kernel prints the bytes of IPv4 as one number of this machine, which is little-endian."""
    return ".".join(str(byte) for byte in reversed(bytes.fromhex(address)))


def test_all_images_arrive_and_sockets_are_on_loopback(node, camera, spin_until):
    numbers: list[str] = []
    # A queue for all of them: what is tested is the transport, not how soon this process is given a core.
    kept = QoSProfile(depth=FRAMES, reliability=ReliabilityPolicy.BEST_EFFORT)
    subscription = node.create_subscription(
        Image, "image", lambda image: numbers.append(image.header.frame_id), kept
    )
    assert spin_until(lambda: subscription.get_publisher_count() == 1, seconds=30)
    camera.stdin.write("\n")
    camera.stdin.flush()
    spin_until(lambda: len(numbers) == FRAMES, seconds=30)
    addresses = bound_addresses(camera.pid)
    assert numbers == [str(number) for number in range(FRAMES)]
    assert addresses == {"127.0.0.1"}
