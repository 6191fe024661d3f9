"""AdamW and its schedule."""

from __future__ import annotations

import math

import torch
from torch import nn

from training.harness.config import OptimiserOptions


def adamw(network: nn.Module, options: OptimiserOptions) -> torch.optim.AdamW:
    """The optimiser of all weights that learn.

    Weights of one axis (biases, scales of normalisation) do not decay, as is common.
    """
    learning = [weight for weight in network.parameters() if weight.requires_grad]
    groups = [
        {"params": [one for one in learning if one.ndim > 1], "weight_decay": options.weight_decay},
        {"params": [one for one in learning if one.ndim <= 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW([group for group in groups if group["params"]], lr=options.rate)


def rate_at(step: int, steps: int, options: OptimiserOptions) -> float:
    """Learning rate of a step, as share of the highest: a linear rise, then half a cosine.

    Args:
        step: from 0.
        steps: in all.
        options: of the optimiser.
    """
    if step < options.warm_up:
        return (step + 1) / options.warm_up
    way = min(1.0, (step - options.warm_up) / max(1, steps - options.warm_up))
    return options.last_rate + (1.0 - options.last_rate) * 0.5 * (1.0 + math.cos(math.pi * way))
