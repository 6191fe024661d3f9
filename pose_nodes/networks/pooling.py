"""From voxels to voxels of twice the side, and back."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn.functional import gelu


class Pooling(nn.Module):
    """Each coarse voxel takes the largest of what its fine ones have, channel by channel."""

    def __init__(self, inputs: int, outputs: int, norm: nn.Module) -> None:
        """Build a layer."""
        super().__init__()
        self.projection = nn.Linear(inputs, outputs)
        self.norm = norm

    def forward(self, features: Tensor, parents: Tensor, count: int) -> Tensor:
        """(m, inputs) fine features, (m,) parents -> (count, outputs) coarse features."""
        projected = self.projection(features)
        index = parents[:, None].expand_as(projected)
        largest = projected.new_zeros(count, projected.shape[1]).scatter_reduce(
            0, index, projected, "amax", include_self=False
        )
        return gelu(self.norm(largest))


class Unpooling(nn.Module):
    """Two parts of what fine voxels have, to be added: their own, of the way down, and a coarse voxel's."""

    def __init__(self, coarse: int, fine: int, outputs: int, norms: tuple[nn.Module, nn.Module]) -> None:
        """Build a layer from the channels of both inputs and the output, and a norm for each input."""
        super().__init__()
        self.coarse, self.coarse_norm = nn.Linear(coarse, outputs), norms[0]
        self.fine, self.fine_norm = nn.Linear(fine, outputs), norms[1]

    def forward(self, coarse: Tensor, fine: Tensor, parents: Tensor) -> tuple[Tensor, Tensor]:
        """(k, coarse), (m, fine) features, (m,) parents -> (m, outputs) of the fine, and of the coarse."""
        above = gelu(self.coarse_norm(self.coarse(coarse)))
        return gelu(self.fine_norm(self.fine(fine))), above.index_select(0, parents)
