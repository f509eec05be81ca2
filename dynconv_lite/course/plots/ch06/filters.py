"""Figures of adapting filters: what they do to a photograph, and their kernels at some pixels."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from torch import Tensor

from dynconv_lite.course.plots.style import (
    CYCLE,
    DASHES,
    GREY,
    VERMILION,
    Picture,
    image_panel,
    picture,
    signed_panel,
)


@picture
def draw_filters(
    images: Mapping[str, Tensor],
    row: int,
    columns: tuple[int, int],
    clean: Tensor | None = None,
) -> Picture:
    """Draw grey images side by side, and below them the values along a piece of one row.

    Args:
        images: name -> (H, W), from 0 to 1; the first is the one that was filtered.
        row: whose values are drawn.
        columns: where the piece begins and ends.
        clean: what the filtered one was before the noise, (H, W); its curve lies below the others.
    """
    if clean is not None:
        images = {**images, "clean": clean}
    figure = mpl.figure.Figure(figsize=(7, 4.0), layout="constrained")
    top, bottom = figure.subfigures(2, 1, height_ratios=(1.35, 1), squeeze=False)[:, 0]
    panels = top.subplots(1, len(images), squeeze=False)[0]
    axes = bottom.subplots()
    place = np.arange(*columns)
    told = []
    for index, (name, image) in enumerate(images.items()):
        image_panel(panels[index], image, name, vmin=0, vmax=1)
        panels[index].plot(columns, (row, row), color=VERMILION, linewidth=1.2)
        values = image[row, columns[0] : columns[1]]
        look: dict[str, Any] = {
            "color": CYCLE[index % len(CYCLE)],
            "linewidth": 1.6,
            "linestyle": DASHES[index % len(DASHES)],
        }
        if image is clean:
            look = {"color": GREY, "linewidth": 4.5, "alpha": 0.4, "zorder": 1}
        axes.plot(place, values, label=name, **look)
        steps = values.diff().abs()
        told.append(f"{name} {float(steps.mean()):.4f} and {float(steps.max()):.4f}")
    axes.set(xlabel=f"column, in row {row}", ylabel="value")
    bottom.legend(loc="outside right center", fontsize=9)
    alt = (
        f"{len(images)} grey images of {image.shape[0]} x {image.shape[1]} pixels and their "
        f"values in row {row}, columns {columns[0]} to {columns[1]}. Mean and largest step from "
        f"one pixel to the next there: {'; '.join(told)}."
    )
    return Picture(figure, alt)


@picture
def draw_kernels_at(
    image: Tensor, places: Sequence[tuple[int, int]], kernels: Mapping[str, Sequence[Tensor]]
) -> Picture:
    """Draw the kernels of some layers at some pixels of a photograph.

    Args:
        image: (H, W, 3), from 0 to 1.
        places: (row, column) of every pixel.
        kernels: layer -> its kernel (k, k) at every pixel.

    Raises:
        ValueError: If a layer has not one kernel for each pixel.
    """
    for name, found in kernels.items():
        if len(found) != len(places):
            raise ValueError(f"kernels of {name} must be {len(places)}, got {len(found)}")
    figure = mpl.figure.Figure(figsize=(7, 1.2 * len(kernels) + 0.3), layout="constrained")
    left, right = figure.subfigures(1, 2, width_ratios=(1, 1.35), squeeze=False)[0]
    panel = left.subplots()
    image_panel(panel, image)
    rows = right.subplots(len(kernels), len(places), squeeze=False)
    told = []
    for index, (row, column) in enumerate(places):
        panel.plot(column, row, "o", color=VERMILION, markersize=12)
        panel.text(column, row, str(index + 1), ha="center", va="center", color="white", fontsize=9)
    for number, (axes, (name, found)) in enumerate(zip(rows, kernels.items(), strict=True)):
        limit = max(float(kernel.abs().max()) for kernel in found)
        for index, (one, kernel) in enumerate(zip(axes, found, strict=True)):
            signed_panel(one, kernel, f"at {index + 1}" * (number == 0), vmin=-limit, vmax=limit)
        axes[0].set_ylabel(name, fontsize=9)
        apart = max(float((kernel - found[0]).abs().max()) for kernel in found) / limit
        told.append(f"{name} {apart:.2f}")
    size = f"{found[0].shape[0]} x {found[0].shape[1]}"
    alt = (
        f"Kernels of {size} weights at {len(places)} pixels, (row, column) "
        f"{', '.join(str(place) for place in places)}. By how much they differ between the "
        f"pixels, as a share of the largest weight: {'; '.join(told)}."
    )
    return Picture(figure, alt)
