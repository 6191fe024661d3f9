"""Sub-manifold sparse convolution as gathered matrix products."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from pose_nodes.networks.kernel_map import KernelMap


class SubmanifoldConvolution(nn.Module):
    """A convolution (a cross-correlation, as PyTorch's) whose outputs are at the cells of its inputs.

    `weight` is (size^3, inputs, outputs), the offsets in the order of a `KernelMap`.
    """

    def __init__(self, inputs: int, outputs: int, size: int, bias: bool) -> None:
        """Build a convolution with PyTorch's usual random weights for a dense one."""
        super().__init__()
        self.size = size
        self.weight = nn.Parameter(torch.empty(size**3, inputs, outputs))
        self.bias = nn.Parameter(torch.empty(outputs)) if bias else None
        bound = 1.0 / math.sqrt(inputs * size**3)
        nn.init.uniform_(self.weight, -bound, bound)
        if self.bias is not None:
            nn.init.uniform_(self.bias, -bound, bound)

    def forward(self, features: Tensor, pairs: KernelMap) -> Tensor:
        """(n, inputs) -> (n, outputs)."""
        weight = self.weight.to(features.dtype)
        products = _PairProducts.apply(features, weight, pairs.targets, pairs.sources, pairs.counts)
        return products if self.bias is None else products + self.bias.to(products.dtype)


class _PairProducts(torch.autograd.Function):
    """Sum over the pairs of a target of source features times the weight of the offset.

    All features are gathered once, multiplied offset by offset into one buffer, and added up once: five times
    faster on a CPU than one product with the features of all 27 neighbours side by side, of which three
    quarters are zeros.
    """

    @staticmethod
    def forward(
        ctx: Any, features: Tensor, weight: Tensor, targets: Tensor, sources: Tensor, counts: Sequence[int]
    ) -> Tensor:
        gathered = features.index_select(0, sources)
        products = gathered.new_empty(len(sources), weight.shape[2])
        for k, rows in _spans(counts):
            torch.mm(gathered[rows], weight[k], out=products[rows])
        ctx.save_for_backward(gathered, weight, targets, sources)
        ctx.counts, ctx.length = counts, len(features)
        return products.new_zeros(len(features), weight.shape[2]).index_add_(0, targets, products)

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        gathered, weight, targets, sources = ctx.saved_tensors
        incoming = gradients[0].index_select(0, targets)
        of_gathered, of_weight = torch.empty_like(gathered), torch.zeros_like(weight)
        for k, rows in _spans(ctx.counts):
            torch.mm(incoming[rows], weight[k].t(), out=of_gathered[rows])
            torch.mm(gathered[rows].t(), incoming[rows], out=of_weight[k])
        of_features = gathered.new_zeros(ctx.length, gathered.shape[1]).index_add_(0, sources, of_gathered)
        return of_features, of_weight, None, None, None


def _spans(counts: Sequence[int]) -> list[tuple[int, slice]]:
    """The offsets that have pairs, each with the rows of those."""
    ends = torch.tensor(counts).cumsum(0).tolist()
    return [
        (k, slice(end - count, end)) for k, (count, end) in enumerate(zip(counts, ends, strict=True)) if count
    ]
