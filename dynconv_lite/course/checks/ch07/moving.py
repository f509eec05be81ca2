"""Moving a feature map by whole pixels, with several kinds of pixels outside of it."""

from typing import Literal

import torch
from torch import Tensor

Outside = Literal["zeros", "replicate", "circular", "reflect"]


def move(x: Tensor, dy: int, dx: int, outside: Outside = "zeros") -> Tensor:
    """Move a map down by dy and right by dx, whatever their signs and sizes.

    Args:
        x: Tensor (..., H, W).
        dy: whole pixels.
        dx: whole pixels.
        outside: what comes in over the border.

    Returns:
        Tensor (..., H, W); x itself if nothing moves.
    """
    for step, axis in ((dy, -2), (dx, -1)):
        x = _along(x, step, axis, outside) if step else x
    return x


def _along(x: Tensor, step: int, axis: int, outside: Outside) -> Tensor:
    """Move along one axis: entry i of the result is entry i - step of x."""
    n = x.shape[axis]
    source = torch.arange(n, device=x.device) - step  # (n,)
    inside = (source >= 0) & (source < n)
    if outside == "circular":
        source = source % n
    elif outside == "reflect" and n > 1:
        source = source % (2 * n - 2)
        source = torch.minimum(source, 2 * n - 2 - source)
    moved = x.index_select(axis, source.clamp(0, n - 1))
    if outside != "zeros":
        return moved
    shape = [n if a == axis % x.ndim else 1 for a in range(x.ndim)]
    return torch.where(inside.view(shape), moved, 0)
