"""A stage of a cascade in one pass over the picture, compiled by numba for the CPU.

What makes it fast, besides being compiled:

* The picture is not turned. A tap of the turned picture is another tap of the picture itself, and
  the block of outputs is put down turned back.
* A fraction and its axis's step share one integer, and five exchanges by min and max, without a
  branch, sort four of them: the compiler does that for eight pixels at once.
* Weights add up to at most 256, and values, made unsigned, are at most 255: sums fit into 16 bits,
  and the compiler weighs the 16 outputs of a row at once.
* Sums stay integers, and become pixels through a table of what each sum is rounded to; a stage of
  one table looks up there the sum of its four rotations, without putting it down before.

Threads are Python's, for the kernel runs without the interpreter's lock: there is no second pool of
threads to get into the way of torch's. Every pixel is computed alone, hence the result does not
depend on how many there are.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import torch

from dynconv_lite.lut.stage import ROTATIONS, Stage, turned

TAPS = 4  # a table of fewer is given taps that count for nothing
OFFSET = 128  # makes signed bytes unsigned
BANDS = 4  # pieces of work per thread, so that none waits long for another

Array = npt.NDArray[Any]
Backend = Literal["auto", "numba", "torch"]


def is_compiled(backend: Backend, device: torch.device) -> bool:
    """Return whether numba is to compute: "auto" takes it for the CPU.

    Raises:
        ValueError: If there is no such backend, or it is numba for another device.
    """
    if backend not in get_args(Backend):
        raise ValueError(f"backend must be one of {', '.join(get_args(Backend))}, got {backend!r}")
    if backend == "numba" and device.type != "cpu":
        raise ValueError(f"device must be the CPU for backend 'numba', got {device}")
    return backend != "torch" and device.type == "cpu"


def stage_numba(
    padded: npt.NDArray[np.uint8], stage: Stage, rounded: bool = True
) -> npt.NDArray[np.uint8] | npt.NDArray[np.float64]:
    """Put a picture through a stage, on as many threads as torch is set to.

    Args:
        padded: uint8 (H + 2 border, W + 2 border, C), with the border of the stage.
        stage: The tables.
        rounded: Whether to give pixels; else grey levels, neither clipped nor rounded.

    Returns:
        (H * r, W * r, C), uint8 or float64, equal to the bit to what `stage_torch` returns.
    """
    from dynconv_lite.lut import kernels  # numba: most of a second, and not for every importer

    border, scale = stage.border, stage.scale
    planes = np.ascontiguousarray(padded.transpose(2, 0, 1))  # (C, H + 2 border, W + 2 border)
    high, wide = planes.shape[1] - 2 * border, planes.shape[2] - 2 * border
    kind = np.uint8 if rounded else np.float64
    out = np.empty((high * scale, wide * scale, len(planes)), kind)
    fixed = (planes, border, unsigned(stage), layout(stage), ending(stage, rounded))
    in_bands(kernels.band, fixed, high, out)
    return out


def in_bands(kernel: Callable[..., None], fixed: tuple[Any, ...], high: int, out: Array) -> None:
    """Let a kernel fill a picture in bands of rows, on as many threads as torch is set to.

    Args:
        kernel: Called as kernel(*fixed, top, bottom, out) for the rows from `top` to `bottom`.
        fixed: What every band gets.
        high: The number of rows.
        out: Where each band writes rows of its own.
    """
    threads = torch.get_num_threads()
    count = 1 if threads == 1 else min(high, threads * BANDS)
    edges = [high * i // count for i in range(count + 1)]
    bands = list(pairwise(edges))
    if count == 1:
        call(kernel, *fixed, *bands[0], out)
    else:
        with ThreadPoolExecutor(threads) as pool:  # numba locks compilation itself
            for done in [pool.submit(call, kernel, *fixed, *band, out) for band in bands]:
                done.result()


def call(kernel: Callable[..., None], *arguments: Any) -> None:
    """Run a kernel, even if numba cannot write down what it has just compiled.

    The kernel itself touches no file: an OSError comes from that writing (a full disk, say), when
    the compiled kernel is already in memory, and a second call uses it.
    """
    try:
        kernel(*arguments)
    except OSError:
        kernel(*arguments)


def turned_blocks(values: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
    """Turn every block of a table back from all rotations: (..., r * r) to (4, ..., r * r)."""
    scale = round(values.shape[-1] ** 0.5)
    blocks = values.reshape(*values.shape[:-1], scale, scale)
    turns = np.stack([np.rot90(blocks, -turn, (-2, -1)) for turn in range(ROTATIONS)])
    return turns.reshape(ROTATIONS, *values.shape)


def unsigned(stage: Stage) -> npt.NDArray[np.uint8]:
    """Return the tables' values made unsigned, one table after the other: (tables, rows, r * r)."""
    rows = max(len(table.values) for table in stage.tables)
    found = np.zeros((len(stage.tables), rows, stage.scale**2), np.uint8)
    for place, table in zip(found, stage.tables, strict=True):
        np.bitwise_xor(table.values.view(np.uint8), OFFSET, out=place[: len(table.values)])
    return found


def layout(stage: Stage) -> tuple[Array, Array, Array, Array]:
    """Return the numbers of every table, its taps in all rotations and steps, and output places.

    Returns:
        numbers: int64 (tables, 4): interval, mask of the fraction, multiplier, index of the step.
        taps: int64 (tables, 4 rotations, 4 taps, 2).
        steps: int32 (tables, 4 taps): in rows, 0 for a tap that is not there.
        places: int64 (4 rotations, outputs): of every pixel of the block, which of the outputs of
            a rotation is its value.
    """
    numbers, taps, steps = [], [], []
    for table in stage.tables:
        mask, group = (1 << table.interval) - 1, stage.steps.index(table.step)
        numbers.append((table.interval, mask, stage.multiplier(table), group))
        missing = TAPS - table.pattern.dims
        own = (*table.pattern.taps, *((0, 0),) * missing)
        taps.append([[turned(tap, turns) for tap in own] for turns in range(ROTATIONS)])
        steps.append((*table.strides, *(0,) * missing))
    block = np.arange(stage.scale**2).reshape(stage.scale, stage.scale)
    places = np.stack([np.rot90(block, -turns).ravel() for turns in range(ROTATIONS)])
    whole = np.array(numbers, np.int64), np.array(taps, np.int64), np.array(steps, np.int32)
    return *whole, places


def ending(stage: Stage, rounded: bool) -> tuple[Array, Array, float, float, bool]:
    """Return what turns sums into pixels.

    Returns:
        factors: float64, the size of a sum's unit for each step size.
        rounding: uint8, the pixel of every sum; empty where the formula is to be used.
        divisor: Of the formula.
        bias: Of the formula.
        rounded: As it was given.
    """
    factors = np.array(stage.steps) / stage.spacing  # a power of two: no digit changes
    rounding = stage.rounding if rounded else None
    rounding = np.empty(0, np.uint8) if rounding is None else rounding
    return factors, rounding, float(stage.divisor), float(stage.bias), rounded
