"""Figures of chapter 01: windows, the matrix of a convolution, and receptive fields."""

import math
from collections.abc import Mapping, Sequence

import matplotlib as mpl
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.plots.style import (
    CYCLE,
    ORANGE,
    SKY,
    VERMILION,
    Picture,
    canvas,
    image_panel,
    outline,
    picture,
    signed_panel,
    write_numbers,
)
from dynconv_lite.erf import Erf, ReceptiveField, erf_width, log_scaled
from dynconv_lite.locality import conv2d_matrix


@picture
def draw_window(image: Tensor, kernel: Tensor, row: int, column: int) -> Picture:
    """Draw one step of a convolution: the window, the kernel, and the response it gives.

    Args:
        image: (H, W), small enough to print.
        kernel: (k, k).
        row: top row of the window.
        column: left column of the window.
    """
    side = kernel.shape[0]
    response = F.conv2d(image[None, None], kernel[None, None])[0, 0]
    figure, axes = canvas(3, size=(8, 3.1))
    image_panel(axes[0], image, "image")
    write_numbers(axes[0], image)
    outline(axes[0], row, column, side, side)
    signed_panel(axes[1], kernel, "kernel")
    write_numbers(axes[1], kernel)
    signed_panel(axes[2], response, "response")
    write_numbers(axes[2], response)
    outline(axes[2], row, column, 1, 1)
    window = image[row : row + side, column : column + side]
    terms = [
        f"{w:g}·{x:g}"
        for w, x in zip(kernel.flatten().tolist(), window.flatten().tolist(), strict=True)
        if w != 0
    ]
    total = float((window * kernel).sum())
    alt = (
        f"A {tuple(image.shape)} image with a {side} x {side} window at row {row}, column "
        f"{column}; the kernel; and the response, where that window gives "
        f"{' + '.join(terms)} = {total:g}."
    )
    return Picture(figure, alt)


@picture
def draw_matrix(weight: Tensor, size: tuple[int, int]) -> Picture:
    """Draw the matrix that a single-channel convolution multiplies a flattened image by.

    Args:
        weight: (1, 1, k, k).
        size: (H, W) of the image.
    """
    matrix = conv2d_matrix(weight, size)
    rows, columns = matrix.shape
    figure, axes = canvas(1, size=(8, 8 * rows / columns + 0.9))
    signed_panel(axes[0], matrix, f"{rows} responses from {columns} pixels")
    axes[0].set(xlabel="pixel, row by row", ylabel="response")
    axes[0].set_xticks(np.arange(0, columns, size[1]))
    axes[0].set_yticks(np.arange(0, rows, max(1, size[1] - weight.shape[-1] + 1)))
    zeros = int((matrix == 0).sum())
    alt = (
        f"A {rows} x {columns} matrix, {zeros} of its {matrix.numel()} entries zero: each row "
        "holds the kernel's rows as short runs, one image row apart, and each next response of the "
        "same image row holds them one pixel further on."
    )
    return Picture(figure, alt)


@picture
def draw_kernel(image: Tensor, kernel: Tensor, row: int, column: int) -> Picture:
    """Draw what a kernel does to a photograph: response, matrix row and spectrum.

    Args:
        image: (H, W), grey, 0 to 1.
        kernel: (k, k), k odd.
        row: row of the unit whose matrix row is drawn.
        column: its column.
    """
    side = kernel.shape[0]
    response = F.conv2d(image[None, None], kernel[None, None])[0, 0]
    spectrum = torch.fft.fftshift(torch.fft.fft2(kernel, s=(64, 64)).abs())
    figure = mpl.figure.Figure(figsize=(8.2, 3.6))
    grid = figure.add_gridspec(2, 4, height_ratios=(5, 1), left=0.02, right=0.98, top=0.91,
                               bottom=0.16, hspace=0.28, wspace=0.1)  # fmt: skip
    photo, weights, output, frequency = (figure.add_subplot(grid[0, i]) for i in range(4))
    image_panel(photo, image, "photograph", vmin=0, vmax=1)
    outline(photo, row, column, side, side, linewidth=3)
    signed_panel(weights, kernel, "kernel")
    write_numbers(weights, kernel, "{:.2g}", size=9)
    if response.min() < -1e-6:
        signed_panel(output, response, "response")
    else:
        image_panel(output, response, "response")
    value = float(response[row, column])
    output.plot(column, row, "s", markersize=9, markerfacecolor="none", color=VERMILION, mew=2)
    image_panel(frequency, spectrum, "|spectrum|", cmap="viridis", vmin=0)
    strip = figure.add_subplot(grid[1, :])
    shown = _matrix_row(image, kernel, row, column)
    signed_panel(strip, shown[None], aspect="auto")
    strip.set_xlabel(f"three image rows of the matrix row of unit ({row}, {column}): zero but for "
                     f"{int((kernel != 0).sum())} of {image.numel()} entries")  # fmt: skip
    total, flat = float(kernel.sum()), float(spectrum[32, 32])
    alt = (
        f"Kernel weights sum to {total:.3g}, so a flat area gives {total:.3g} times its brightness "
        f"(|spectrum| at frequency zero: {flat:.3g}, peak {float(spectrum.max()):.3g}). The unit "
        f"at row {row}, column {column} responds {value:.3g}; responses range from "
        f"{float(response.min()):.3g} to {float(response.max()):.3g}."
    )
    return Picture(figure, alt)


def _matrix_row(image: Tensor, kernel: Tensor, row: int, column: int) -> Tensor:
    """Return the stretch of a unit's matrix row that belongs to its window's image rows."""
    side, width = kernel.shape[0], image.shape[1]
    stretch = torch.zeros(side, width)
    stretch[:, column : column + side] = kernel
    return stretch.flatten()


@picture
def draw_maps(
    maps: Mapping[str, Erf],
    fields: Mapping[str, ReceptiveField] | None = None,
    *,
    relative: bool = False,
) -> Picture:
    """Draw effective receptive fields side by side, theoretical ones outlined.

    Args:
        maps: titles and their `Erf`.
        fields: for some titles, the theoretical field to outline.
        relative: divide each map by its peak before the log scale, so that networks whose
            gradients differ in size can be compared by shape.
    """
    figure, axes = canvas(len(maps), size=(min(8.4, 2.8 * len(maps)), 2.9))
    spans = []
    for panel, (title, erf) in zip(axes, maps.items(), strict=True):
        shown = _spread(erf) if relative else log_scaled(erf.map)
        image_panel(panel, shown, title, cmap="viridis", vmin=0, vmax=1)
        panel.plot(erf.center[1], erf.center[0], "+", color="white", markersize=8, mew=1.5)
        if fields and title in fields:
            outline(panel, *fields[title].start, *fields[title].size)
        spans.append(f"{title}: standard deviation {erf_width(erf.map):.1f} pixels")
    alt = "Maps of effective receptive fields, brightest where a pixel matters most. "
    return Picture(figure, alt + "; ".join(spans) + ".")


def _spread(erf: Erf) -> Tensor:
    """Return a map on three decades below its own peak, from 0 to 1."""
    relative = erf.map / erf.map.max().clamp(min=1e-300)
    return (torch.log10(relative.clamp(min=1e-3)) + 3) / 3


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
def draw_squares(
    erf: Erf,
    ratios: Mapping[str, Mapping[float, float]],
    centers: Mapping[str, tuple[float, float]],
) -> Picture:
    """Draw, over a map, the squares whose areas the ratios are, for two choices of centre.

    Args:
        erf: the map.
        ratios: for each way of centring, {threshold: area ratio}.
        centers: for each way of centring, (row, column).
    """
    figure, axes = canvas(len(ratios), size=(3.7 * len(ratios), 3.7))
    height, width = erf.map.shape
    parts = []
    for panel, (name, found) in zip(axes, ratios.items(), strict=True):
        image_panel(panel, log_scaled(erf.map), name, cmap="viridis", vmin=0, vmax=1)
        row, column = (math.floor(c + 0.5) for c in centers[name])
        for colour, (threshold, ratio) in zip(
            (SKY, ORANGE, VERMILION), found.items(), strict=False
        ):
            reached = not math.isnan(ratio)
            words = f"t = {threshold:g}: " + (f"r = {ratio:.1%}" if reached else "not reached")
            panel.plot([], [], color=colour, label=words)
            if reached:
                side = round(math.sqrt(ratio * height * width))
                outline(panel, row - side // 2, column - side // 2, side, side, edgecolor=colour)
        panel.plot(column, row, "+", color="white", mew=1.5)
        panel.set(xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5))
        panel.legend(loc="lower center", bbox_to_anchor=(0.5, -0.36), fontsize=10)
        listed = ", ".join(f"t = {t:g} takes {r:.1%}" for t, r in found.items())
        parts.append(f"centred on {name}: {listed} of the area")
    return Picture(figure, "Nested squares over an ERF, " + "; ".join(parts) + ".")


@picture
def draw_difference(maps: Mapping[str, Tensor]) -> Picture:
    """Draw where two feature maps differ, orange, and where they agree, grey.

    Args:
        maps: titles and absolute differences (H, W).
    """
    figure, axes = canvas(len(maps), size=(min(8.4, 2.8 * len(maps)), 2.3))
    colours = mpl.colors.ListedColormap(["#dddddd", ORANGE])
    parts = []
    for panel, (title, values) in zip(axes, maps.items(), strict=True):
        differs = values > 1e-6
        image_panel(panel, differs.float(), title, cmap=colours, vmin=0, vmax=1)
        rows = int(differs.any(dim=1).sum())
        parts.append(f"{title}: {rows} of {len(values)} rows hold units that differ")
    words = "Orange where shifting before and after the layers differs. "
    return Picture(figure, words + "; ".join(parts) + ".")


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
