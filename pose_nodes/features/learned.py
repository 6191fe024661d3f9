"""What learned descriptors share: PyTorch where it is there, files of weights, threads."""

from __future__ import annotations

import hashlib
import math
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from pose_nodes.core.errors import InvalidConfigError, InvalidInputError
from pose_nodes.core.paths import expanded
from pose_nodes.geometry.pointcloud import PointCloud

WEIGHTS = Path(__file__).resolve().parents[1] / "weights"
"""Where the weights are that come with the package."""


_SPINS = "20000"
"""How often PyTorch's threads look for their next task before they sleep, unless the user has said how they
wait; heard when PyTorch is imported. GNU's OpenMP looks 300,000 times, for milliseconds after each task, in
which the search for neighbours, or whatever else a robot computes, does without that processor: the small
network takes a twentieth longer so."""


def require_torch(descriptor: str) -> Any:
    """The module torch; its threads are to sleep soon, see `_SPINS`.

    Raises:
        InvalidConfigError: PyTorch or safetensors is not installed, or cannot be loaded.
    """
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", _SPINS)
    try:
        import safetensors  # noqa: F401  weights are read by it
        import torch
    except ModuleNotFoundError as error:
        package = {"torch": "PyTorch"}.get(str(error.name), str(error.name))
        raise InvalidConfigError(
            f"features '{descriptor}': {package} is not installed; run `pip install torch safetensors`, or "
            "choose the features fpfh"
        ) from error
    except (ImportError, OSError) as error:  # a library that it needs is missing, or is another
        raise InvalidConfigError(
            f"features '{descriptor}': PyTorch cannot be used ({error}); install a build for this machine, "
            "or choose the features fpfh"
        ) from error
    return torch


def keep_kernels(count: int) -> None:
    """Let oneDNN, PyTorch's library of kernels, keep so many, unless the user has said how many.

    It would keep 1,024, one for each number of rows that it has seen: 0.4 GB after a hundred clouds, no two
    of which are alike. This is heard at its first use; the network that comes first in a process decides.
    """
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", str(count))


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
        return expanded(given, "weights")
    path = WEIGHTS / shipped
    if not path.is_file():
        raise InvalidConfigError(
            f"features '{descriptor}': no weights come with this copy of the package ({path} is missing); "
            "name a file of weights, or choose the features fpfh"
        )
    return path


def usable_device(descriptor: str, device: str) -> str:
    """The device, as PyTorch names it.

    Raises:
        InvalidConfigError: it is none of "cpu", "cuda" and "cuda:N", or PyTorch sees no such GPU.
    """
    torch = require_torch(descriptor)
    name, _, number = device.partition(":")
    if not re.fullmatch(r"cpu|cuda(:[0-9]+)?", device):
        raise InvalidConfigError(
            f"features '{descriptor}': device '{device}' is none of cpu, cuda and cuda:N"
        )
    there = torch.cuda.device_count()
    if name == "cuda" and int(number or 0) >= there:
        raise InvalidConfigError(
            f"features '{descriptor}': device '{device}': PyTorch {torch.__version__} sees {there} GPUs with "
            "CUDA here; install a build for yours, or choose the device cpu"
        )
    return device


def refuse_nothing(descriptor: str, cloud: PointCloud, diameter: float) -> None:
    """Raises InvalidInputError for a cloud without points or one that is not finite, or an object without an
    extent."""
    if not len(cloud) or not 0.0 < diameter < math.inf:
        raise InvalidInputError(
            f"features '{descriptor}': {len(cloud)} points, a diameter of {diameter}; both must be more "
            "than 0, and finite"
        )
    if not np.isfinite(cloud.points).all() or not np.isfinite(cloud.normals).all():
        raise InvalidInputError(
            f"features '{descriptor}': a coordinate or a normal of the {len(cloud)} points is not finite; "
            "leave pixels without depth out"
        )


def network_fingerprint(networks: Iterable[Any], *options: object) -> str:
    """The same for networks (torch modules) with the same weights, used with the same options."""
    digest = hashlib.sha256(repr(options).encode())
    for network in networks:
        for name, tensor in sorted(network.state_dict().items()):
            digest.update(name.encode() + tensor.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()


@contextmanager
def torch_at_work(threads: int, fast_products: bool = False) -> Iterator[None]:
    """Let PyTorch compute in its own way for a while.

    Args:
        threads: of the processor; 0 changes nothing.
        fast_products: allow products of matrices that are rounded as bfloat16, summed in float32. On
            processors that know bfloat16, PyTorch then takes oneDNN instead of MKL, which on those of AMD is
            less than half as fast; where rounding gains nothing there, as with AVX-512, the result is that of
            float32. Others change nothing. A kernel is compiled for each number of rows, which pays off
            for large products, or where that number comes again.
    """
    torch = require_torch("learned")
    before, precision = torch.get_num_threads(), torch.get_float32_matmul_precision()
    torch.set_num_threads(threads or before)
    torch.set_float32_matmul_precision("medium" if fast_products else precision)
    try:
        yield
    finally:
        torch.set_num_threads(before)
        torch.set_float32_matmul_precision(precision)
