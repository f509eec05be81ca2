"""Figures of what a lesson has trained or counted: extra costs, curves, attention by class."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from dynconv_lite.course.plots.style import (
    BLUE,
    CYCLE,
    ORANGE,
    Picture,
    canvas,
    decades,
    image_panel,
    picture,
)


@picture
def draw_extra(pixels: Sequence[int], extra: Sequence[float], names: Sequence[str]) -> Picture:
    """Draw what making each layer dynamic adds to its multiply-adds.

    Args:
        pixels: Pixels of each layer's output, in the order of the network.
        extra: What mixing and attention add, in percent of the static layer's multiply-adds.
        names: Names of the layers.
    """
    figure, (axes,) = canvas(1, size=(7, 3))
    places = np.arange(len(extra))
    axes.bar(places, extra, color=BLUE)
    axes.set(yscale="log", ylabel="extra multiply-adds (%)", xlabel="layer, first to last")
    axes.set_xticks(places[:: max(1, len(places) // 12)])
    other = axes.twinx()
    other.plot(places, pixels, color=ORANGE, linestyle="none", marker="o", markersize=4)
    other.set_ylabel("pixels of its output (dots)", color=ORANGE)
    other.set_yscale("log")
    other.spines["right"].set_visible(True)
    least, most = int(np.argmin(extra)), int(np.argmax(extra))
    alt = (
        f"Extra multiply-adds of {len(extra)} dynamic layers, in percent of each static one, on a "
        f"logarithmic scale. Least {extra[least]:.2g} % in {names[least]} with {pixels[least]} "
        f"pixels, most {extra[most]:.3g} % in {names[most]} with {pixels[most]}: the fewer pixels, "
        "the more."
    )
    return Picture(figure, alt)


@picture
def draw_accuracies(results: Mapping[str, Sequence[float]], chance: float) -> Picture:
    """Draw the test accuracy of several networks, one point a seed, a bar at the mean.

    Args:
        results: Name -> accuracy of each seed, in percent.
        chance: Accuracy of guessing, in percent.
    """
    figure, (axes,) = canvas(1, size=(7, 3))
    told = []
    for place, (name, values) in enumerate(results.items()):
        colour, mean = CYCLE[place % len(CYCLE)], float(np.mean(values))
        axes.plot([place] * len(values), values, color=colour, marker="o", linestyle="none")
        axes.plot([place - 0.3, place + 0.3], [mean, mean], color=colour)
        told.append(f"{name} {mean:.1f} ({min(values):.1f} to {max(values):.1f})")
    axes.set_xticks(range(len(results)), list(results), fontsize=9)
    axes.set(ylabel="test accuracy (%)", xlim=(-0.6, len(results) - 0.4))
    axes.grid(axis="y", color="#dddddd", linewidth=1)
    axes.set_axisbelow(True)
    alt = f"Test accuracy in percent, mean and range over seeds: {'; '.join(told)}. Guessing gives "
    return Picture(figure, alt + f"{chance:.1f}.")


@picture
def draw_by_class(
    attention: Mapping[str, Tensor], labels: Tensor, names: Sequence[str] = ()
) -> Picture:
    """Draw the mean attention of every class, layer by layer, minus the mean over all pictures.

    Every layer has a scale of its own, told above it.

    Args:
        attention: Name of the layer -> shares (N, K).
        labels: Classes (N,).
        names: Of the classes; their numbers if there are none.
    """
    figure, panels = canvas(len(attention), size=(7, 3.2), sharey=True)
    classes, told = int(labels.max()) + 1, []
    for panel, (name, shares) in zip(panels, attention.items(), strict=True):
        means = torch.stack([shares[labels == c].mean(0) for c in range(classes)])
        off = means - shares.mean(0)  # (classes, K)
        most = float(off.abs().max())
        limit = most or 1.0
        panel.imshow(off.numpy(), cmap="RdBu_r", vmin=-limit, vmax=limit, aspect="auto")
        panel.set(title=f"layer {name}: up to {most:.3f}", xlabel="kernel")
        panel.set_xticks(range(off.shape[1]), [str(k + 1) for k in range(off.shape[1])])
        told.append(f"{name} {most:.3f}")
    shown = names or [str(c) for c in range(classes)]
    panels[0].set_yticks(range(classes), shown, fontsize=8)
    alt = (
        f"Mean attention of {classes} classes minus that of all pictures, by layer; blue below, "
        f"red above. Largest difference: {'; '.join(told)}."
    )
    return Picture(figure, alt)


@picture
def draw_fields(maps: Mapping[str, Tensor]) -> Picture:
    """Draw effective receptive fields on a logarithmic scale, each divided by its peak.

    Args:
        maps: Title -> map (H, W).
    """
    figure, panels = canvas(len(maps), size=(min(7, 2.3 * len(maps)), 2.7))
    told = []
    for panel, (title, map) in zip(panels, maps.items(), strict=True):
        shown = image_panel(panel, decades(map, 5), title, cmap="viridis", vmin=0, vmax=1)
        touched = 100 * float((map > 0).double().mean())
        told.append(f"{title}: {touched:.0f} % of the pixels are not 0")
    bar = figure.colorbar(shown, ax=panels, ticks=[0, 1], shrink=0.8)
    bar.ax.set_yticklabels(["1/100,000", "peak"])
    return Picture(figure, f"Effective receptive fields over five decades. {'; '.join(told)}.")
