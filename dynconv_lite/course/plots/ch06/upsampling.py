"""Figures of guided upsampling, and of what adapting costs."""

from collections.abc import Mapping, Sequence

import numpy as np
from torch import Tensor

from dynconv_lite.course.plots.style import (
    CYCLE,
    DASHES,
    Picture,
    canvas,
    image_panel,
    outline,
    picture,
)


@picture
def draw_upsampled(
    guide: Tensor, truth: Tensor, ways: Mapping[str, Tensor], box: tuple[int, int, int, int]
) -> Picture:
    """Draw a piece of enlarged maps, and where they differ from the truth.

    Args:
        guide: the photograph, (3, H, W), from 0 to 1.
        truth: (H, W).
        ways: name -> enlarged map (H, W).
        box: the piece: top, left, height, width.
    """
    top, left, high, wide = box
    piece = (slice(top, top + high), slice(left, left + wide))
    columns = len(ways) + 1
    figure, panels = canvas(columns, 2, size=(7, 3.8))
    image_panel(panels[0], guide.permute(1, 2, 0), "guide")
    outline(panels[0], top, left, high, wide)
    image_panel(panels[columns], truth[piece], "truth", vmin=0, vmax=1)
    told = []
    for index, (name, map) in enumerate(ways.items(), start=1):
        error = (map - truth).abs()
        image_panel(panels[index], map[piece], name, vmin=0, vmax=1)
        title = f"mean error {float(error.mean()):.3f}"
        image_panel(panels[columns + index], error[piece], title, cmap="viridis", vmin=0, vmax=1)
        panels[columns + index].title.set_fontsize(9)
        told.append(
            f"{name} {float(error.mean()):.4f} and {float((error > 0.5).float().mean()):.2%}"
        )
    alt = (
        f"A map of {truth.shape[0]} x {truth.shape[1]} pixels, enlarged in {len(ways)} ways. Mean "
        f"absolute error, and share of the pixels that are wrong by more than a half: "
        f"{'; '.join(told)}."
    )
    return Picture(figure, alt)


@picture
def draw_memory(sizes: Sequence[int], counts: Mapping[str, Sequence[int]]) -> Picture:
    """Draw the largest tensor that each way makes, over the size of the kernel.

    Args:
        sizes: of the kernel, one side.
        counts: way -> numbers in its largest tensor, as multiples of those of the image.
    """
    figure, (axes,) = canvas(1, size=(6.2, 3.0))
    for index, (name, values) in enumerate(counts.items()):
        axes.plot(sizes, np.asarray(values, dtype=float), "o", color=CYCLE[index],
                  linestyle=DASHES[index], label=name)  # fmt: skip
    axes.set(xlabel="kernel size K", ylabel="largest tensor (images)", yscale="log", xticks=sizes)
    axes.legend()
    told = "; ".join(
        f"{name} {values[0]:.3g} at K = {sizes[0]}, {values[-1]:.3g} at K = {sizes[-1]}"
        for name, values in counts.items()
    )
    alt = "Numbers in the largest tensor, as multiples of the image's, on a logarithmic scale: "
    return Picture(figure, f"{alt}{told}.")
