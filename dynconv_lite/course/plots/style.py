"""One look for every figure of the course, and a way to show one with its alt text.

Colours are Okabe and Ito's, which stay apart under every common colour blindness; maps use
`viridis`, and signed maps a diverging scale that is grey at zero. Figures are built without
pyplot, so that drawing one leaves nothing open and shows nothing by itself.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from html import escape
from typing import Any, ParamSpec

import matplotlib as mpl
import numpy as np
import torch
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

BLUE, ORANGE, GREEN = "#0072B2", "#E69F00", "#009E73"
VERMILION, PURPLE, SKY, GREY = "#D55E00", "#CC79A7", "#56B4E9", "#666666"
DASHES = ("-", "--", "-.", ":")  # beside colours, for those who do not see them
CYCLE = [BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY]

STYLE: Any = {
    "axes.prop_cycle": cycler(color=CYCLE),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 11,
    "axes.labelsize": 11,
    "font.size": 11,
    "legend.frameon": False,
    "image.cmap": "viridis",
    "image.interpolation": "nearest",
    "lines.linewidth": 2.0,
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
}
DPI = 96

P = ParamSpec("P")


@dataclass(frozen=True)
class Picture:
    """A figure and the sentence that says in words what it shows.

    Attributes:
        figure: a matplotlib figure.
        alt: its text alternative, made from the same numbers as the figure.
    """

    figure: Figure
    alt: str

    def png(self) -> bytes:
        """Return the figure as a PNG file; the same numbers give the same bytes."""
        buffer = io.BytesIO()
        with mpl.rc_context(STYLE):
            self.figure.savefig(buffer, format="png", dpi=DPI, metadata={"Software": None})
        return buffer.getvalue()


def picture(draw: Callable[P, Picture]) -> Callable[P, Picture]:
    """Decorate a drawing function so that it draws in the course's style."""

    @wraps(draw)
    def styled(*args: P.args, **kwargs: P.kwargs) -> Picture:
        with mpl.rc_context(STYLE):
            return draw(*args, **kwargs)

    return styled


def show(drawn: Picture, caption: str) -> None:
    """Display a picture in a notebook, its alt text attached and its caption below.

    Args:
        drawn: what a drawing function returned.
        caption: what to see in it, in Markdown.
    """
    from IPython.display import Image, Markdown, display

    display(Image(data=drawn.png(), format="png", alt=drawn.alt))
    # JupyterLab leaves the alt text of a PNG output out, so it is there to unfold as well.
    words = f"<details><summary>In words</summary>{escape(drawn.alt)}</details>"
    display(Markdown(f"*{caption}*\n\n{words}"))


def canvas(
    columns: int = 1, rows: int = 1, *, size: tuple[float, float] | None = None, **grid: Any
) -> tuple[Figure, list[Axes]]:
    """Return a figure and its axes, row by row.

    Args:
        columns: panels side by side.
        rows: panels above one another.
        size: (width, height) in inches; None takes 2.6 x 2.7 a panel.
        grid: further arguments of `Figure.subplots`.
    """
    figure = Figure(figsize=size or (2.6 * columns, 2.7 * rows), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False, **grid)
    return figure, list(axes.flat)


def image_panel(axes: Axes, image: Any, title: str = "", **options: Any) -> Any:
    """Draw an image without ticks; grey for two-dimensional 0..1 data unless told otherwise."""
    shown = axes.imshow(np.asarray(image), **{"cmap": "gray", **options})
    axes.set(xticks=[], yticks=[], title=title)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return shown


def signed_panel(axes: Axes, values: Any, title: str = "", **options: Any) -> Any:
    """Draw a signed map: blue below zero, grey-white at zero, red above, unless told otherwise."""
    array = np.asarray(values)
    limit = float(np.abs(array).max()) or 1.0
    scale = {"cmap": "RdBu_r", "vmin": -limit, "vmax": limit}
    return image_panel(axes, array, title, **{**scale, **options})


def write_numbers(axes: Axes, values: Any, form: str = "{:.3g}", size: float = 10) -> None:
    """Write every entry of a small matrix into its cell, dark on light and light on dark."""
    array = np.asarray(values, dtype=float)
    drawn = axes.images[-1]
    for (row, column), value in np.ndenumerate(array):
        red, green, blue, _ = drawn.cmap(drawn.norm(value))
        bright = 0.299 * red + 0.587 * green + 0.114 * blue > 0.5
        axes.text(column, row, form.format(value), ha="center", va="center", fontsize=size,
                  color="black" if bright else "white")  # fmt: skip


def decades(values: Tensor, count: int = 3) -> Tensor:
    """Scale a map to its peak, logarithmically: 1 at the peak, 0 at 10 ** -count of it and below.

    Unlike `log_scaled`, this does not depend on how large the values are.
    """
    values = values.double()  # in single precision the guard against a map of zeros is zero
    relative = values / values.max().clamp(min=1e-300)
    return (torch.log10(relative.clamp(min=10.0**-count)) + count) / count


def outline(
    axes: Axes, top: float, left: float, height: float, width: float, **options: Any
) -> None:
    """Draw the border of a window of pixels."""
    corner, size = (left - 0.5, top - 0.5), (width, height)
    style = {"fill": False, "edgecolor": VERMILION, "linewidth": 2, **options}
    axes.add_patch(mpl.patches.Rectangle(corner, *size, **style))
