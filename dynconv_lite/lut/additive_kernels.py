"""What `additive_fast` compiles: sums of tables with one index each, row by row.

A line is one row of the window in one channel. A byte under it is read once and has a row of
numbers, those it adds to the k pixels that have it in their window, so that the inner loop is long
and its numbers lie side by side. Four lines at a time share the way of a sum from memory and back.
"""

import numba
import numpy as np

from dynconv_lite.lut.kernels import Array, compiler
from dynconv_lite.lut.mixed_kernels import finish


@numba.njit(nogil=True, error_model="numpy")
def add_lines(bytes_: Array, y: int, rows: Array, lines: Array, lanes: int, sums: Array) -> None:
    """Compute the sums of one row of pixels.

    Args:
        bytes_: uint8 (C, H, W).
        y: The row of the window's upper edge.
        rows: int64 (P, 2), P a multiple of 4: the channel and the row of the window of each line.
        lines: int16 (P, 256, k lanes), the last pixel of a window first.
        lanes: Numbers of one pixel.
        sums: Receives int32 ((W + k - 1) lanes): what belongs to k - 1 pixels at both ends is
            not complete.
    """
    sums[:] = 0
    for p in range(0, len(lines), 4):
        a, b = bytes_[rows[p, 0], y + rows[p, 1]], bytes_[rows[p + 1, 0], y + rows[p + 1, 1]]
        c, d = (
            bytes_[rows[p + 2, 0], y + rows[p + 2, 1]],
            bytes_[rows[p + 3, 0], y + rows[p + 3, 1]],
        )
        from_a, from_b, from_c, from_d = lines[p], lines[p + 1], lines[p + 2], lines[p + 3]
        for x in range(len(a)):
            va, vb, vc, vd = from_a[a[x]], from_b[b[x]], from_c[c[x]], from_d[d[x]]
            to = sums[x * lanes : x * lanes + len(va)]
            for j in range(len(va)):
                first = np.int32(va[j]) + np.int32(vb[j])
                to[j] += first + (np.int32(vc[j]) + np.int32(vd[j]))


@compiler(nogil=True, error_model="numpy")
def hidden(bytes_: Array, rows: Array, lines: Array, factor: float, out: Array) -> None:
    """Put bytes through a layer that is not the last.

    Args:
        bytes_: uint8 (C, H, W).
        rows: As of `add_lines`.
        lines: As of `add_lines`.
        factor: The size of a sum's unit.
        out: Receives uint8 (O, H - k + 1, W - k + 1).
    """
    wide, side = bytes_.shape[2], bytes_.shape[2] - out.shape[2] + 1
    lanes, margin = lines.shape[2] // side, side // 2
    sums = np.empty((wide + side - 1) * lanes, np.int32)
    inner = sums[(side - 1) * lanes : wide * lanes].reshape(out.shape[2], lanes)
    for y in range(out.shape[1]):
        add_lines(bytes_, y, rows, lines, lanes, sums)
        for o in range(len(out)):
            base, to = bytes_[o % len(bytes_), y + margin], out[o, y]
            for x in range(out.shape[2]):
                level = np.float64(base[x + margin]) + np.float64(inner[x, o]) * factor
                to[x] = np.uint8(min(max(np.rint(level), 0.0), 255.0))


@compiler(nogil=True, error_model="numpy")
def last(bytes_: Array, rows: Array, lines: Array, total: Array) -> None:
    """Add the last layer's sums.

    Args:
        bytes_: uint8 (C, H, W).
        rows: As of `add_lines`.
        lines: As of `add_lines`.
        total: int32 (H - k + 1, W - k + 1, O), changed.
    """
    wide, side = bytes_.shape[2], bytes_.shape[2] - total.shape[1] + 1
    lanes = lines.shape[2] // side
    sums = np.empty((wide + side - 1) * lanes, np.int32)
    inner = sums[(side - 1) * lanes : wide * lanes].reshape(total.shape[1], lanes)
    for y in range(len(total)):
        add_lines(bytes_, y, rows, lines, lanes, sums)
        for x in range(total.shape[1]):
            for o in range(total.shape[2]):
                total[y, x, o] += inner[x, o]


@compiler(nogil=True, error_model="numpy")
def end(plane: Array, total: Array, factor: float, colour: int, out: Array) -> None:
    """Turn the sums of all turns into pixels.

    Args:
        plane: uint8 (H + 2 reach, W + 2 reach), one colour of the padded picture.
        total: int32 (H, W, r * r).
        factor: The size of a sum's unit.
        colour: Which one it is.
        out: Receives uint8 (H * r, W * r, C) there.
    """
    high, wide, outputs = total.shape
    scale, reach = len(out) // high, (len(plane) - high) // 2
    addend = np.empty((wide, outputs))
    for y in range(high):
        for x in range(wide):
            for o in range(outputs):
                addend[x, o] = np.float64(total[y, x, o]) * factor
        pixels = plane[reach + y, reach : reach + wide]
        finish(pixels, addend, True, scale, out[y * scale : (y + 1) * scale, :, colour])
