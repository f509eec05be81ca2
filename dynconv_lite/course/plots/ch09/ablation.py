"""Figures of what a mixed layer does with its neighbours: what losing one costs, what it weighs."""

from collections.abc import Mapping, Sequence

import numpy as np
from torch import Tensor

from dynconv_lite.course.plots.style import (
    BLUE,
    GREY,
    ORANGE,
    Picture,
    canvas,
    image_panel,
    picture,
    signed_panel,
)

COLOURS = (BLUE, ORANGE)  # of the ways to take a place away
SHAPES = "os^DvP"  # of the networks


@picture
def draw_losses(losses: Mapping[str, Mapping[str, Sequence[float]]]) -> Picture:
    """Draw how much PSNR is lost without each offset: a colour a way, a shape a network.

    Args:
        losses: How the offset is taken away -> offset -> lost dB of each network; at most two ways.
    """
    figure, (axes,) = canvas(1, size=(6.2, 2.6))
    offsets = list(next(iter(losses.values())))
    told = []
    for n, ((how, by_offset), colour) in enumerate(zip(losses.items(), COLOURS, strict=False)):
        axes.plot([], [], linewidth=5, color=colour, label=how)
        for row, offset in enumerate(offsets):
            found = list(by_offset[offset])
            place = row + 0.3 * (n - (len(losses) - 1) / 2)
            for number, value in enumerate(found):
                axes.plot(
                    value,
                    place,
                    linestyle="none",
                    markersize=7,
                    alpha=0.8,
                    color=colour,
                    marker=SHAPES[number % len(SHAPES)],
                )
            told.append(f"{offset} {how} {_listed(found)}")
    axes.axvline(0, color=GREY, linewidth=1)
    axes.set_yticks(range(len(offsets)), offsets)
    axes.set(ylabel="place taken away", xlabel="PSNR lost (dB)", ylim=(len(offsets) - 0.5, -0.5))
    axes.legend(fontsize=9, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return Picture(figure, f"PSNR lost in dB, a value a network: {'; '.join(told)}.")


@picture
def draw_weights(image: Tensor, weights: Mapping[str, Tensor]) -> Picture:
    """Draw a picture, and beside it the slope along each mixed place at every pixel.

    Args:
        image: Grey picture (H, W), from 0 to 1.
        weights: Offset -> the slope along it at every pixel, (H', W').
    """
    figure, panels = canvas(1 + len(weights), size=(7, 2.1))
    image_panel(panels[0], image, "picture", vmin=0, vmax=1)
    limit = max(float(np.quantile(w.abs().numpy(), 0.98)) for w in weights.values())
    told = []
    for axes, (name, map) in zip(panels[1:], weights.items(), strict=True):
        shown = signed_panel(axes, map, name, vmin=-limit, vmax=limit)
        axes.title.set_fontsize(10)
        told.append(f"{name} mean {float(map.mean()):+.3f}, deviation {float(map.std()):.3f}")
    figure.colorbar(shown, ax=panels[1:], pad=0.01, shrink=0.8, label="slope")
    return Picture(figure, f"Slope along each mixed place, pixel by pixel: {'; '.join(told)}.")


def _listed(values: Sequence[float]) -> str:
    return ", ".join(f"{value:.2f}" for value in values) or "not asked"
