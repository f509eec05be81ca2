"""Names beside points, in a panel where there are many of both."""

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes

LETTER, LINE = 0.0665, 0.128  # inches
FONT = 6.5
RISES = (0, 1, -1, 2, -2, 3, -3, 4, -4, 5, -5)  # lines above or below the point
FAR = 2  # from there on a thin line leads to the point


Box = tuple[float, float, float, float]  # left, right, bottom, top, as shares of a panel
Choice = tuple[bool, int, int, Box]  # crowded?, rise, side, box


class Label(NamedTuple):
    """A point and what is written beside it; a name that is empty keeps the place free only."""

    name: str
    x: float
    y: float
    colour: str


def write_labels(axes: Axes, labels: Sequence[Label]) -> None:
    """Write names beside points, each where it covers no other name or point, if there is room.

    Args:
        axes: With its limits set; the horizontal one may be logarithmic.
        labels: All points that there are, in the order in which they may choose their place.
    """
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    across_of = np.log10 if axes.get_xscale() == "log" else np.asarray
    start_, end_ = float(across_of(left)), float(across_of(right))
    grid = axes.get_subplotspec()
    columns, rows = (
        (1, 1) if grid is None else (grid.get_gridspec().ncols, grid.get_gridspec().nrows)
    )
    panel = axes.figure.get_figure(root=True).get_size_inches() / (columns, rows)
    letter, line = LETTER / panel[0], LINE / panel[1]
    spots = [
        ((float(across_of(each.x)) - start_) / (end_ - start_), (each.y - low) / (high - low))
        for each in labels
    ]  # as shares of the panel
    taken = [(x - 0.012, x + 0.012, y - 0.012, y + 0.012) for x, y in spots]
    for each, (across, up) in zip(labels, spots, strict=True):
        if not each.name:
            continue
        wide, choices = letter * len(each.name), list[Choice]()
        for rise, side in itertools.product(RISES, (1, -1)):
            start = across + 0.025 if side > 0 else across - 0.025 - wide
            box: Box = (
                start,
                start + wide,
                up + (rise - 0.5) * line,
                up + (rise + 0.5) * line,
            )
            if box[0] >= 0 and box[1] <= 1 and box[2] >= 0 and box[3] <= 1:
                choices.append((any(_overlap(box, other) for other in taken), rise, side, box))
        _, rise, side, box = min(choices, key=lambda choice: choice[0], default=_anyhow(across, up))
        taken.append(box)
        leader = {"arrowstyle": "-", "color": each.colour, "linewidth": 0.4, "shrinkB": 2}
        axes.annotate(
            each.name, (each.x, each.y), (box[0 if side > 0 else 1], (box[2] + box[3]) / 2),
            textcoords="axes fraction", fontsize=FONT, color=each.colour, va="center",
            ha="left" if side > 0 else "right",
            arrowprops=leader if abs(rise) >= FAR else None,
        )  # fmt: skip


def _anyhow(across: float, up: float) -> Choice:
    """Return the place of a name that fits nowhere: at the right of its point."""
    return True, 0, 1, (across + 0.025, 1, up, up)


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[1] and b[0] < a[1] and a[2] < b[3] and b[2] < a[3]
