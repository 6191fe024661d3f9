"""dGeDi: descriptors of all points of a cloud by one pass of a network.

Hamza et al., "Distilling 3D distinctive local descriptors for 6D pose estimation". PyTorch is imported when a
network is loaded, and not before.
"""

from __future__ import annotations

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
    from pose_nodes.networks.descriptor import DescriptorNetwork

NAME = "dgedi"
SHIPPED = "dgedi_small.safetensors"
"""The student that this project trains."""


class Dgedi:
    """Describes clouds.

    Attributes:
        dimension: of a descriptor.
    """

    def __init__(self, network: DescriptorNetwork, threads: int = 0, device: str = "cpu") -> None:
        """Use a network.

        Args:
            network: put into evaluation, and onto the device.
            threads: of PyTorch on a processor; 0: as many as it takes by itself.
            device: see `usable_device`.

        Raises:
            InvalidConfigError: there is no such device.
        """
        self._network = network.eval().to(usable_device(NAME, device))
        self._threads, self._device = threads, device
        self._large = network.config.backbone == "base"
        keep_kernels(128 if self._large else 1)  # 128: the blocks of a stage share theirs
        self.dimension = network.config.dimension

    @classmethod
    def load(cls, weights: str | Path = "", threads: int = 0, device: str = "cpu") -> Dgedi:
        """Load a network.

        Args:
            weights: a file of own weights (.safetensors) or a published checkpoint of dGeDi (any other name);
                "" for those that come with the package.
            threads: see above.
            device: see above.

        Raises:
            InvalidConfigError: PyTorch is not installed, there is no such device, or no weights come with
                this copy of the package.
            InvalidWeightsError: the file is missing, damaged, or of another network.
        """
        require_torch(NAME)
        path = weights_file(NAME, weights, SHIPPED)
        return cls(_network_of(path), threads, device)

    @cached_property
    def fingerprint(self) -> str:
        """The same for the same weights and all options, also those that the backbone stands for."""
        network = self._network
        used = (network.config, network.grid, network.inputs, network.upsampling, network.backbone.config)
        return f"dgedi {network_fingerprint([network], *used)}"

    def describe(self, cloud: PointCloud, diameter: float) -> NDArray[np.float32]:
        """Descriptors of all points; on a processor the same input gives the same bits.

        Args:
            cloud: n points with normals on the outer side.
            diameter: of the object, in the unit of the points, also where the cloud is a part of it.

        Returns:
            (n, dimension) float32 unit vectors.

        Raises:
            InvalidInputError: the cloud is empty or not finite, or so much larger than the diameter that it
                cannot be of that object.
        """
        torch = require_torch(NAME)
        refuse_nothing(NAME, cloud, diameter)
        points = (cloud.points - cloud.points.mean(axis=0)) / diameter
        tensors = [torch.from_numpy(array.astype(np.float32)) for array in (points, cloud.normals)]
        tensors.append(torch.tensor([len(points)]))
        with torch_at_work(self._threads, self._large), torch.inference_mode():
            described = self._network(*(tensor.to(self._device) for tensor in tensors))
        found: NDArray[np.float32] = described.cpu().numpy()
        return found


def _network_of(path: Path) -> DescriptorNetwork:
    from pose_nodes.networks.checkpoints import load_dgedi
    from pose_nodes.networks.descriptor import DescriptorNetwork
    from pose_nodes.networks.weight_files import InvalidWeightsError, load_network

    if path.suffix != ".safetensors":
        return load_dgedi(path)
    network = load_network(path)
    if not isinstance(network, DescriptorNetwork):
        raise InvalidWeightsError(f"weights '{path}': of GeDi, not of dGeDi; choose the features gedi")
    return network
