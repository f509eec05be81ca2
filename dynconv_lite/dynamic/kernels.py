"""K kernels of one shape: how they are mixed, and how they start."""

import math
from collections.abc import Callable

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


def in_four_axes(fn: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    """Let `nn.Module._apply` see kernels (K, O, C, kh, kw) as (K * O, C, kh, kw).

    `.to(memory_format=torch.channels_last)` takes every tensor of five axes for a volume and
    fails; it is shown tensors of four.
    """

    def on_kernels(value: Tensor) -> Tensor:
        if value.ndim != 5:
            return fn(value)
        return fn(value.flatten(0, 1)).unflatten(0, value.shape[:2])

    return on_kernels
