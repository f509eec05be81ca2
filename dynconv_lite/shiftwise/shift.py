"""Shifting a map: the operator without a weight."""

import torch.nn.functional as F
from torch import Tensor


def shift2d(x: Tensor, dy: int, dx: int) -> Tensor:
    """Shift maps, and fill what becomes free with zeros.

    y[..., i, j] = x[..., i - dy, j - dx].

    Args:
        x: Tensor (..., H, W), with at least one axis before.
        dy: Rows to go down; negative to go up.
        dx: Columns to go right; negative to go left.

    Returns:
        Tensor (..., H, W).

    Raises:
        ValueError: If a shift is no integer, or x has fewer than three axes.
    """
    for name, value in (("dy", dy), ("dx", dx)):
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError(f"{name} must be an integer, got {value!r}")
    if x.ndim < 3:
        raise ValueError(f"x must be (..., H, W) with an axis before, got {tuple(x.shape)}")
    high, wide = x.shape[-2:]
    if abs(dy) >= high or abs(dx) >= wide:  # everything has left
        return x * 0
    # a negative padding cuts off
    return F.pad(x, (dx, -dx, dy, -dy))
