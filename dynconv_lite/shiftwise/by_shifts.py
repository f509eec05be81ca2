"""The same layer as the paper computes it: small convolutions first, then shifted maps, added."""

from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.shiftwise.layer import ShiftwiseConv2d, order_name
from dynconv_lite.shiftwise.pieces import STEPS
from dynconv_lite.shiftwise.shift import shift2d


def by_shifts(layer: ShiftwiseConv2d, x: Tensor) -> Tensor:
    """Compute a shift-wise layer by shifting maps.

    Args:
        layer: The layer; its mode says which statistics its normalisations take.
        x: Tensor (B, C, H, W).

    Returns:
        Tensor (B, C, H, W), equal to `layer(x)` up to rounding.

    Source: Li et al. 2025, arXiv 2401.12736, section 3.
    """
    used, own = layer.own_channels(x)
    y = own
    for name, norm in layer.norms.items():
        turns = range(4 if layer.rotate else 1)
        parts = [
            torch.rot90(_branch(layer, name, torch.rot90(own, k, (2, 3))), -k, (2, 3))
            for k in turns
        ]
        y = y + norm(torch.stack(parts).sum(0))
    return x.index_copy(1, used, y)


def _branch(layer: ShiftwiseConv2d, name: str, own: Tensor) -> Tensor:
    """Return what one branch makes of the channels (B, R, H, W), before normalisation."""
    n, (high, wide) = layer.small_kernel, own.shape[2:]
    margin, used = max(layer.places) + n, own.shape[1]
    mask = cast(Tensor, layer.mask)[None, :, :, None, None]
    paths = []
    for path in (layer.weight * mask).unbind():  # P small convolutions of every channel
        kernels = path.flatten(0, 1)[:, None]  # (R * P, 1, n, n)
        paths.append(F.conv2d(own, kernels, padding=margin + n // 2, groups=used))
    maps = torch.stack(paths).sum(0).unflatten(1, (used, -1))  # (B, R, P, H + 2 margin, ...)
    y = torch.zeros_like(own)
    channel = torch.arange(used, device=own.device)
    for order in cast(Tensor, getattr(layer, order_name(name))):  # (R, P)
        places = (0,) if name == "still" else layer.places
        for index, place in enumerate(places):
            chosen = maps[:, channel, order[:, index]]  # (B, R, H + 2 margin, W + 2 margin)
            rows, columns = STEPS.get(name, (0, 0))
            moved = shift2d(chosen, -rows * place, -columns * place)
            y = y + moved[..., margin : margin + high, margin : margin + wide]
    return y
