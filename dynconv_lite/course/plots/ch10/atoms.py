"""Figure of a dictionary: what each of its atoms adds to a picture."""

import math

import numpy as np
import numpy.typing as npt

from dynconv_lite.course.plots.style import Picture, canvas, picture, signed_panel

COLUMNS = 16
GAP = 2  # pixels between atoms


@picture
def draw_atoms(details: npt.NDArray[np.floating]) -> Picture:
    """Draw the details of atoms side by side, each on its own scale.

    Args:
        details: (K, side * side), one atom a row.

    Raises:
        ValueError: If the rows are not squares.
    """
    count, pixels = details.shape if details.ndim == 2 else (0, 0)
    side = math.isqrt(pixels)
    if not count or side * side != pixels:
        raise ValueError(f"details must be (K, side * side), got {details.shape}")
    rows = -(-count // COLUMNS)
    step = side + GAP
    sheet = np.full((rows * step - GAP, min(count, COLUMNS) * step - GAP), np.nan)
    peaks = np.abs(details).max(1)
    for index, (atom, peak) in enumerate(zip(details, peaks, strict=True)):
        top, left = index // COLUMNS * step, index % COLUMNS * step
        sheet[top : top + side, left : left + side] = atom.reshape(side, side) / (peak or 1)
    figure, (axes,) = canvas(size=(7, min(4, 0.6 + 0.44 * rows)))
    signed_panel(axes, np.ma.masked_invalid(sheet), vmin=-1, vmax=1)
    alt = (
        f"The details of {count} atoms, {side} x {side} pixels each, every one scaled to its "
        f"largest value; those are from {peaks.min():.2g} to {peaks.max():.2g} for an atom of "
        "length 1."
    )
    return Picture(figure, alt)
