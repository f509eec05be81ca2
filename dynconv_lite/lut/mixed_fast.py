"""Super-resolution by the tables of pixel-mix, compiled by numba for the CPU.

Beside what `fast` does (taps are turned and not the picture, sorting is exchanges by min and max,
Python's threads share the rows):

* A sum of the first table is no feature yet, but the index of a table of all sums, which says in
  which cell of the second tables' axes its feature lies, and where. The axes of the first table
  are such tables as well, so nothing is divided.
* Rows of features are kept while the offsets reach them, and overwritten then.
* Every rotation has a copy of the second tables with the blocks turned back, so that what is added
  lies side by side.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from dynconv_lite.lut.fast import OFFSET, in_bands, turned_blocks
from dynconv_lite.lut.mixed import UNIT, MixedTables
from dynconv_lite.lut.patterns import Tap, row_steps
from dynconv_lite.lut.stage import ROTATIONS, turned

LANES = 16  # a processor multiplies so many numbers of 16 bits at once, or more

Array = npt.NDArray[Any]


def mixed_numba(
    padded: npt.NDArray[np.uint8],
    tables: MixedTables,
    differences: Array,
    features: Array,
    rounded: bool = True,
) -> npt.NDArray[np.uint8] | npt.NDArray[np.float64]:
    """Enlarge a picture, on as many threads as torch is set to.

    Args:
        padded: uint8 (H + 2 reach, W + 2 reach, C), with the reach of the tables.
        tables: Scale r.
        differences: int64 (D - 1, 511), in units of 1 / `UNIT` of a cell, where each axis of the
            first table has -255..255.
        features: Whole numbers 0..255: what becomes of the first table's sums, from the smallest
            possible, -128 `UNIT`, to the largest, 127 `UNIT`.
        rounded: Whether to give pixels; else grey levels, neither clipped nor rounded.

    Returns:
        (H * r, W * r, C), uint8 or float64, equal to the bit to what torch's operators give.
    """
    from dynconv_lite.lut import mixed_kernels  # numba: most of a second, not for every importer

    border, scale = tables.reach, tables.scale
    planes = np.ascontiguousarray(padded.transpose(2, 0, 1))  # (C, H + 2 reach, W + 2 reach)
    high, wide = planes.shape[1] - 2 * border, planes.shape[2] - 2 * border
    kind = np.uint8 if rounded else np.float64
    out = np.empty((high * scale, wide * scale, len(planes)), kind)
    borders = border, border - tables.pattern.reach
    in_bands(
        mixed_kernels.band,
        (planes, borders, _first(tables, differences, features), _mixed(tables), rounded),
        high,
        out,
    )
    return out


def _first(tables: MixedTables, differences: Array, features: Array) -> tuple[Array, ...]:
    """Return taps, axes, steps, values and rounding of the first table, as `band` wants them."""
    counts, mixed_nodes = tables.first_nodes, tables.mixed_nodes
    axes = np.zeros((len(counts), 2 * UNIT + 1), np.uint16)
    axes[0, : UNIT + 1] = _codes(np.arange(UNIT + 1) * (counts[0] - 1), counts[0])
    for axis, positions, count in zip(axes[1:], differences, counts[1:], strict=True):
        axis[:] = _codes(positions, count)
    steps = np.array(row_steps(counts), np.uint32)
    rounding = _codes(features.astype(np.int64) * (mixed_nodes - 1), mixed_nodes)
    return _turned(tables.pattern.taps), axes, steps, _unsigned(tables.first), rounding


def _mixed(tables: MixedTables) -> tuple[Array, ...]:
    """Return offsets, steps, values and factors of the second tables, as `band` wants them."""
    values = _unsigned(turned_blocks(tables.mixed))
    steps = np.array(row_steps((tables.mixed_nodes,) * len(tables.offsets)), np.uint32)
    factors = np.array([step / (ROTATIONS * UNIT) for step in tables.steps[1:]])
    return _turned(tables.offsets), steps, values, factors


def _codes(positions: Array, count: int) -> npt.NDArray[np.uint16]:
    """Put the cell and the fraction of positions on an axis of so many nodes into one number."""
    cells = np.minimum(positions // UNIT, count - 2)  # the last node belongs to the cell before it
    return ((positions - UNIT * cells) * 256 + cells).astype(np.uint16)


def _turned(taps: tuple[Tap, ...]) -> npt.NDArray[np.int64]:
    """Return taps in all rotations, (4, taps, 2)."""
    turns = [[turned(tap, turns) for tap in taps] for turns in range(ROTATIONS)]
    return np.array(turns, np.int64)


def _unsigned(values: npt.NDArray[np.int8]) -> npt.NDArray[np.uint8]:
    """Return values + 128, with zeros behind each row up to whole `LANES`."""
    lanes = -(-values.shape[-1] // LANES) * LANES
    padded = np.zeros((*values.shape[:-1], lanes), np.uint8)
    padded[..., : values.shape[-1]] = values.view(np.uint8) ^ OFFSET
    return padded
