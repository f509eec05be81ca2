"""Simplex interpolation on a grid with any number of nodes on each axis, made for gradients.

As in `simplex`, a walk over D + 1 corners of a cell, the axis with the largest fraction first. The
corners of all points are found first, and summed by `lookup`. The weights are linear in the
fractions, so backwards a fraction gets the difference of two neighbouring corners: the slope
along its axis.
"""

from collections.abc import Sequence

import torch
from torch import Tensor


def corners(position: Tensor, nodes: Sequence[int]) -> tuple[Tensor, Tensor]:
    """Find the D + 1 corners that interpolate at every position, and their weights.

    Args:
        position: Distances from node 0 along each axis, in cells, floating point (N, D), from 0 to
            L_i - 1; what lies outside is extrapolated from the outermost cell.
        nodes: L_i >= 2 for every axis.

    Returns:
        Rows (N, D + 1), int64, of a table whose last axis runs fastest, and weights (N, D + 1) of
        position's type, which add up to 1. The weights have gradients; the rows have none.

    Raises:
        ValueError: If the shapes do not fit.
    """
    if position.ndim != 2 or position.shape[1] != len(nodes):
        raise ValueError(f"position must be (N, {len(nodes)}), got {tuple(position.shape)}")
    # a position on the last node belongs to the cell before it, with the fraction 1
    highest = torch.tensor([count - 2 for count in nodes], device=position.device)
    cell = torch.minimum(position.detach().long().clamp(min=0), highest)  # (N, D)
    fraction, order = (position - cell).sort(dim=-1, descending=True, stable=True)  # (N, D)
    steps = torch.tensor(strides(nodes), device=position.device)
    base = (cell * steps).sum(-1, keepdim=True)  # (N, 1)
    rows = torch.cat((base, base + steps[order].cumsum(-1)), -1)
    weights = (1 - fraction[:, :1], fraction[:, :-1] - fraction[:, 1:], fraction[:, -1:])
    return rows, torch.cat(weights, -1)


def strides(nodes: Sequence[int]) -> list[int]:
    """Return how many rows apart neighbouring nodes of each axis lie; the last axis runs fastest.

    Args:
        nodes: L_i for every axis.
    """
    steps = [1]
    for count in reversed(nodes[1:]):
        steps.insert(0, steps[0] * count)
    return steps
