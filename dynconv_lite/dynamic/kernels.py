"""K kernels of one shape: how they are mixed, and how they start."""

import math

import torch
from torch import Tensor, nn


def mix(kernels: Tensor, attention: Tensor) -> Tensor:
    """Return sum_k attention_bk kernels_k: one matrix product, whatever a kernel's shape is.

    Args:
        kernels: Tensor (K, ...).
        attention: Tensor (B, K).

    Returns:
        Tensor (B, ...).
    """
    mixed = attention @ kernels.flatten(1)  # (B, ...) in one row each
    return mixed.reshape(-1, *kernels.shape[1:])


def initialise(weight: Tensor, bias: Tensor | None) -> None:
    """Draw every one of K kernels as torch draws the one of a static layer.

    Args:
        weight: Tensor (K, O, ...), drawn in place; the inputs of an output are all axes after O.
        bias: Tensor (K, O), or None.
    """
    with torch.no_grad():
        for kernel in weight:
            nn.init.kaiming_uniform_(kernel, a=math.sqrt(5))
        if bias is not None:
            bound = 1 / math.sqrt(weight[0, 0].numel())
            nn.init.uniform_(bias, -bound, bound)
