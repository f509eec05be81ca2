"""Figures of profiles, of growth laws and of training."""

import math
from collections.abc import Mapping, Sequence

import matplotlib as mpl
import numpy as np
import torch

from dynconv_lite.course.plots.style import (
    CYCLE,
    Picture,
    canvas,
    image_panel,
    picture,
)
from dynconv_lite.erf import Erf


@picture
def draw_profiles(erfs: Mapping[int, Erf], widths: Mapping[int, float]) -> Picture:
    """Draw the middle profile of maps by depth, with the Gaussian of the same width dashed.

    Args:
        erfs: depth and its `Erf`.
        widths: depth and the standard deviation of the dashed curve in pixels.
    """
    figure, (axes,) = canvas(1, size=(6.4, 3.3))
    for colour, (depth, erf) in zip(CYCLE, erfs.items(), strict=False):
        profile = erf.map.sum(dim=0) / erf.map.sum()  # (W,)
        offset = torch.arange(len(profile)) - erf.center[1]
        std = widths[depth]
        gauss = torch.exp(-0.5 * (offset / std) ** 2) / (std * math.sqrt(2 * math.pi))
        axes.plot(offset, profile, color=colour, label=f"{depth} layer{'s' * (depth > 1)}")
        axes.plot(offset, gauss, color="black", linestyle="--", linewidth=1)
    axes.set(xlabel="distance from the unit's centre (pixels)", ylabel="share of the gradient")
    axes.legend()
    listed = ", ".join(f"depth {d}: {w:.2f} pixels" for d, w in widths.items())
    alt = (
        "Profiles, lower and wider with depth, from a flat box for one layer to a bell that the "
        f"dashed Gaussian of the same standard deviation covers: {listed}."
    )
    return Picture(figure, alt)


@picture
def draw_growth(
    widths: Mapping[str, Mapping[int, float]], exponents: Mapping[str, float], along: str
) -> Picture:
    """Draw the width of receptive fields against depth or kernel size on logarithmic axes.

    Args:
        widths: for each network, {abscissa: width in pixels}.
        exponents: for each network, the fitted slope.
        along: label of the abscissa.
    """
    figure, (axes,) = canvas(1, size=(6.4, 3.6))
    for colour, (name, points) in zip(CYCLE, widths.items(), strict=False):
        x, y = np.array(list(points)), np.array(list(points.values()))
        slope = exponents[name]
        middle = np.exp(np.log(y).mean() - slope * np.log(x).mean())
        axes.plot(x, y, "o", color=colour, label=f"{name}: exponent {slope:.2f}")
        axes.plot(x, middle * x**slope, "-", color=colour, linewidth=1)
    axes.set(xscale="log", yscale="log", xlabel=along, ylabel="width of the ERF (pixels)")
    ticks = sorted({n for points in widths.values() for n in points})
    axes.set_xticks(ticks, [str(n) for n in ticks])
    axes.minorticks_off()
    axes.yaxis.set_major_locator(mpl.ticker.LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter(mpl.ticker.FormatStrFormatter("%g"))
    axes.legend()
    listed = "; ".join(f"{name}: {slope:.2f}" for name, slope in exponents.items())
    return Picture(figure, f"Straight lines on logarithmic axes; fitted exponents {listed}.")


@picture
def draw_curves(
    curves: Mapping[str, Sequence[float]], x: Sequence[float], labels: tuple[str, str]
) -> Picture:
    """Draw named curves over a common abscissa.

    Args:
        curves: name and ordinates.
        x: abscissa.
        labels: names of the two axes.
    """
    figure, (axes,) = canvas(1, size=(6.4, 3.0))
    for name, y in curves.items():
        axes.plot(x, y, label=name)
    axes.set(xlabel=labels[0], ylabel=labels[1])
    axes.legend()
    ends = "; ".join(f"{name} from {y[0]:.2f} to {y[-1]:.2f}" for name, y in curves.items())
    return Picture(figure, f"{labels[1]} against {labels[0]}: {ends}.")


@picture
def draw_examples(images: np.ndarray, labels: np.ndarray, classes: Sequence[str]) -> Picture:
    """Draw the first image of each class.

    Args:
        images: (N, H, W, 3), uint8.
        labels: (N,), indices into `classes`.
        classes: names.
    """
    figure, axes = canvas(
        5, math.ceil(len(classes) / 5), size=(8, 1.9 * math.ceil(len(classes) / 5))
    )
    for panel, (index, name) in zip(axes, enumerate(classes), strict=False):
        first = int(np.flatnonzero(labels == index)[0])
        image_panel(panel, images[first], name.replace("_", " "))
    names = ", ".join(name.replace("_", " ") for name in classes)
    return Picture(figure, f"One image of each class: {names}.")
