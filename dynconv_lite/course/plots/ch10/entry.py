"""The picture behind the table explorer: four pixels, the corners of their simplex, the answer."""

from collections.abc import Sequence

import torch
from matplotlib.figure import Figure

from dynconv_lite.course.plots.style import (
    BLUE,
    Picture,
    image_panel,
    picture,
    write_numbers,
)
from dynconv_lite.lut.patterns import LEVELS
from dynconv_lite.lut.simplex import simplex_weights
from dynconv_lite.lut.table import LookupTable

LETTERS = "abcd"


@picture
def draw_entry(table: LookupTable, a: int, b: int, c: int, d: int) -> Picture:
    """Draw a look-up: the four pixels, which rows of the table count how much, and what they say.

    Args:
        table: Of four taps in a square ("s"), interval 3 to 8.
        a: The pixel itself, 0 to 255.
        b: The pixel to its right.
        c: The pixel below it.
        d: The pixel below and to the right.

    Raises:
        ValueError: If the table is another one, or a pixel is out of range.
    """
    pixels = (a, b, c, d)
    if table.pattern.name != "s" or table.interval == 0:
        raise ValueError(f"table must be of pattern 's' and interpolated, got {table!r}")
    for name, value in zip(LETTERS, pixels, strict=True):
        if not 0 <= value < LEVELS:
            raise ValueError(f"{name} must lie from 0 to {LEVELS - 1}, got {value}")
    walk, weights = corners(pixels, table.interval)
    base = torch.tensor([value >> table.interval for value in pixels])
    rows = [table.at((base + torch.tensor(up)).numpy()).astype(float) for up in walk]
    q = 1 << table.interval
    answer = sum(w * row for w, row in zip(weights, rows, strict=True)) / q * table.step
    block = torch.as_tensor(answer).reshape(table.scale, table.scale)

    figure = Figure(figsize=(7, 2.7), layout="constrained")
    left, middle, right = figure.subplots(1, 3, width_ratios=(1, 1.3, 1.25))
    seen = torch.tensor(pixels).reshape(2, 2)
    image_panel(left, seen, "four pixels", vmin=0, vmax=255)
    write_numbers(left, seen, "{:.0f}", 11)
    names = ["".join(map(str, up)) for up in walk]
    middle.barh(range(len(names)), weights, color=BLUE)
    middle.set_yticks(range(len(names)), names, family="monospace")
    middle.set(title=f"corners, weights of {q}", xlim=(0, q), ylim=(len(names) - 0.5, -0.5))
    for place, weight in enumerate(weights):
        middle.text(min(weight + 0.02 * q, 0.86 * q), place, f"{weight}", va="center", fontsize=9)
    image_panel(right, block, "the answer, one turn", vmin=0, vmax=64)
    write_numbers(right, block, "{:.1f}", 8)
    for axes in (left, middle, right):
        axes.title.set_fontsize(10)
    used = ", ".join(f"{n} with {w}" for n, w in zip(names, weights, strict=True) if w)
    lowest = tuple(base.tolist())
    alt = (
        f"Pixels {a}, {b}, {c}, {d}; the lowest node of the cell is {lowest}. Corners in use: "
        f"{used}, of {q}. The answer of this turn is {table.scale} x {table.scale} numbers "
        f"from {float(block.min()):.1f} to {float(block.max()):.1f}; four such turns make a pixel."
    )
    return Picture(figure, alt)


def corners(pixels: Sequence[int], interval: int) -> tuple[list[tuple[int, ...]], list[int]]:
    """Return the corners of the walk, each as a 0 or 1 for every pixel, and their weights.

    Args:
        pixels: Values from 0 to 255.
        interval: Nodes lie 2**interval apart.
    """
    q = 1 << interval
    order, weights = simplex_weights(torch.tensor([value % q for value in pixels]), q)
    up = [0] * len(pixels)
    walk = [tuple(up)]
    for axis in order.tolist():
        up[axis] = 1
        walk.append(tuple(up))
    return walk, weights.tolist()
