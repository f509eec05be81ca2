"""Coarse sparsity of a shift-wise layer: whole pieces are dropped, and others get a chance."""

import math
from typing import cast

import torch
from torch import Tensor

from dynconv_lite.shiftwise.layer import ShiftwiseConv2d
from dynconv_lite.validation import check_share


@torch.no_grad()
def prune_pieces(layer: ShiftwiseConv2d, share: float) -> int:
    """Drop a share of a layer's kept pieces: those with the smallest sum of magnitudes.

    Args:
        layer: Whose mask is changed; dropped pieces count as zero from then on.
        share: Of the kept pieces, >= 0 and < 1.

    Returns:
        How many were dropped.

    Raises:
        ValueError: If share is out of range.

    Source: Li et al. 2025, arXiv 2401.12736, section 3.3: pruning by the L1 norm of n x n slices.
    """
    check_share("share", share)
    mask = cast(Tensor, layer.mask)
    sizes = layer.weight.abs().sum((0, 3, 4)).masked_fill(~mask, math.inf)  # (R, P)
    count = math.floor(share * int(mask.sum()))
    mask.view(-1)[sizes.flatten().topk(count, largest=False).indices] = False
    return count


@torch.no_grad()
def regrow_pieces(layer: ShiftwiseConv2d, count: int, generator: torch.Generator) -> int:
    """Let pieces that were dropped count again, drawn at random; they start at zero.

    Args:
        layer: Whose mask is changed.
        count: How many, at least 0; at most as many as were dropped.
        generator: Of the draw.

    Returns:
        How many grew.

    Raises:
        ValueError: If count is out of range.
    """
    mask = cast(Tensor, layer.mask)
    free = (~mask).flatten().nonzero().squeeze(1)
    if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count <= len(free):
        raise ValueError(f"count must be an integer from 0 to {len(free)}, got {count!r}")
    grown = free[torch.randperm(len(free), generator=generator)[:count].to(free.device)]
    mask.view(-1)[grown] = True
    layer.weight.flatten(1, 2)[:, grown] = 0
    return count
