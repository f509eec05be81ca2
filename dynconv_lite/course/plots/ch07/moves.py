"""Figures of channels that move: one map, all directions, and a move folded into a kernel."""

from collections.abc import Mapping

import matplotlib as mpl
import numpy as np
from torch import Tensor

from dynconv_lite.course.plots.style import (
    GREEN,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    Picture,
    canvas,
    image_panel,
    outline,
    picture,
)

GLYPHS, WORDS = "↑↓←→", ("up", "down", "left", "right")
DIRECTION_COLOURS = (SKY, ORANGE, GREEN, PURPLE)  # black arrows stay readable on them
CELLS = 400  # with more of them, glyphs would be too small to read


@picture
def draw_move(before: Tensor, after: Tensor, offset: tuple[float, float], name: str) -> Picture:
    """Draw one channel before and after it moves, the difference, and the offset as an arrow.

    Args:
        before: (H, W).
        after: (H, W).
        offset: (dy, dx) in pixels; positive is down and right.
        name: what the map is, for the title.

    Raises:
        ValueError: if the maps are not of one shape (H, W).
    """
    if before.ndim != 2 or before.shape != after.shape:
        raise ValueError(
            f"before and after must be two maps of one shape (H, W), got {tuple(before.shape)} "
            f"and {tuple(after.shape)}"
        )
    down, right = (float(value) for value in offset)
    difference = after - before
    figure, axes = canvas(4, size=(7, 2.5), width_ratios=(1, 1, 1, 0.8))
    figure.suptitle(name, fontsize=11)
    low, high = float(before.min()), float(before.max())
    image_panel(axes[0], before, "before", vmin=low, vmax=high)
    image_panel(axes[1], after, "after", vmin=low, vmax=high)
    # the change is shown on the scale of the map, or rounding errors would look like edges
    limit = max(float(difference.abs().max()), 1e-3 * float(before.abs().max()), 1e-12)
    image_panel(axes[2], difference, "difference", cmap="RdBu_r", vmin=-limit, vmax=limit)
    _compass(axes[3], down, right)
    share = float((difference.abs() > 1e-6 * max(abs(low), abs(high))).double().mean())
    alt = (
        f"{name}, {before.shape[0]} x {before.shape[1]} pixels, moved by {_told(down, right)}: "
        f"{share:.0%} of the pixels change, by {float(difference.abs().mean()):.3g} on average "
        f"and {float(difference.abs().max()):.3g} at most, where the map's values range from "
        f"{low:.3g} to {high:.3g}."
    )
    return Picture(figure, alt)


def _compass(axes: mpl.axes.Axes, down: float, right: float) -> None:
    """Draw an offset to scale on a grid of whole pixels."""
    reach = max(1.4, abs(down) + 0.4, abs(right) + 0.4)
    axes.set(xlim=(-reach, reach), ylim=(reach, -reach), aspect="equal")
    whole = np.arange(-np.floor(reach), np.floor(reach) + 1)
    axes.set_xticks(whole, [])
    axes.set_yticks(whole, [])
    axes.tick_params(length=0)
    axes.grid(color="#cccccc", linewidth=1)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.plot(0, 0, "o", color="black", markersize=5)
    if down or right:
        style = {"arrowstyle": "-|>", "color": VERMILION, "linewidth": 2.5, "mutation_scale": 16}
        axes.annotate(
            "", (right, down), (0, 0), arrowprops={**style, "shrinkA": 0, "shrinkB": 0}, zorder=3
        )
    axes.set_title("offset")
    axes.set_xlabel(f"dy = {down:.3g} px\ndx = {right:.3g} px")


def _told(down: float, right: float) -> str:
    parts = [
        f"{abs(value):.3g} pixel{'s' * (abs(value) != 1)} {forward if value > 0 else back}"
        for value, forward, back in ((down, "down", "up"), (right, "right", "left"))
        if value
    ]
    return " and ".join(parts) or "nothing"


@picture
def draw_directions(directions: Tensor) -> Picture:
    """Draw where each channel of each image goes: a row an image, a column a channel.

    Args:
        directions: integers (B, C), 0 up, 1 down, 2 left, 3 right, as `jitter.DIRECTIONS`.

    Raises:
        ValueError: if the shape or a value does not fit.
    """
    values = np.asarray(directions)
    if values.ndim != 2 or not values.size or not np.isin(values, range(4)).all():
        raise ValueError(
            f"directions must be 0, 1, 2 or 3 in a table (B, C), got {values.shape} "
            f"with {sorted(set(values.flatten().tolist()))[:8]}"
        )
    rows, columns = values.shape
    figure, (axes,) = canvas(1, size=(7, float(np.clip(0.9 + 6.3 * rows / columns, 1.3, 4))))
    colours = mpl.colors.ListedColormap(DIRECTION_COLOURS)
    image_panel(axes, values, cmap=colours, vmin=-0.5, vmax=3.5)
    axes.set(xlabel="channel", ylabel="image")
    axes.set_xticks(_ticks(columns))
    axes.set_yticks(_ticks(rows))
    axes.tick_params(length=0)
    if values.size <= CELLS:
        size = float(np.clip(200 / columns, 8, 15))
        for (row, column), value in np.ndenumerate(values):
            axes.text(column, row, GLYPHS[value], ha="center", va="center", fontsize=size,
                      fontweight="bold")  # fmt: skip
    axes.set_xticks(np.arange(columns - 1) + 0.5, minor=True)
    axes.set_yticks(np.arange(rows - 1) + 0.5, minor=True)
    axes.grid(which="minor", color="white", linewidth=1.5)
    axes.tick_params(which="minor", length=0)
    key = [mpl.patches.Patch(color=c, label=f"{g} {w}")
           for c, g, w in zip(DIRECTION_COLOURS, GLYPHS, WORDS, strict=True)]  # fmt: skip
    axes.legend(handles=key, loc="lower center", bbox_to_anchor=(0.5, 1), ncols=4)
    alike = bool((values == values[0]).all())
    first = "; ".join(
        f"{word}: {', '.join(map(str, np.flatnonzero(values[0] == place))) or 'none'}"
        for place, word in enumerate(WORDS)
    )
    alt = (
        f"A table of {rows} image{'s' * (rows != 1)} (rows) and {columns} channels (columns), an "
        f"arrow in each cell. The first image's channels go {first}. "
        + ("All images are alike." if alike else "Other images differ.")
    )
    return Picture(figure, alt)


def _ticks(count: int) -> np.ndarray:
    return np.arange(0, count, max(1, count // 8))


@picture
def draw_folded(kernels: Mapping[str, Tensor]) -> Picture:
    """Draw 5 x 5 kernels beside each other on one scale, the 3 x 3 footprint outlined.

    Args:
        kernels: titles and kernels (5, 5).

    Raises:
        ValueError: if there is none, or one is not 5 x 5.
    """
    shapes = {name: tuple(kernel.shape) for name, kernel in kernels.items()}
    if not kernels or set(shapes.values()) != {(5, 5)}:
        raise ValueError(f"kernels must be 5 x 5, got {shapes or 'none'}")
    arrays = {name: np.asarray(kernel.detach(), dtype=float) for name, kernel in kernels.items()}
    limit = max(float(np.abs(array).max()) for array in arrays.values()) or 1.0
    figure, axes = canvas(len(arrays), size=(7, min(3.6, 7 / len(arrays) + 0.5)))
    told = []
    for panel, (name, array) in zip(axes, arrays.items(), strict=True):
        image_panel(panel, array, name, cmap="RdBu_r", vmin=-limit, vmax=limit)
        outline(panel, 1, 1, 3, 3)
        if len(arrays) <= 4:
            _write(panel, array, limit)
        outside = array.copy()
        outside[1:4, 1:4] = 0
        told.append(
            f"{name}: {np.count_nonzero(array)} weights that are not 0, "
            f"{np.count_nonzero(outside)} of them outside the 3 x 3 frame"
        )
    return Picture(figure, f"Kernels of 5 x 5 weights on one scale. {'; '.join(told)}.")


def _write(axes: mpl.axes.Axes, array: np.ndarray, limit: float) -> None:
    """Write the weights that are not 0, white on the dark ends of the scale."""
    for (row, column), value in np.ndenumerate(array):
        if value:
            text = f"{value:.2f}".rstrip("0").rstrip(".")
            axes.text(column, row, text, ha="center", va="center", fontsize=8,
                      color="white" if abs(value) > 0.6 * limit else "black")  # fmt: skip
