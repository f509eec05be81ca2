"""Figures of windows, of the matrix of a convolution, and of what a kernel does."""

from collections.abc import Mapping

import matplotlib as mpl
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.plots.style import (
    ORANGE,
    VERMILION,
    Picture,
    canvas,
    image_panel,
    outline,
    picture,
    signed_panel,
    write_numbers,
)
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
