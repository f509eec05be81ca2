"""Figures of a cell between nodes: its two triangles, and a line that crosses simplices."""

from collections.abc import Mapping, Sequence

import numpy as np
from torch import Tensor

from dynconv_lite.course.plots.style import (
    CYCLE,
    DASHES,
    VERMILION,
    Picture,
    canvas,
    picture,
)

STEPS = 129


@picture
def draw_square(corners: Tensor, points: Sequence[tuple[float, float]] = ()) -> Picture:
    """Draw a cell of two pixels, interpolated in two triangles, and bilinearly.

    Args:
        corners: (2, 2), the entries at the four nodes: rows along a, columns along b.
        points: (a, b) in the cell, each from 0 to 1, to mark.

    Raises:
        ValueError: If there are not four corners.
    """
    if tuple(corners.shape) != (2, 2):
        raise ValueError(f"corners must be (2, 2), got {tuple(corners.shape)}")
    v = corners.double().numpy()
    a, b = np.meshgrid(np.linspace(0, 1, STEPS), np.linspace(0, 1, STEPS), indexing="ij")
    triangles = by_triangles(v, a, b)
    bilinear = ((1 - a) * ((1 - b) * v[0, 0] + b * v[0, 1])
                + a * ((1 - b) * v[1, 0] + b * v[1, 1]))  # fmt: skip
    figure, panels = canvas(2, size=(6.4, 3.6))
    levels = np.linspace(v.min(), v.max(), 13) if v.min() < v.max() else None
    titles = ("two triangles, 3 corners each", "bilinear, 4 corners")
    for axes, map, title in zip(panels, (triangles, bilinear), titles, strict=True):
        shown = axes.imshow(map, extent=(0, 1, 1, 0), cmap="viridis", vmin=v.min(), vmax=v.max())
        if levels is not None:
            axes.contour(b, a, map, levels, colors="white", linewidths=0.7)
        for (i, j), value in np.ndenumerate(v):
            axes.text(0.06 + 0.88 * j, 0.07 + 0.86 * i, f"{value:g}", ha="center", va="center",
                      fontsize=10, bbox={"facecolor": "white", "pad": 1.5})  # fmt: skip
        axes.set(title=title, xlabel="fraction of b", xticks=[0, 1], yticks=[0, 1])
        axes.title.set_fontsize(10)
    panels[0].set_ylabel("fraction of a")
    panels[0].plot([0, 1], [0, 1], color=VERMILION)
    told = []
    for x, y in points:
        panels[0].plot(y, x, "o", color=VERMILION, markeredgecolor="white")
        told.append(f"at a {x:g}, b {y:g} it is {by_triangles(v, x, y):g}")
    figure.colorbar(shown, ax=panels, shrink=0.8, pad=0.02)
    alt = (
        f"A cell with the entries {v[0, 0]:g} and {v[0, 1]:g} above, {v[1, 0]:g} and {v[1, 1]:g} "
        "below. In the triangles' version lines of equal value are straight and bend at the "
        f"diagonal{'; ' if told else ''}{'; '.join(told)}. The largest gap to the bilinear version "
        f"is {np.abs(triangles - bilinear).max():.2f}."
    )
    return Picture(figure, alt)


@picture
def draw_line(
    place: Sequence[float],
    curves: Mapping[str, Sequence[float]],
    bends: Sequence[float] = (),
    xlabel: str = "",
    *,
    ticks: Sequence[float] | None = None,
    steps: Sequence[str] = (),
    dots: bool = False,
) -> Picture:
    """Draw what is interpolated along a line, by several rules.

    Args:
        place: Where on the line.
        curves: name -> the value at every place.
        bends: Where two fractions are equal, thin vertical lines.
        xlabel: What runs along the line.
        ticks: Where the horizontal axis has numbers; None leaves that to matplotlib.
        steps: Names of the curves that jump: each value holds up to the next place.
        dots: Draw a dot for every place, and no line between them.

    Raises:
        ValueError: If a curve has another number of values.
    """
    figure, (axes,) = canvas(size=(6.4, 3.2))
    told = []
    for at in bends:
        axes.axvline(at, color="#cccccc", linewidth=1)
    for index, (name, values) in enumerate(curves.items()):
        if len(values) != len(place):
            raise ValueError(f"curves must have {len(place)} values each, got {len(values)}")
        colour = CYCLE[index % len(CYCLE)]
        if dots:  # the first ones larger and open, so that equal values show
            axes.plot(place, values, "o", label=name, color=colour, markersize=4 if index else 8,
                      markerfacecolor=None if index else "none")  # fmt: skip
        else:
            axes.plot(place, values, DASHES[index % len(DASHES)], label=name, color=colour,
                      drawstyle="steps-post" if name in steps else "default")  # fmt: skip
        jump = np.abs(np.diff(np.asarray(values, dtype=float))).max()
        told.append(f"{name} from {min(values):.2f} to {max(values):.2f}, its largest step between "
                    f"neighbours {jump:.2f}")  # fmt: skip
    axes.set(xlabel=xlabel, ylabel="interpolated entry")
    if ticks is not None:
        axes.set_xticks(ticks)
    axes.legend(fontsize=9)
    return Picture(figure, f"Interpolation along a line, {len(place)} places: {'; '.join(told)}.")


def by_triangles(v: np.ndarray, a: np.ndarray | float, b: np.ndarray | float) -> np.ndarray:
    """Interpolate in the triangle in which fractions a and b, 0 to 1, lie; v (2, 2)."""
    large, small = np.maximum(a, b), np.minimum(a, b)
    along = np.where(a >= b, v[1, 0], v[0, 1])
    return (1 - large) * v[0, 0] + (large - small) * along + small * v[1, 1]
