"""GeDi: descriptors of points one by one, each from a patch around it; hundreds of times slower than dGeDi.

Poiesi and Boscaini, PAMI 2022; of two radii as in FreeZeV2 (Caraffa et al.). PyTorch is imported when a
network is loaded, and not before.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pose_nodes.features.learned import (
    keep_kernels,
    network_fingerprint,
    refuse_nothing,
    require_torch,
    torch_at_work,
    usable_device,
    weights_file,
)
from pose_nodes.geometry.pointcloud import PointCloud

if TYPE_CHECKING:
    from pose_nodes.networks.gedi import GediNetwork

NAME = "gedi"
SHIPPED = "gedi_small.safetensors"
"""The teacher that this project trains."""
_BATCH = 100
"""Patches at once, which bounds the memory; the published code takes 500 (our choice)."""


class Gedi:
    """Describes clouds.

    Attributes:
        dimension: of a descriptor, of all radii together.
    """

    def __init__(
        self, networks: Sequence[GediNetwork], threads: int = 0, seed: int = 0, device: str = "cpu"
    ) -> None:
        """Use networks.

        Args:
            networks: one for each radius of patches; put into evaluation.
            threads: of PyTorch; 0: as many as it takes by itself.
            seed: of the random points that patches are made of; each cloud begins with it.
            device: see `usable_device`.

        Raises:
            InvalidConfigError: there is no such device.
        """
        self._device = usable_device(NAME, device)
        self._networks = [network.eval().to(device) for network in networks]
        self._threads, self._seed = threads, seed
        keep_kernels(128)
        self.dimension = sum(network.config.dimension for network in networks)

    @classmethod
    def load(
        cls,
        weights: str | Path = "",
        radii: Sequence[float] = (0.3,),
        threads: int = 0,
        seed: int = 0,
        device: str = "cpu",
    ) -> Gedi:
        """Load a network.

        Args:
            weights: a file of own weights (.safetensors), which know their radius, or the published
                checkpoint (any other name); "" for those that come with the package.
            radii: of patches, in diameters, of the published checkpoint; (0.3, 0.4) for two scales.
            threads: see above.
            seed: see above.
            device: see above.

        Raises:
            InvalidConfigError: PyTorch is not installed, there is no such device, or no weights come with
                this copy of the package.
            InvalidWeightsError: the file is missing, damaged, or of another network.
        """
        require_torch(NAME)
        path = weights_file(NAME, weights, SHIPPED)
        return cls(_networks_of(path, radii), threads, seed, device)

    @cached_property
    def fingerprint(self) -> str:
        """The same for the same weights, radii and seed."""
        configs = [network.config for network in self._networks]
        return f"gedi {network_fingerprint(self._networks, configs, self._seed)}"

    def describe(
        self, cloud: PointCloud, diameter: float, keypoints: NDArray[np.float64] | None = None
    ) -> NDArray[np.float32]:
        """Descriptors of points; the same input gives the same bits.

        Args:
            cloud: all points.
            diameter: of the object, in the unit of the points, also where the cloud is a part of it.
            keypoints: (n, 3) those that are described; all of the cloud if None.

        Returns:
            (n, dimension) float32, a unit vector of each radius, or zeros where no point is within it.

        Raises:
            InvalidInputError: the cloud is empty or not finite.
        """
        torch = require_torch(NAME)
        refuse_nothing(NAME, cloud, diameter)
        points = cloud.points / diameter
        middles = points if keypoints is None else keypoints / diameter
        with torch_at_work(self._threads, fast_products=True), torch.inference_mode():
            parts = [self._by(network, middles, points, cloud.normals) for network in self._networks]
        return np.concatenate(parts, axis=1)

    def _by(
        self,
        network: GediNetwork,
        middles: NDArray[np.float64],
        points: NDArray[np.float64],
        normals: NDArray[np.float64] | None,
    ) -> NDArray[np.float32]:
        import torch

        from pose_nodes.networks.patches import PatchSampler

        sampler = PatchSampler.of(network.config)
        rng = np.random.default_rng(self._seed)
        found = np.zeros((len(middles), network.config.dimension), np.float32)
        for first in range(0, len(middles), _BATCH):
            patches, valid = sampler(middles[first : first + _BATCH], points, rng, normals)
            described = network(torch.from_numpy(patches).to(self._device))[0].cpu().numpy()
            found[first : first + _BATCH] = np.where(valid[:, None], described, np.float32(0.0))
        return found


def _networks_of(path: Path, radii: Sequence[float]) -> list[GediNetwork]:
    from pose_nodes.networks.checkpoints import load_gedi
    from pose_nodes.networks.gedi import GediNetwork
    from pose_nodes.networks.weight_files import InvalidWeightsError, load_network

    if path.suffix != ".safetensors":
        return [load_gedi(path, radius) for radius in radii]
    network = load_network(path)
    if not isinstance(network, GediNetwork):
        raise InvalidWeightsError(f"weights '{path}': of dGeDi, not of GeDi; choose the features dgedi")
    return [network]
