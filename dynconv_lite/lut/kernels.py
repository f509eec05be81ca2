"""What `fast` compiles. Importing this module imports numba; compiling waits for the first call.

All functions fill arrays they are given. A row of a picture passes through them in turn: the
corners of the simplices, what the table holds there, the sum over rotations, the pixels.
"""

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
STEP_BITS = 17  # a step is at most 257**2
STEP_MASK = (1 << STEP_BITS) - 1
OFFSET = 128  # makes signed bytes unsigned
ROTATIONS = 4  # four quarters make a whole turn


def compiler(**options: Any) -> Callable[[Any], Any]:
    """Return numba's compiler, keeping the machine code for later processes where that is possible.

    Where there is no folder to write it to, every process compiles anew.
    """

    def compile_lazily(function: Any) -> Any:
        try:
            return numba.njit(cache=True, **options)(function)
        except RuntimeError:  # numba found no such folder
            return numba.njit(**options)(function)

    return compile_lazily


@numba.njit(nogil=True, error_model="numpy")
def corners(
    a: Array, b: Array, c: Array, d: Array, numbers: Array, steps: Array, row: Array, weight: Array
) -> None:
    """Find the rows of the five corners of every pixel's simplex, and their weights.

    Args:
        a: uint8 (W,), as b, c and d: the pixels under each tap.
        b: As a.
        c: As a.
        d: As a.
        numbers: The table's numbers; see `layout`.
        steps: int32 (4,), in rows, 0 for a tap that is not there.
        row: Receives int32 (5, W).
        weight: Receives int32 (5, W).
    """
    interval, mask = np.int32(numbers[0]), np.int32(numbers[1])
    s0, s1, s2, s3 = steps[0], steps[1], steps[2], steps[3]
    m2, m3 = mask, mask  # the fraction of a tap that is not there is 0
    if s2 == 0:
        m2 = np.int32(0)
    if s3 == 0:
        m3 = np.int32(0)
    for x in range(len(a)):
        v0, v1, v2, v3 = np.int32(a[x]), np.int32(b[x]), np.int32(c[x]), np.int32(d[x])
        place = (v0 >> interval) * s0 + (v1 >> interval) * s1
        place += (v2 >> interval) * s2 + (v3 >> interval) * s3
        # a fraction and its step in one integer, so that sorting keeps them together
        k0, k1 = np.int32((v0 & mask) << STEP_BITS | s0), np.int32((v1 & mask) << STEP_BITS | s1)
        k2, k3 = np.int32((v2 & m2) << STEP_BITS | s2), np.int32((v3 & m3) << STEP_BITS | s3)
        k0, k1 = max(k0, k1), min(k0, k1)
        k2, k3 = max(k2, k3), min(k2, k3)
        k0, k2 = max(k0, k2), min(k0, k2)
        k1, k3 = max(k1, k3), min(k1, k3)
        k1, k2 = max(k1, k2), min(k1, k2)
        row[0, x] = place
        place += k0 & STEP_MASK
        row[1, x] = place
        place += k1 & STEP_MASK
        row[2, x] = place
        place += k2 & STEP_MASK
        row[3, x] = place
        place += k3 & STEP_MASK
        row[4, x] = place
        k0, k1, k2, k3 = k0 >> STEP_BITS, k1 >> STEP_BITS, k2 >> STEP_BITS, k3 >> STEP_BITS
        weight[0, x] = mask + 1 - k0
        weight[1, x] = k0 - k1
        weight[2, x] = k1 - k2
        weight[3, x] = k2 - k3
        weight[4, x] = k3


@numba.njit(nogil=True, error_model="numpy")
def gather(values: Array, row: Array, weight: Array, blocks: Array) -> None:
    """Weigh and add the corners' values.

    No number runs over: weights add up to at most 256, and values, made unsigned, are up to 255.

    Args:
        values: The table, uint8 (rows, outputs): signed bytes, made unsigned.
        row: int32 (5, W).
        weight: int32 (5, W).
        blocks: Receives uint16 (W, outputs).
    """
    for x in range(row.shape[1]):
        w0, w1, w2, w3, w4 = weight[0, x], weight[1, x], weight[2, x], weight[3, x], weight[4, x]
        v0, v1, v2 = values[row[0, x]], values[row[1, x]], values[row[2, x]]
        v3, v4, block = values[row[3, x]], values[row[4, x]], blocks[x]
        # a loop whose length the compiler does not know is one that it makes vectors of
        for j in range(len(block)):
            block[j] = w0 * v0[j] + w1 * v1[j] + w2 * v2[j] + w3 * v3[j] + w4 * v4[j]


@numba.njit(nogil=True, error_model="numpy")
def add_turns(
    blocks: Array, places: Array, unsigned: np.int32, multiplier: np.int32, sums: Array
) -> None:
    """Add the four rotations of a table, each turned back, to the sums.

    Args:
        blocks: uint16 (4, W, outputs): what `gather` gave for every rotation.
        places: int64 (4, outputs): which of those numbers belongs to a pixel of the block.
        unsigned: By how much all four together are too large.
        multiplier: In what units they are counted.
        sums: int32 (W, outputs), changed.
    """
    for j in range(sums.shape[1]):
        p0, p1, p2, p3 = places[0, j], places[1, j], places[2, j], places[3, j]
        for x in range(sums.shape[0]):
            total = np.int32(blocks[0, x, p0]) + np.int32(blocks[1, x, p1])
            total += np.int32(blocks[2, x, p2]) + np.int32(blocks[3, x, p3])
            sums[x, j] += (total - unsigned) * multiplier


@numba.njit(nogil=True, error_model="numpy")
def at_once(
    blocks: Array, places: Array, rounding: Array, zero: Any, scale: int, out: Array
) -> None:
    """Turn the four rotations of the only table of a stage into pixels: `add_turns` and `by_table`.

    Args:
        blocks: uint16 (4, W, outputs).
        places: int64 (4, outputs).
        rounding: uint8, the pixel of every sum.
        zero: Where in it the sum is whose parts are all 0, made unsigned as they are.
        scale: r, with outputs = r * r.
        out: Receives uint8 (r, W * r).
    """
    for i in range(scale):
        for j in range(scale):
            k = i * scale + j
            p0, p1, p2, p3 = places[0, k], places[1, k], places[2, k], places[3, k]
            for x in range(blocks.shape[1]):
                total = np.int64(blocks[0, x, p0]) + np.int64(blocks[1, x, p1])
                total += np.int64(blocks[2, x, p2]) + np.int64(blocks[3, x, p3])
                out[i, x * scale + j] = rounding[total + zero]


@numba.njit(nogil=True, error_model="numpy")
def by_table(sums: Array, rounding: Array, zero: Any, scale: int, out: Array) -> None:
    """Turn sums into pixels by a table of all sums.

    Args:
        sums: int32 (W, outputs).
        rounding: uint8, the pixel of every sum.
        zero: Where in it the sum 0 is.
        scale: r, with outputs = r * r.
        out: Receives uint8 (r, W * r).
    """
    for i in range(scale):
        for x in range(sums.shape[0]):
            for j in range(scale):
                out[i, x * scale + j] = rounding[sums[x, i * scale + j] + zero]


@numba.njit(nogil=True, error_model="numpy")
def by_formula(
    sums: Array, factors: Array, divisor: float, bias: float, rounded: bool, scale: int, out: Array
) -> None:
    """Turn sums into pixels as `Stage.finish` does, or into levels; arguments as for `by_table`."""
    for x in range(sums.shape[1]):
        for j in range(scale * scale):
            level = factors[0] * sums[0, x, j]
            for group in range(1, len(factors)):
                level += factors[group] * sums[group, x, j]
            level = level / divisor + bias
            if rounded:
                level = np.rint(min(max(level, 0.0), 255.0))
            out[j // scale, x * scale + j % scale] = level


@compiler(nogil=True, error_model="numpy")
def band(
    planes: Array,
    border: int,
    values: Array,
    layout: tuple[Array, Array, Array, Array],
    ending: tuple[Array, Array, float, float, bool],
    top: int,
    bottom: int,
    out: Array,
) -> None:
    """Compute the rows from `top` to `bottom` of every colour.

    Args:
        planes: uint8 (C, H + 2 border, W + 2 border).
        border: Pixels of padding.
        values: uint8 (tables, rows, outputs).
        layout: As `fast.layout` returns it.
        ending: As `fast.ending` returns it.
        top: The first row.
        bottom: The row after the last.
        out: Receives (H * r, W * r, C), uint8, or float64 where nothing is rounded.
    """
    numbers, taps, steps, places = layout
    factors, rounding, divisor, bias, rounded = ending
    outputs, wide = values.shape[2], planes.shape[2] - 2 * border
    scale = out.shape[1] // wide
    zero = len(rounding) // 255 * 128  # sums run from -128 m to 127 m
    alone = len(values) == 1 and numbers[0, 2] == 1 and len(rounding) > 0
    row, weight = np.empty((5, wide), np.int32), np.empty((5, wide), np.int32)
    blocks = np.empty((ROTATIONS, wide, outputs), np.uint16)
    sums = np.empty((len(factors), wide, outputs), np.int32)
    for colour in range(len(planes)):
        for y in range(top, bottom):
            block = out[y * scale : (y + 1) * scale, :, colour]
            if not alone:
                sums[:] = 0
            for t in range(len(values)):
                for turn in range(ROTATIONS):
                    at = taps[t, turn] + border
                    corners(
                        planes[colour, y + at[0, 0], at[0, 1] : at[0, 1] + wide],
                        planes[colour, y + at[1, 0], at[1, 1] : at[1, 1] + wide],
                        planes[colour, y + at[2, 0], at[2, 1] : at[2, 1] + wide],
                        planes[colour, y + at[3, 0], at[3, 1] : at[3, 1] + wide],
                        numbers[t],
                        steps[t],
                        row,
                        weight,
                    )
                    gather(values[t], row, weight, blocks[turn])
                unsigned = np.int32(OFFSET * ROTATIONS * (numbers[t, 1] + 1))
                if alone:
                    at_once(blocks, places, rounding, zero - unsigned, scale, block)
                else:
                    group = numbers[t, 3]
                    add_turns(blocks, places, unsigned, np.int32(numbers[t, 2]), sums[group])
            if alone:
                continue
            if len(rounding):
                by_table(sums[0], rounding, zero, scale, block)
            else:
                by_formula(sums, factors, divisor, bias, rounded, scale, block)
