"""Square windows on a regular grid: cut out of maps, and put back with overlaps averaged."""

from typing import Any

import numpy as np
import numpy.typing as npt

from dynconv_lite.validation import check_count

Array = npt.NDArray[Any]


def window_grid(shape: tuple[int, int], side: int, step: int) -> tuple[int, int]:
    """Count the windows of a grid that begins in the upper left corner and covers all pixels.

    Args:
        shape: Rows and columns (H, W) of the picture.
        side: Rows, and columns, of a window.
        step: Pixels from one window to the next, along both axes.

    Returns:
        Windows below, and beside, each other.

    Raises:
        ValueError: If windows of this side and step cannot cover exactly this shape.
    """
    check_count("side", side)
    check_count("step", step)
    if step > side:
        raise ValueError(f"step must be <= side = {side}, or pixels are left out, got {step}")
    if min(shape) < side or any((length - side) % step for length in shape):
        raise ValueError(
            f"rows and columns must be {side} + a multiple of {step}, so that the last window "
            f"ends with the picture, got {shape}"
        )
    return (shape[0] - side) // step + 1, (shape[1] - side) // step + 1


def windows(maps: Array, side: int, step: int) -> Array:
    """View maps (C, H, W) as all their windows, without a copy.

    Args:
        maps: (C, H, W).
        side: Rows, and columns, of a window.
        step: Pixels from one window to the next, along both axes.

    Returns:
        (C, windows below each other, windows beside each other, side, side), read-only.

    Raises:
        ValueError: If there are not three axes, or the windows do not cover the maps exactly.
    """
    if not isinstance(maps, np.ndarray) or maps.ndim != 3 or maps.size == 0:
        got = maps.shape if isinstance(maps, np.ndarray) else type(maps).__name__
        raise ValueError(f"maps must be a numpy array (C, H, W) and not empty, got {got}")
    window_grid((maps.shape[1], maps.shape[2]), side, step)
    every = np.lib.stride_tricks.sliding_window_view(maps, (side, side), axis=(1, 2))
    return every[:, ::step, ::step]


def cut_patches(maps: Array, side: int, step: int) -> Array:
    """Write every window of maps as a row.

    Args:
        maps: (C, H, W).
        side: Rows, and columns, of a window.
        step: Pixels from one window to the next, along both axes.

    Returns:
        (n, C side side), of the same type; n windows row by row, and in each first the channels,
        then the rows.

    Raises:
        ValueError: If there are not three axes, or the windows do not cover the maps exactly.
    """
    views = windows(maps, side, step).transpose(1, 2, 0, 3, 4)
    return views.reshape(views.shape[0] * views.shape[1], -1)


def sum_patches(patches: Array, shape: tuple[int, int], side: int, step: int) -> Array:
    """Add windows at the places from which `cut_patches` takes them.

    Args:
        patches: (n, side side), in the order of `cut_patches`.
        shape: Rows and columns (H, W) of the result.
        side: Rows, and columns, of a window.
        step: Pixels from one window to the next, along both axes.

    Returns:
        float64 (H, W).

    Raises:
        ValueError: If the number or the size of the patches does not fit, or the windows do not
            cover the shape exactly.
    """
    below, beside = window_grid(shape, side, step)
    if patches.shape != (below * beside, side * side):
        raise ValueError(
            f"patches must be {(below * beside, side * side)} for {shape}, got {patches.shape}"
        )
    total = np.zeros(shape)
    stacked = patches.reshape(below, beside, side, side)
    for row in range(side):
        for column in range(side):
            # the pixel (row, column) of all windows at once
            rows = slice(row, row + step * below - step + 1, step)
            columns = slice(column, column + step * beside - step + 1, step)
            total[rows, columns] += stacked[:, :, row, column]
    return total


def coverage(length: int, side: int, step: int) -> npt.NDArray[np.float64]:
    """Count the windows over every pixel of one axis: (length,).

    Over a pixel of a picture lie as many as the product of both axes.
    """
    first = np.arange(0, length - side + 1, step)
    steps = np.zeros(length + 1)
    np.add.at(steps, first, 1)
    np.add.at(steps, first + side, -1)
    return np.cumsum(steps)[:-1]


def join_patches(patches: Array, shape: tuple[int, int], side: int, step: int) -> Array:
    """Put windows back into a picture; where they overlap, their mean stands.

    Args:
        patches: (n, side side), in the order of `cut_patches`.
        shape: Rows and columns (H, W) of the picture.
        side: Rows, and columns, of a window.
        step: Pixels from one window to the next, along both axes.

    Returns:
        float64 (H, W).

    Raises:
        ValueError: If the number or the size of the patches does not fit, or the windows do not
            cover the shape exactly.
    """
    total = sum_patches(patches, shape, side, step)
    return total / np.outer(coverage(shape[0], side, step), coverage(shape[1], side, step))
