"""Figures of what a table knows: a slice of it with its nodes, and its error against its size."""

from collections.abc import Mapping, Sequence

import numpy as np
from torch import Tensor

from dynconv_lite.course.plots.style import (
    CYCLE,
    DASHES,
    GREY,
    Picture,
    canvas,
    image_panel,
    picture,
    signed_panel,
)
from dynconv_lite.lut.patterns import nodes

FEW_NODES = 33


@picture
def draw_slice(network: Tensor, table: Tensor, interval: int, names: tuple[str, str]) -> Picture:
    """Draw an output as two of the pixels run from 0 to 255: by the network, and by its table.

    Args:
        network: (256, 256), what the network says, in units of the table.
        table: (256, 256), what the table says, interpolated.
        interval: The nodes lie 2**interval pixel values apart.
        names: What runs downwards, and what to the right.

    Raises:
        ValueError: If the maps are not (256, 256), or the interval is not allowed.
    """
    for name, map in (("network", network), ("table", table)):
        if tuple(map.shape) != (256, 256):
            raise ValueError(f"{name} must be (256, 256), got {tuple(map.shape)}")
    count, spacing = nodes(interval), 1 << interval
    figure, panels = canvas(3, size=(7, 2.6))
    low, high = float(network.min()), float(network.max())
    for axes, map, title in zip(panels, (network, table), ("network", "table"), strict=False):
        shown = image_panel(axes, map, title, cmap="viridis", vmin=low, vmax=high)
    bar = figure.colorbar(shown, ax=panels[:2], shrink=0.8, pad=0.01)
    bar.ax.tick_params(labelsize=8)
    bar.set_label("units of the table", fontsize=8)
    places = np.minimum(np.arange(count) * spacing, 255)
    if count <= FEW_NODES:
        down, right = np.meshgrid(places, places, indexing="ij")
        panels[1].plot(right.ravel(), down.ravel(), ".", color="white", markersize=2.2)
    gap = (table - network).double()
    shown = signed_panel(panels[2], gap, "table - network")
    bar = figure.colorbar(shown, ax=panels[2], shrink=0.8, pad=0.01)  # in the same units
    bar.ax.tick_params(labelsize=8)
    for axes in panels:
        axes.set(xlabel=names[1], xticks=[0, 255], yticks=[])
        axes.tick_params(labelsize=8)
        axes.title.set_fontsize(10)
    panels[0].set(ylabel=names[0], yticks=[0, 255])
    inner = places[places % spacing == 0]  # at 255 the table is interpolated: its node is 256
    at = gap[inner][:, inner]
    alt = (
        f"An output as {names[0]} and {names[1]} run from 0 to 255: the network's from {low:.1f} "
        f"to {high:.1f}; the table's with {count} x {count} nodes, at most "
        f"{float(at.abs().max()):.2f} away from it at a node below 255 and "
        f"{float(gap.abs().max()):.2f} anywhere."
    )
    return Picture(figure, alt)


@picture
def draw_intervals(
    sizes: Mapping[int, int],
    curves: Mapping[str, Sequence[float]],
    levels: Mapping[str, float] | None = None,
) -> Picture:
    """Draw how good a table is against its size.

    Args:
        sizes: interval -> bytes of the table.
        curves: name -> PSNR in dB for each interval, in the order of `sizes`.
        levels: name -> PSNR of something without a table, a horizontal line.

    Raises:
        ValueError: If a curve has not one value for each size.
    """
    kilobytes = [size / 1000 for size in sizes.values()]
    figure, (axes,) = canvas(size=(6, 3.4))
    told = []
    for index, (name, values) in enumerate(curves.items()):
        if len(values) != len(sizes):
            raise ValueError(f"curves must have {len(sizes)} values each, got {len(values)}")
        axes.plot(kilobytes, values, DASHES[index % len(DASHES)], marker="o", label=name,
                  color=CYCLE[index % len(CYCLE)])  # fmt: skip
        told += [
            f"{name}, interval {interval} ({size} bytes) {value:.2f}"
            for (interval, size), value in zip(sizes.items(), values, strict=True)
        ]
    first = next(iter(curves.values()))
    for interval, x, y in zip(sizes, kilobytes, first, strict=True):
        axes.annotate(f"{nodes(interval)} nodes", (x, y), (5, -13), textcoords="offset points",
                      fontsize=8)  # fmt: skip
    for index, (name, value) in enumerate((levels or {}).items()):
        axes.axhline(value, color=GREY, linewidth=1.4, linestyle=DASHES[1 + index % 3], label=name)
        told.append(f"{name} {value:.2f}")
    axes.set(xscale="log", xlabel="table (kB)", ylabel="PSNR on luma (dB)")
    axes.margins(y=0.12)
    axes.legend(fontsize=9)
    return Picture(figure, f"PSNR in dB against the size of the table: {'; '.join(told)}.")
