"""Reading a table between its nodes, fast in both directions: finetuning spends its time here.

On a CPU, both directions are one compiled loop over the points: sort D fractions, walk over D + 1
rows. torch would sort all indices again before it adds their gradients up, which alone takes
longer than everything else together. On other devices, in other precisions and as the loops'
reference, the same is written with torch's operators.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
import torch
from torch import Tensor

from dynconv_lite.lut.patterns import row_steps
from dynconv_lite.lut.simplex import sum_of, walk


def lookup(table: Tensor, position: Tensor, nodes: Sequence[int]) -> Tensor:
    """Interpolate in a table at every point.

    Args:
        table: (product of nodes, O), floating point; the last axis runs fastest.
        position: Distances from node 0 along each axis, in cells, (N, D), of the table's type.
        nodes: L_i >= 2 for every axis.

    Returns:
        (N, O). Table and position get exact gradients; the order of additions is fixed, so on a
        CPU they repeat to the bit. Where two simplices meet, a position's gradient is that of one.

    Raises:
        ValueError: If shapes or types do not fit.
    """
    if position.ndim != 2 or position.shape[1] != len(nodes):
        raise ValueError(f"position must be (N, {len(nodes)}), got {tuple(position.shape)}")
    rows = int(np.prod(nodes))
    if table.ndim != 2 or len(table) != rows:
        raise ValueError(f"table must be ({rows}, outputs), got {tuple(table.shape)}")
    if table.dtype != position.dtype or not table.is_floating_point():
        raise ValueError(
            f"table and position must be floats of one type, got {table.dtype}, {position.dtype}"
        )
    if table.device.type == "cpu" and table.dtype == torch.float32:
        return _OnCpu.apply(table, position, tuple(nodes))
    return lookup_by_operators(table, position, nodes)


def lookup_by_operators(table: Tensor, position: Tensor, nodes: Sequence[int]) -> Tensor:
    """Compute `lookup` by torch's own operators, on any device; arguments as there."""
    highest = position.new_tensor(nodes) - 2  # the last node belongs to the cell before it
    cells = torch.minimum(position.detach().floor().clamp(min=0), highest)  # (N, D)
    steps = row_steps(nodes)
    start = sum_of(cells.long().unbind(-1), steps)
    return walk(table, start, (position - cells).unbind(-1), steps, 1)


class _OnCpu(torch.autograd.Function):
    """The compiled loops."""

    @staticmethod
    def forward(ctx: Any, table: Tensor, position: Tensor, nodes: tuple[int, ...]) -> Tensor:
        table, position = table.contiguous(), position.contiguous()
        ctx.save_for_backward(table, position)
        ctx.nodes = nodes
        answer = table.new_empty(len(position), table.shape[1])
        loop = _compiled(_forward_loop)
        loop(table.numpy(), position.numpy(), *_axes(nodes), answer.numpy())
        return answer

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor | None, None]:
        table, position = (saved.detach() for saved in ctx.saved_tensors)
        into_table, into_position = torch.zeros_like(table), torch.zeros_like(position)
        wanted = bool(ctx.needs_input_grad[1])
        tensors = (gradient.contiguous(), into_table, into_position)
        arrays = (tensor.numpy() for tensor in tensors)
        loop = _compiled(_backward_loop)
        loop(table.numpy(), position.numpy(), *_axes(ctx.nodes), *arrays, wanted)
        return into_table, into_position if wanted else None, None


def _axes(nodes: Sequence[int]) -> tuple[Any, Any]:
    """Return the number of each axis's last cell, and how many rows its nodes are apart."""
    return np.array(nodes, np.int64) - 2, np.array(row_steps(nodes), np.int64)


@cache
def _compiled(loop: Callable[..., None]) -> Callable[..., None]:
    """Compile a loop when it is first needed."""
    import numba  # starts slowly, and only finetuning needs it here

    try:
        return numba.njit(cache=True, nogil=True)(loop)
    except RuntimeError:  # no folder for the compiled code can be written: compile every time
        return numba.njit(nogil=True)(loop)


def _forward_loop(table: Any, position: Any, last: Any, steps: Any, answer: Any) -> None:
    dims = position.shape[1]
    falling = np.zeros(dims + 1, position.dtype)  # sorted fractions, and a 0
    walk = np.zeros(dims, np.int64)
    for n in range(position.shape[0]):
        row = 0
        for axis in range(dims):
            cell = min(max(int(position[n, axis]), 0), last[axis])
            fraction = position[n, axis] - position.dtype.type(cell)
            row += cell * steps[axis]
            place = axis
            while place > 0 and falling[place - 1] < fraction:
                falling[place], walk[place] = falling[place - 1], walk[place - 1]
                place -= 1
            falling[place], walk[place] = fraction, steps[axis]
        falling[dims] = 0
        weight = position.dtype.type(1) - falling[0]
        for o in range(answer.shape[1]):
            answer[n, o] = weight * table[row, o]
        for k in range(dims):
            row += walk[k]
            weight = falling[k] - falling[k + 1]
            for o in range(answer.shape[1]):
                answer[n, o] += weight * table[row, o]


def _backward_loop(
    table: Any,
    position: Any,
    last: Any,
    steps: Any,
    gradient: Any,
    into_table: Any,
    into_position: Any,
    wanted: bool,
) -> None:
    dims, outputs = position.shape[1], gradient.shape[1]
    falling = np.zeros(dims + 1, position.dtype)
    order = np.zeros(dims, np.int64)
    for n in range(position.shape[0]):
        row = 0
        for axis in range(dims):
            cell = min(max(int(position[n, axis]), 0), last[axis])
            fraction = position[n, axis] - position.dtype.type(cell)
            row += cell * steps[axis]
            place = axis
            while place > 0 and falling[place - 1] < fraction:
                falling[place], order[place] = falling[place - 1], order[place - 1]
                place -= 1
            falling[place], order[place] = fraction, axis
        falling[dims] = 0
        weight = position.dtype.type(1) - falling[0]
        before = position.dtype.type(0)
        for k in range(dims + 1):
            if k > 0:
                row += steps[order[k - 1]]
                weight = falling[k - 1] - falling[k]
            for o in range(outputs):
                into_table[row, o] += weight * gradient[n, o]
            if wanted:
                here = position.dtype.type(0)
                for o in range(outputs):
                    here += table[row, o] * gradient[n, o]
                if k > 0:  # one step along this axis changes the answer by the rows' difference
                    into_position[n, order[k - 1]] = here - before
                before = here
