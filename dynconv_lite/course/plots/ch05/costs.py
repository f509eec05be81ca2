"""Figures of what large kernels cost: multiply-adds by part, and time by form of the sum."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dynconv_lite.course.plots.style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    Picture,
    canvas,
    picture,
)
from dynconv_lite.depthwise.plan import GRADIENT_PRODUCTS, PRODUCTS, plan

Row = Mapping[str, Any]

WAYS = {  # way -> colour, marker, dashes
    "conv2d": (VERMILION, "s", "-"),
    "explicit padding": (ORANGE, "^", "--"),
    "channels_last": (PURPLE, "v", "-."),
    "FFT": (SKY, "D", ":"),
    "library": (BLUE, "o", "-"),
}
DIRECT = ("conv2d", "explicit padding", "channels_last")
WAYS_RULED = ("FFT", "library")
PASSES = ("forward", "forward + backward")


@picture
def draw_parts(parts: Mapping[str, Mapping[str, float]]) -> Picture:
    """Draw the multiply-adds of networks as bars, cut into parts.

    Args:
        parts: network -> part -> multiply-adds.

    Raises:
        ValueError: if there is no network, or networks differ in their parts.
    """
    names = [list(costs) for costs in parts.values()]
    if not names or any(other != names[0] for other in names):
        raise ValueError(f"parts must name the same parts for every network, got {names}")
    figure, (axes,) = canvas(1, size=(7, 0.9 + 0.5 * len(parts)))
    left = np.zeros(len(parts))
    for name, colour in zip(names[0], (BLUE, ORANGE, GREEN, GREY, PURPLE), strict=False):
        width = np.array([costs[name] / 1e9 for costs in parts.values()])
        axes.barh(list(parts), width, left=left, color=colour, label=name, height=0.6)
        left += width
    axes.invert_yaxis()
    axes.set_xlabel("multiply-adds (billions)")
    axes.legend(loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=3, fontsize=9)
    told = []
    for network, costs in parts.items():
        total = sum(costs.values())
        shares = ", ".join(f"{name} {100 * cost / total:.1f} %" for name, cost in costs.items())
        told.append(f"{network}: {total / 1e9:.2f} billion, of which {shares}")
    return Picture(figure, f"Multiply-adds of one picture by part. {'; '.join(told)}.")


@picture
def draw_times(rows: Sequence[Row], batch: int, side: int) -> Picture:
    """Draw the time of every way to one sum against the kernel size, for both passes.

    Args:
        rows: of the record of `benchmarks/large_kernel.py`.
        batch: which maps to show: their number ...
        side: ... and their side in pixels.

    Raises:
        ValueError: if no row is of such maps.
    """
    shown = [row for row in rows if (row["batch"], row["side"]) == (batch, side)]
    if not shown:
        raise ValueError(f"rows hold no maps of batch {batch} and side {side}")
    sizes = [row["kernel_size"] for row in shown]
    figure, panels = canvas(2, size=(7, 3.2), sharey=True)
    for axes, name in zip(panels, PASSES, strict=True):
        for way, (colour, marker, dashes) in WAYS.items():
            times = [row[name][way] for row in shown]
            axes.plot(sizes, times, color=colour, marker=marker, linestyle=dashes, label=way)
        axes.set(yscale="log", xlabel="kernel size K", xticks=sizes, title=name)
    panels[0].set_ylabel("milliseconds")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside right upper", fontsize=9)
    last = shown[-1]
    told = "; ".join(
        f"{name}: " + ", ".join(f"{way} {last[name][way]:.1f}" for way in WAYS) for name in PASSES
    )
    alt = (
        f"Milliseconds of a depth-wise convolution on {batch} x 64 maps of {side} x {side} pixels, "
        f"against the kernel size, on a logarithmic scale. At K = {sizes[-1]}: {told}."
    )
    return Picture(figure, alt)


@picture
def draw_rule(rows: Sequence[Row]) -> Picture:
    """Draw the time of a plain transform and of the library against the number the plan goes by.

    The number is that of `dynconv_lite.depthwise.plan`: products of the direct sum for each number
    of a transform. The lines stand where the plan changes its mind; times are multiples of the best
    direct form's.

    Args:
        rows: of the record of `benchmarks/large_kernel.py`.
    """
    figure, panels = canvas(2, size=(7, 3.3), sharey=True)
    told = []
    for axes, name, threshold in zip(panels, PASSES, (PRODUCTS, GRADIENT_PRODUCTS), strict=True):
        number = np.array([products_per_number(row["side"], row["kernel_size"]) for row in rows])
        best = np.array([min(row[name][way] for way in DIRECT) for row in rows])
        plain, ours = (np.array([row[name][way] for row in rows]) / best for way in WAYS_RULED)
        axes.plot(number, plain, "D", color=SKY, markerfacecolor="none", label="plain FFT")
        axes.plot(number, ours, "o", color=BLUE, markersize=5, label="library")
        axes.axhline(1, color=GREY, linewidth=1)
        axes.axvline(threshold, color=VERMILION, linestyle="--", linewidth=1.5, label="the rule")
        axes.set(xscale="log", yscale="log", xlabel="products for each number", title=name)
        above = number > threshold
        told.append(
            f"{name}: left of {threshold} the plain transform is slower for "
            f"{int((plain[~above] > 1).sum())} of {int((~above).sum())} sizes; right of it the "
            f"library is faster than every direct form for {int((ours[above] < 1).sum())} of "
            f"{int(above.sum())}"
        )
    panels[0].set_ylabel("time / best direct form")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside right upper", fontsize=9)
    alt = (
        "Times as multiples of the best direct form, against products for each number of a "
        f"transform; one point a size, on logarithmic scales. {'; '.join(told)}."
    )
    return Picture(figure, alt)


def products_per_number(side: int, kernel_size: int) -> float:
    """Return the products of a direct sum for each number of the transforms that would replace it.

    Args:
        side: of a square map, in pixels.
        kernel_size: K, odd; the map is padded by half of it.
    """
    half = kernel_size // 2
    how = plan((side, side), (kernel_size, kernel_size), 1, "same")
    unused = how.unused[0]
    taps, margin = kernel_size - 2 * unused, half - unused
    products = side * taps - margin * (margin + 1)  # along one axis
    return float((products / how.transform[0]) ** 2)
