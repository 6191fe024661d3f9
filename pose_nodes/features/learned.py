"""What learned descriptors share: PyTorch where it is there, files of weights, threads."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pose_nodes.core.errors import InvalidConfigError, InvalidInputError
from pose_nodes.geometry.pointcloud import PointCloud

WEIGHTS = Path(__file__).resolve().parents[1] / "weights"
"""Where the weights are that come with the package."""


def require_torch(descriptor: str) -> Any:
    """The module torch.

    Raises:
        InvalidConfigError: PyTorch is not installed.
    """
    # PyTorch's library of kernels keeps one for each number of points that it has seen: 0.4 GB after 100
    # clouds. No two clouds are alike, so that none is used again. This is heard at the library's first use.
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "1")
    try:
        import torch
    except ImportError as error:
        raise InvalidConfigError(
            f"features '{descriptor}': PyTorch is not installed; run `pip install pose_nodes[training]`, or "
            "choose the features fpfh"
        ) from error
    return torch


def weights_file(descriptor: str, given: str | Path, shipped: str) -> Path:
    """The file that a user names, or else the one that comes with the package.

    Args:
        descriptor: for the error.
        given: a path, or "" for none.
        shipped: name of the file in WEIGHTS.

    Raises:
        InvalidConfigError: no file is named, and none comes with the package.
    """
    if str(given):
        return Path(given).expanduser()
    path = WEIGHTS / shipped
    if not path.is_file():
        raise InvalidConfigError(
            f"features '{descriptor}': no weights come with this copy of the package ({path} is missing); "
            "name a file of weights, or choose the features fpfh"
        )
    return path


def refuse_nothing(descriptor: str, cloud: PointCloud, diameter: float) -> None:
    """Raises InvalidInputError for a cloud without points, or an object without an extent."""
    if not len(cloud) or not diameter > 0.0:
        raise InvalidInputError(
            f"features '{descriptor}': {len(cloud)} points, a diameter of {diameter}; both must be more "
            "than 0"
        )


def network_fingerprint(networks: Iterable[Any], *options: object) -> str:
    """The same for networks (torch modules) with the same weights, used with the same options."""
    digest = hashlib.sha256(repr(options).encode())
    for network in networks:
        for name, tensor in sorted(network.state_dict().items()):
            digest.update(name.encode() + tensor.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()


@contextmanager
def threads_of_torch(count: int) -> Iterator[None]:
    """Let PyTorch compute on so many threads of the processor; 0 changes nothing."""
    torch = require_torch("learned")
    before = torch.get_num_threads()
    torch.set_num_threads(count or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)
