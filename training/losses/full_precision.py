"""Losses are computed in single precision, also where the network trains in mixed precision.

Half precision has steps of 0.004 below 1: similarities that differ by less are the same to it, and the loss
of what is nearly learnt is zero, or wrong. Autocast would turn products back, whatever they are made of.
"""

from __future__ import annotations

import torch
from torch import Tensor


def full_precision(like: Tensor) -> torch.autocast:
    """A context without autocast on the device of a tensor; what is computed with has to be float32."""
    return torch.autocast(like.device.type, enabled=False)
