"""Super-resolution by tables with one index each, compiled by numba for the CPU.

What makes it fast, besides being compiled:

* Nothing is interpolated at a pixel: every table becomes one of 256 rows, one for each byte, once
  a call. An interpolated entry, 255 times, is at most 255 * 128, and fits in 16 bits.
* A byte is read once for all places in a row of the window; see `additive_kernels`.
* The picture is not turned, but the windows of the tables and the blocks of the last one.
* A picture passes through the layers in strips of rows, so that the bytes between two layers stay
  in the cache. What a strip needs beyond its own rows is computed again for the next.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from dynconv_lite.lut.additive import UNIT, AdditiveTables, Layer
from dynconv_lite.lut.fast import call, in_bands, turned_blocks

STRIP = 64  # rows at a time
LANES = 8  # outputs are padded to a multiple: a processor adds so many 32-bit numbers at once
LINES = 4  # as many are added at a time

Array = npt.NDArray[Any]
Turn = list[tuple[Array, Array]]  # rows and lines of every layer, as the kernels want them


def additive_numba(padded: npt.NDArray[np.uint8], tables: AdditiveTables) -> npt.NDArray[np.uint8]:
    """Enlarge a picture, on as many threads as torch is set to.

    Args:
        padded: uint8 (H + 2 reach, W + 2 reach, C), with the reach of the tables.
        tables: Scale r.

    Returns:
        uint8 (H * r, W * r, C), equal to the bit to what torch's operators give.
    """
    planes = np.ascontiguousarray(padded.transpose(2, 0, 1))  # (C, H + 2 reach, W + 2 reach)
    high, wide = (size - 2 * tables.reach for size in planes.shape[1:])
    out = np.empty((high * tables.scale, wide * tables.scale, len(planes)), np.uint8)
    blocks = turned_blocks(tables.layers[-1])
    turns = [
        [lines_of(layer, turn) for layer in (*tables.layers[:-1], blocks[turn])]
        for turn in range(tables.turns)
    ]
    in_bands(_band, (planes, tables, turns), high, out)
    return out


def lines_of(layer: Layer, turn: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int16]]:
    """Return a layer with its window turned back, and interpolated at all bytes.

    Args:
        layer: int8 (C, k, k, L, O).
        turn: How often the picture would be turned.

    Returns:
        rows: int64 (P, 2): the channel and the row of the window of each line. P is C k, rounded
            up to a multiple of `LINES` by lines of zeros.
        lines: int16 (P, 256, k lanes): 255 times the entries of the window's row at each byte,
            those of its last place first, each with zeros behind up to whole `LANES`.
    """
    channels, side, _, nodes, outputs = layer.shape
    count = channels * side
    lanes = -(-outputs // LANES) * LANES
    entries = np.zeros((-(-count // LINES) * LINES, nodes, side, lanes), np.int16)
    window = np.rot90(layer, -turn, (1, 2))[:, :, ::-1].swapaxes(2, 3)  # (C, k, L, k, O)
    entries[:count, ..., :outputs] = window.reshape(count, nodes, side, outputs)
    entries = entries.reshape(len(entries), nodes, side * lanes)
    places = np.arange(UNIT + 1) * (nodes - 1)
    cells = np.minimum(places // UNIT, nodes - 2)  # the last node belongs to the cell before it
    rest = (places - UNIT * cells).astype(np.int16)[:, None]
    rows = np.zeros((len(entries), 2), np.int64)
    rows[:count] = np.indices((channels, side)).reshape(2, count).T
    lines = entries.take(cells, 1) * (UNIT - rest)
    lines += entries.take(cells + 1, 1) * rest
    return rows, lines


def _band(
    planes: Array, tables: AdditiveTables, turns: list[Turn], top: int, bottom: int, out: Array
) -> None:
    """Compute the rows from `top` to `bottom` of every colour."""
    for colour, plane in enumerate(planes):
        for start in range(top, bottom, STRIP):
            end = min(start + STRIP, bottom)
            enlarged = out[start * tables.scale : end * tables.scale]
            _strip(plane[start : end + 2 * tables.reach], tables, turns, colour, enlarged)


def _strip(
    plane: Array, tables: AdditiveTables, turns: list[Turn], colour: int, out: Array
) -> None:
    """Enlarge uint8 (H + 2 reach, W + 2 reach) to a colour of (H * r, W * r, C)."""
    from dynconv_lite.lut import additive_kernels  # numba: most of a second, not for every importer

    high, wide = (size - 2 * tables.reach for size in plane.shape)
    total = np.zeros((high, wide, tables.scale**2), np.int32)
    for turn in turns:
        bytes_ = plane[None]
        for layer, step, table in zip(tables.layers[:-1], tables.steps[:-1], turn, strict=False):
            high, wide = (size - layer.shape[1] + 1 for size in bytes_.shape[1:])
            found = np.empty((layer.shape[4], high, wide), np.uint8)
            call(additive_kernels.hidden, bytes_, *table, step / UNIT, found)
            bytes_ = found
        call(additive_kernels.last, bytes_, *turn[-1], total)
    factor = tables.steps[-1] / (tables.turns * UNIT)
    call(additive_kernels.end, plane, total, factor, colour, out)
