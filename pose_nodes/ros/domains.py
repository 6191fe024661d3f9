"""DDS domains that no other process of this machine uses: demo, bench and tests must not hear others."""

from __future__ import annotations

import fcntl
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pose_nodes.core.errors import PoseNodesError

# Above 101 the ports of a domain lie among those that Linux hands out to clients; 0 is everybody's.
_DOMAINS = range(1, 102)


def _first_port(domain: int) -> int:
    """Port on which the first participant of a domain listens (DDS-RTPS 2.2, section 9.6.1.1)."""
    return 7400 + 250 * domain + 10


def _is_quiet(domain: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("127.0.0.1", _first_port(domain)))
        except OSError:
            return False
    return True


class NoFreeDomainError(PoseNodesError):
    """All DDS domains of this machine are in use."""


@contextmanager
def free_domain() -> Iterator[int]:
    """A domain in which nobody is; other callers of this function get another one until it is given back.

    Raises:
        NoFreeDomainError: all are taken.
    """
    for domain in _DOMAINS:
        lock = Path(tempfile.gettempdir()) / f"ros_domain_{domain}.lock"
        try:
            file = lock.open("w")
        except PermissionError:
            continue  # another user's
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            if _is_quiet(domain):
                yield domain
                return
    raise NoFreeDomainError(
        f"all ROS domains from {_DOMAINS.start} to {_DOMAINS.stop - 1} are in use; end some"
    )
