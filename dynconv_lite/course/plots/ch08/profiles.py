"""Figures of maps and of how strong they are in every direction, and of what depth does to it."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from dynconv_lite.anisotropy import CENTRE, anisotropy, directional_profile
from dynconv_lite.course.plots.ch08.kinds import COLOURS, MARKERS
from dynconv_lite.course.plots.style import (
    BLUE,
    GREY,
    Picture,
    canvas,
    decades,
    image_panel,
    picture,
    signed_panel,
)


def polar_panel(axes: Axes, map: Tensor, colour: str = BLUE, inner: float = CENTRE) -> None:
    """Draw a map's strength in every direction, as a closed curve; the circle is the mean.

    Args:
        axes: Polar ones.
        map: (H, W), not negative.
        colour: Of the curve.
        inner: As of `directional_profile`.
    """
    found = directional_profile(map, inner=inner)
    strength = found.energy / found.energy.nanmean().clamp(min=1e-300)
    angles = np.deg2rad([*found.angles, *(found.angles + 180), 360])
    values = [*strength, *strength, strength[0]]  # opposite angles count together
    axes.plot(np.linspace(0, 2 * np.pi, 181), np.ones(181), color=GREY, linewidth=1)
    axes.plot(angles, values, color=colour)
    axes.fill(angles, values, color=colour, alpha=0.2)
    axes.set_xticks(np.deg2rad(np.arange(0, 360, 45)), [])
    axes.set_ylim(0, max(1.6, 1.1 * float(np.nanmax(strength))))
    axes.set_yticks([1], [])


def polar_canvas(columns: int, size: tuple[float, float]) -> tuple[Figure, list[Axes], list[Axes]]:
    """Return a figure with a row of plain panels above a row of polar ones."""
    figure = Figure(figsize=size, layout="constrained")
    grid = figure.add_gridspec(2, columns, height_ratios=(1.1, 1))
    above = [figure.add_subplot(grid[0, column]) for column in range(columns)]
    below = [figure.add_subplot(grid[1, column], projection="polar") for column in range(columns)]
    return figure, above, below


@picture
def draw_profiles(maps: Mapping[str, Tensor], inner: float = CENTRE) -> Picture:
    """Draw maps over three decades, and below each its strength in every direction.

    Args:
        maps: name -> map (H, W), not negative, H and W odd; at most five.
        inner: pixels no farther than this from the middle do not count.
    """
    figure, above, below = polar_canvas(len(maps), (min(7.0, 1.9 * len(maps) + 0.2), 3.7))
    told = []
    for index, (name, map) in enumerate(maps.items()):
        image_panel(above[index], decades(map), name, cmap="viridis", vmin=0, vmax=1)
        above[index].title.set_fontsize(10)
        polar_panel(below[index], map, COLOURS.get(name, BLUE), inner)
        ratio = anisotropy(map, inner=inner)
        below[index].set_xlabel(f"ratio {ratio:.2f}", fontsize=10)
        told.append(f"{name} {ratio:.2f}")
    sides = sorted({" x ".join(str(n) for n in map.shape) for map in maps.values()})
    alt = (
        f"Maps of {' and '.join(sides)} pixels over three decades, and their strength by angle. "
        f"Axes over diagonals, of what lies more than {inner:g} pixels from the middle: "
        f"{'; '.join(told)}."
    )
    return Picture(figure, alt)


@picture
def draw_kernels(kernels: Mapping[str, Tensor]) -> Picture:
    """Draw kernels side by side, signed, each on a scale of its own.

    Args:
        kernels: name -> kernel (S, S'); at most five.
    """
    figure, panels = canvas(len(kernels), size=(min(7.0, 1.75 * len(kernels)), 2.1))
    told = []
    for axes, (name, kernel) in zip(panels, kernels.items(), strict=True):
        signed_panel(axes, kernel, name)
        axes.title.set_fontsize(10)
        for spine in axes.spines.values():
            spine.set(visible=True, color=GREY, linewidth=0.8)
        size = " x ".join(str(n) for n in kernel.shape)
        told.append(f"{name} {int((kernel != 0).sum())} of {size}")
    return Picture(figure, f"Kernels, and how many of their weights are not 0: {'; '.join(told)}.")


@picture
def draw_depth(ratios: Mapping[str, Sequence[Sequence[float]]]) -> Picture:
    """Draw axes over diagonals against depth, on a logarithmic scale: a dot a seed, lines by means.

    Args:
        ratios: name -> for each number of layers, from 1, the ratio of every seed.
    """
    figure, (axes,) = canvas(1, size=(6.4, 3.2))
    axes.axhline(1, color=GREY, linewidth=1)
    told = []
    for index, (name, by_depth) in enumerate(ratios.items()):
        colour, marker = COLOURS.get(name, BLUE), MARKERS.get(name, "o")
        depths = np.arange(1, len(by_depth) + 1)
        means = [float(np.exp(np.mean(np.log(found)))) for found in by_depth]
        axes.plot(depths, means, color=colour, label=name)
        shift = 0.04 * (index - (len(ratios) - 1) / 2)  # so that dots do not hide each other
        for depth, found in zip(depths, by_depth, strict=True):
            axes.plot([depth + shift] * len(found), found, marker, color=colour, markersize=6)
        told.append(f"{name} {means[0]:.2f} and {means[-1]:.2f}")
    axes.set(xlabel="layers", ylabel="axes over diagonals", yscale="log")
    axes.set_xticks(depths)
    axes.set_yticks([0.25, 0.5, 1, 2, 4], ["1/4", "1/2", "1", "2", "4"])
    axes.minorticks_off()
    figure.legend(loc="outside right upper", fontsize=10)
    alt = (
        f"Axes over diagonals of fields of 1 to {len(depths)} layers, each dot a seed; mean over "
        f"seeds at 1 layer and at {len(depths)}: {'; '.join(told)}."
    )
    return Picture(figure, alt)
