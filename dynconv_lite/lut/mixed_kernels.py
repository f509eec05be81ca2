"""What `mixed_fast` compiles: interpolation in tables of any number of axes and nodes.

A place on an axis is a code: its fraction, 0 to 255 in 1 / 255 of a cell, times 256, plus its cell.
All loops but those of `gather` and `finish` run along a row of the picture, many pixels at once.
"""

import numba
import numpy as np

from dynconv_lite.lut.kernels import ROTATIONS, Array, compiler

UNIT = np.int32(255)
CODE_BITS, CELLS = np.uint32(8), np.uint32(255)
STEP_BITS = np.uint32(24)
STEPS, ONE = np.uint32((1 << 24) - 1), np.uint32(1)
SIGNED = 128 * 255 * ROTATIONS  # by how much a sum of unsigned values over rotations is too large


@numba.njit(nogil=True, error_model="numpy")
def enter(codes: Array, step: np.uint32, key: Array, start: Array) -> None:
    """Add an axis to the walks of all pixels.

    Args:
        codes: uint16 (W,), the places on the axis.
        step: Rows from one node to the next, at most 2**24.
        key: Receives uint32 (W,): the fraction and, in the lower 24 bits, the step less one.
        start: uint32 (W,), the row of each lowest corner; changed.
    """
    for x in range(len(codes)):
        code = np.uint32(codes[x])
        start[x] += np.uint32((code & CELLS) * step)
        key[x] = np.uint32(code >> CODE_BITS << STEP_BITS) | np.uint32(step - ONE)


@numba.njit(nogil=True, error_model="numpy")
def climb(keys: Array, row: Array, weight: Array) -> None:
    """Sort every pixel's fractions, and walk from its lowest corner to its highest.

    Args:
        keys: uint32 (D, W), one axis each; sorted.
        row: uint32 (D + 1, W), the rows of the corners: the first is given, the rest filled in.
        weight: Receives uint16 (D + 1, W).
    """
    axes, wide = keys.shape
    for end in range(axes - 1, 0, -1):
        for k in range(end):
            for x in range(wide):
                here, beside = keys[k, x], keys[k + 1, x]
                keys[k, x], keys[k + 1, x] = max(here, beside), min(here, beside)
    for x in range(wide):
        weight[0, x] = UNIT
    for k in range(axes):
        for x in range(wide):
            row[k + 1, x] = row[k, x] + np.uint32((keys[k, x] & STEPS) + ONE)
            fraction = np.uint16(keys[k, x] >> STEP_BITS)
            weight[k, x] -= fraction
            weight[k + 1, x] = fraction


@numba.njit(nogil=True, error_model="numpy")
def gather(table: Array, row: Array, weight: Array, sums: Array) -> None:
    """Weigh and add the corners' values.

    Args:
        table: uint8 (rows, O).
        row: uint32 (D + 1, W).
        weight: uint16 (D + 1, W), 255 together.
        sums: Receives uint16 (W, O).
    """
    for k in range(len(row)):
        for x in range(row.shape[1]):
            r, w = row[k, x], weight[k, x]
            for j in range(table.shape[1]):
                part = np.uint16(w * np.uint16(table[r, j]))
                sums[x, j] = part if k == 0 else np.uint16(sums[x, j] + part)


@numba.njit(nogil=True, error_model="numpy")
def add_turns(sums: Array, factor: float, addend: Array) -> None:
    """Add a feature's sum over rotations, in grey levels.

    Args:
        sums: uint16 (4, W, O).
        factor: The size of a sum's unit.
        addend: float64 (W, O), changed.
    """
    first, second, third, fourth = sums[0], sums[1], sums[2], sums[3]
    for x in range(addend.shape[0]):
        for j in range(addend.shape[1]):
            total = np.int32(first[x, j]) + np.int32(second[x, j])
            total += np.int32(third[x, j]) + np.int32(fourth[x, j])
            addend[x, j] += np.float64(np.int32(total - SIGNED)) * factor


@numba.njit(nogil=True, error_model="numpy")
def finish(pixels: Array, addend: Array, rounded: bool, scale: int, out: Array) -> None:
    """Add the pixels themselves, and round if asked to.

    Args:
        pixels: uint8 (W,).
        addend: float64 (W, O), of which the first r * r count.
        rounded: Whether to clip to 0..255, and round.
        scale: r.
        out: Receives (r, W * r), uint8, or float64 where nothing is rounded.
    """
    for i in range(scale):
        for x in range(len(pixels)):
            for j in range(scale):
                level = np.float64(pixels[x]) + addend[x, i * scale + j]
                if rounded:
                    level = min(max(np.rint(level), 0.0), 255.0)
                out[i, x * scale + j] = level


@numba.njit(nogil=True, error_model="numpy")
def features(
    plane: Array,
    y: int,
    left: int,
    taps: Array,
    axes: Array,
    steps: Array,
    table: Array,
    rounding: Array,
    work: tuple[Array, Array, Array, Array, Array],
    out: Array,
) -> None:
    """Compute one row of features in one rotation.

    Args:
        plane: uint8, the padded picture.
        y: The row.
        left: The first column.
        taps: int64 (D, 2), in the picture as it is.
        axes: uint16 (D, 511): of the pixel the code, of the other taps that of each difference.
        steps: uint32 (D,).
        table: uint8 (rows, at least F).
        rounding: uint16, what follows from a sum: the code of the feature.
        work: Codes uint16 (W',), keys uint32 (D, W'), rows uint32 (D + 1, W'), weights
            uint16 (D + 1, W') and sums uint16 (W', as the table).
        out: Receives uint16 (F, W').
    """
    codes, keys, row, weight, sums = work
    centre = plane[y, left : left + len(codes)]
    row[0] = 0
    for k in range(len(taps)):
        at = left + taps[k, 1]
        other = plane[y + taps[k, 0], at : at + len(codes)]
        for x in range(len(codes)):
            shift = 0 if k == 0 else np.int64(centre[x]) - 255
            codes[x] = axes[k, np.int64(other[x]) - shift]
        enter(codes, steps[k], keys[k], row[0])
    climb(keys, row, weight)
    gather(table, row, weight, sums)
    for f in range(len(out)):
        for x in range(len(codes)):
            out[f, x] = rounding[sums[x, f]]


@compiler(nogil=True, error_model="numpy")
def band(
    planes: Array,
    borders: tuple[int, int],
    first: tuple[Array, Array, Array, Array, Array],
    mixed: tuple[Array, Array, Array, Array],
    rounded: bool,
    top: int,
    bottom: int,
    out: Array,
) -> None:
    """Compute the rows from `top` to `bottom` of every colour.

    Args:
        planes: uint8 (C, H + 2 border, W + 2 border).
        borders: Pixels of padding, and how many of them the offsets reach.
        first: Taps int64 (4 rotations, D, 2), then axes, steps, table and rounding of `features`.
        mixed: Offsets int64 (4 rotations, n, 2), steps uint32 (n,), tables
            uint8 (4 rotations, F, rows, O) and factors float64 (F,).
        rounded: Whether to give pixels; else grey levels, neither clipped nor rounded.
        top: The first row.
        bottom: The row after the last.
        out: Receives (H * r, W * r, C), uint8 or float64.
    """
    (border, reach), (taps, axes, steps, table, rounding) = borders, first
    offsets, mixed_steps, tables, factors = mixed
    wide, count, size = planes.shape[2] - 2 * border, len(factors), len(mixed_steps)
    scale, wider, kept = out.shape[1] // wide, wide + 2 * reach, reach + 1
    # of every rotation, the rows of features that are still needed, each in the place of an old one
    codes = np.empty((ROTATIONS, kept, count, wider), np.uint16)
    work = (
        np.empty(wider, np.uint16),
        np.empty((len(steps), wider), np.uint32),
        np.empty((len(steps) + 1, wider), np.uint32),
        np.empty((len(steps) + 1, wider), np.uint16),
        np.empty((wider, table.shape[1]), np.uint16),
    )
    keys, row = np.empty((size, wide), np.uint32), np.empty((size + 1, wide), np.uint32)
    weight = np.empty((size + 1, wide), np.uint16)
    sums = np.empty((ROTATIONS, wide, tables.shape[3]), np.uint16)
    addend = np.empty((wide, tables.shape[3]))
    for colour in range(len(planes)):
        plane = planes[colour]
        for y in range(top - reach + border, bottom + border):  # rows of the padded picture
            for turn in range(ROTATIONS):
                at = y + offsets[turn, :, 0].max()
                into = codes[turn, at % kept]
                features(
                    plane, at, border - reach, taps[turn], axes, steps, table, rounding, work, into
                )
            if y < top + border:
                continue
            addend[:] = 0
            for f in range(count):
                for turn in range(ROTATIONS):
                    row[0] = 0
                    for k in range(size):
                        at, left = (y + offsets[turn, k, 0]) % kept, reach + offsets[turn, k, 1]
                        found = codes[turn, at, f, left : left + wide]
                        enter(found, mixed_steps[k], keys[k], row[0])
                    climb(keys, row, weight)
                    gather(tables[turn, f], row, weight, sums[turn])
                add_turns(sums, factors[f], addend)
            up = (y - border) * scale
            pixels = plane[y, border : border + wide]
            finish(pixels, addend, rounded, scale, out[up : up + scale, :, colour])
