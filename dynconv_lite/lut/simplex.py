"""Simplex interpolation: D + 1 rows of a table for a point between its nodes, not 2**D.

The nodes around a point are the 2**D corners of a cell. Sorting the point's fractions, its
distances from the lowest corner, says which of D! simplices it lies in; that simplex has D + 1
corners, met on a walk from the lowest corner to the highest that steps along the axis with the
largest fraction first. With the spacing q of the nodes and f1 >= f2 >= ... >= fD, their weights are

    q - f1, f1 - f2, ..., f(D-1) - fD, fD,

all >= 0, with the sum q. Where two fractions are equal, two simplices touch: the corner in which
they differ has the weight 0, so the result is continuous.

Sources: Kasson et al. 1995, "Performing color space conversions with three-dimensional linear
interpolation", J. Electronic Imaging 4(3), for three axes; Jo & Kim 2021, CVPR, table 3, for four.
Where c > d > a > b, the test code published with the latter takes the simplex of c > a > d > b,
with one negative weight, and so is not continuous; this one is right everywhere.
"""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor

from dynconv_lite.lut.exact import add_corners, key_bits
from dynconv_lite.lut.patterns import LEVELS, nodes, row_steps


def simplex_weights(fractions: Tensor, spacing: float) -> tuple[Tensor, Tensor]:
    """Find the simplex of points in a cell, and the weights of its corners.

    Args:
        fractions: Distances from the cell's lowest corner along each axis, 0 to `spacing`,
            integers or floating point (..., D).
        spacing: Distance q of neighbouring nodes.

    Returns:
        order: int64 (..., D): the axes in the order of the walk, the largest fraction first; of
            equal ones, the first axis.
        weights: (..., D + 1) of the fractions' dtype: of the lowest corner and after each step.
    """
    axes = list(range(fractions.shape[-1]))
    falling, order = _sort(list(fractions.unbind(-1)), axes)
    return torch.stack(order, -1), torch.stack(_weights(falling, spacing), -1)


def interpolate(values: Tensor, index: Tensor, interval: int = 4) -> Tensor:
    """Read a table between its nodes; the table and the place get exact gradients.

    The result is linear in the values, and piecewise linear in the index: on the border of two
    simplices its gradient is that of one of them.

    Args:
        values: Floating point (L**D, outputs), on any device.
        index: Pixel values from 0 to 256, integers or floating point (..., D), on that device.
        interval: Nodes lie q = 2**interval apart, L = 2**(8 - interval) + 1 of them on each axis.

    Returns:
        (..., outputs) of the values' dtype.

    Raises:
        ValueError: If a shape, a type or the range of the index does not fit.
    """
    size, spacing = nodes(interval), 1 << interval
    dims = index.shape[-1] if index.ndim else 0
    if dims < 1 or values.ndim != 2 or values.shape[0] != size**dims:
        raise ValueError(
            f"values must be ({size}**D, outputs) for an index (..., D) and interval {interval}, "
            f"got {tuple(values.shape)} and {tuple(index.shape)}"
        )
    if not values.is_floating_point() or index.dtype == torch.bool or index.is_complex():
        raise ValueError(
            "values must be floating point and index integers or floating point, "
            f"got {values.dtype} and {index.dtype}"
        )
    if index.numel() and not ((index >= 0) & (index <= LEVELS)).all():
        raise ValueError(f"index must be from 0 to {LEVELS}, got {index.min()} to {index.max()}")
    taps = index.to(values.dtype).reshape(-1, dims)  # (N, D)
    cells = (taps.detach() / spacing).floor().clamp(max=size - 2)  # 256 is in the last cell
    fractions = (taps - cells * spacing).unbind(-1)  # D of (N,)
    steps = row_steps((size,) * dims)
    start = sum_of(cells.long().unbind(-1), steps)
    total = walk(values, start, fractions, steps, spacing) / spacing  # (N, outputs)
    return total.reshape(*index.shape[:-1], values.shape[1])


def interpolate_integers(values: Tensor, taps: Sequence[Tensor], interval: int = 4) -> Tensor:
    """Read a table of integers between its nodes without any rounding.

    Args:
        values: int8 (L**D, outputs), on any device.
        taps: D tensors (N,) of int32: the values, 0 to 255, of the pixels under each tap.
        interval: As for `interpolate`.

    Returns:
        int32 (N, outputs): 2**interval times what `interpolate` would return.
    """
    size, spacing = nodes(interval), 1 << interval
    steps = row_steps((size,) * len(taps))
    bits, kind = key_bits(steps)
    row = sum_of([tap >> interval for tap in taps], steps).to(kind)[None]  # (1, N)
    keys = [
        ((tap & (spacing - 1)).to(kind) << bits | step)[None]
        for tap, step in zip(taps, steps, strict=True)
    ]
    return add_corners(values.float(), row, keys, bits, spacing)


def walk(
    values: Tensor,
    start: Tensor,
    fractions: Sequence[Tensor],
    steps: Sequence[int],
    spacing: float,
) -> Tensor:
    """Sum the corners of the simplex by weight, stepping from the lowest to the highest.

    Args:
        values: The table (rows, outputs).
        start: The row of each point's lowest corner, int32 or int64 (N,).
        fractions: D tensors (N,): the point's distance from that corner along each axis.
        steps: By how many rows each axis moves from one node to the next, D integers.
        spacing: Distance q of neighbouring nodes.

    Returns:
        (N, outputs): q times the interpolated values, not divided.
    """
    falling, order = _sort(list(fractions), [start.new_tensor(step) for step in steps])
    weights = _weights(falling, spacing)
    row, total = start, weights[0][:, None] * values.index_select(0, start)
    for weight, step in zip(weights[1:], order, strict=True):
        row = row + step
        total = total + weight[:, None] * values.index_select(0, row)
    return total


def sum_of(cells: Sequence[Tensor], steps: Sequence[int]) -> Tensor:
    """Return the row of the lowest corner, the sum of cell times step over the axes.

    Args:
        cells: D integer tensors of one shape: the number of the node below, on each axis.
        steps: By how many rows each axis moves from one node to the next, D integers.
    """
    return torch.stack([cell * step for cell, step in zip(cells, steps, strict=True)]).sum(
        0, dtype=cells[0].dtype
    )


def _sort(
    fractions: list[Tensor], labels: Sequence[int | Tensor]
) -> tuple[list[Tensor], list[Tensor]]:
    """Sort D tensors elementwise, falling, and a label of each along with them.

    D is small: comparing and exchanging neighbours D (D - 1) / 2 times is some ten times faster
    than sorting along an axis of length D, and keeps equal ones in order.
    """
    order = [torch.as_tensor(label, device=fractions[0].device) for label in labels]
    order = [label.expand_as(f) for label, f in zip(order, fractions, strict=True)]
    for done in range(len(fractions) - 1):
        for i in range(len(fractions) - 1 - done):
            j = i + 1
            swap = fractions[j] > fractions[i]
            fractions[i], fractions[j] = (
                torch.where(swap, fractions[j], fractions[i]),
                torch.where(swap, fractions[i], fractions[j]),
            )
            order[i], order[j] = (
                torch.where(swap, order[j], order[i]),
                torch.where(swap, order[i], order[j]),
            )
    return fractions, order


def _weights(falling: Sequence[Tensor], spacing: float) -> list[Tensor]:
    """Return q - f1, f1 - f2, ..., fD."""
    between = [high - low for high, low in pairwise(falling)]
    return [spacing - falling[0], *between, falling[-1]]
