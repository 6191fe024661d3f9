"""Images to vectors of their patches, by DINOv2. PyTorch is imported when a network is loaded, not before."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pose_nodes.core.errors import InvalidConfigError
from pose_nodes.core.paths import expanded
from pose_nodes.features.learned import (
    keep_kernels,
    network_fingerprint,
    require_torch,
    torch_at_work,
    usable_device,
)

if TYPE_CHECKING:
    from pose_nodes.networks.dinov2 import Dinov2

NAME = "fused"
_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)
"""Of the colours of ImageNet, red, green and blue, 0 to 1: what the network was trained with."""
_BATCH = 8
"""Images at once, which bounds the memory (our choice)."""


class PatchEncoder:
    """Describes the patches of images.

    Attributes:
        patch: pixels along a side of a patch.
    """

    def __init__(self, network: Dinov2, layer: int = 0, threads: int = 0, device: str = "cpu") -> None:
        """Use a network.

        Args:
            network: put into evaluation, and onto the device.
            layer: the block whose output is taken; 0 for the last.
            threads: of PyTorch on a processor; 0: as many as it takes by itself.
            device: see `usable_device`.

        Raises:
            InvalidConfigError: the network has no such block, or there is no such device.
        """
        if not 0 <= layer <= len(network.blocks):
            raise InvalidConfigError(
                f"visual features: 'layer' is {layer}, but these weights have blocks from 1 to "
                f"{len(network.blocks)}; 0 takes the last"
            )
        self._network = network.eval().to(usable_device(NAME, device))
        self.patch = int(network.patches.stride[0])
        self._layer, self._threads, self._device = layer or None, threads, device
        keep_kernels(128)

    @classmethod
    def load(cls, weights: str | Path, layer: int = 0, threads: int = 0, device: str = "cpu") -> PatchEncoder:
        """Load a published checkpoint; arguments as above.

        Raises:
            InvalidConfigError: PyTorch is not installed, no file is named, or there is no such block.
            InvalidWeightsError: the file is missing, damaged, or of another network.
        """
        require_torch(NAME)
        if not str(weights):
            raise InvalidConfigError(
                f"features '{NAME}': no weights of DINOv2 come with this package; name a checkpoint such as "
                "dinov2_vits14_pretrain.pth (--visual-weights, tracker.instance.visual.weights), or choose "
                "the features dgedi or fpfh"
            )
        from pose_nodes.networks.dinov2_checkpoint import load_dinov2

        return cls(load_dinov2(expanded(weights, "weights")), layer, threads, device)

    @cached_property
    def fingerprint(self) -> str:
        """The same for the same weights and block."""
        return f"dinov2 {network_fingerprint([self._network], self._layer)}"

    def tokens(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Vectors of all patches; the same input gives the same bits.

        Args:
            images: (n, h, w, 3) uint8 RGB, h and w multiples of `patch`.

        Returns:
            (n, h / patch, w / patch, channels) float32.

        Raises:
            InvalidInputError: h or w is no such multiple.
        """
        torch = require_torch(NAME)
        with torch_at_work(self._threads, fast_products=True), torch.inference_mode():
            parts = [self._encoded(images[i : i + _BATCH]) for i in range(0, len(images), _BATCH)]
        return np.concatenate(parts)

    def _encoded(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        import torch

        scaled = (images.astype(np.float32) / np.float32(255) - _MEAN) / _DEVIATION
        batch = torch.from_numpy(np.ascontiguousarray(scaled.transpose(0, 3, 1, 2))).to(self._device)
        found: NDArray[np.float32] = self._network(batch, self._layer).float().cpu().numpy()
        return found
