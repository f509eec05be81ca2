"""The picture behind the kernel space explorer: one mixture of three kernels, from any side."""

from typing import Any

import torch
from matplotlib.figure import Figure
from torch import Tensor

from dynconv_lite.course.plots.ch02.solid import (
    AZIMUTH,
    COLOURS,
    CORNERS,
    ELEVATION,
    NAMES,
    add_box,
    add_kernels,
    add_ray,
    add_triangle,
    set_view,
)
from dynconv_lite.course.plots.style import GREY, VERMILION, Picture, picture
from dynconv_lite.dynamic.attention import GATES, Gate
from dynconv_lite.dynamic.checks import check_temperature

SOLIDS = {
    "softmax": "triangle between them, which holds all their mixtures by a softmax",
    "sigmoid": "parallelepiped that they span from 0, which holds all their mixtures by a "
    "sigmoid; the triangle cuts through it",
}


def shares(logits: Tensor, gate: Gate, temperature: float = 1.0) -> Tensor:
    """Return the attention of logits (K,): a softmax with a temperature, or a sigmoid.

    Raises:
        ValueError: If the gate is not one of the two, or the temperature is not above 0.
    """
    if gate not in GATES:
        raise ValueError(f"gate must be one of {', '.join(GATES)}, got {gate!r}")
    check_temperature("temperature", temperature)
    return torch.sigmoid(logits) if gate == "sigmoid" else torch.softmax(logits / temperature, 0)


def track(logits: Tensor, points: int = 40) -> Tensor:
    """Return the shares (points, K) that a softmax makes of logits (K,), from hot to cold."""
    temperatures = torch.logspace(2, -2, points)  # 100 to 0.01
    return torch.softmax(logits / temperatures[:, None], dim=1)


@picture
def draw_kernel_space(
    attention: Tensor,
    gate: Gate = "softmax",
    corners: Tensor = CORNERS,
    azimuth: float = AZIMUTH,
    elevation: float = ELEVATION,
    path: Tensor | None = None,
) -> Picture:
    """Draw three kernels, the space of their mixtures and one mixture, from any side.

    Args:
        attention: The shares of the mixture, (3,).
        gate: "softmax" shades the triangle; "sigmoid" shades the parallelepiped around it.
        corners: The kernels (3, 3), one a row.
        azimuth: Where to look from, in degrees around the upright axis.
        elevation: In degrees above the ground.
        path: Shares (N, 3) of other mixtures, to be drawn as a line.

    Raises:
        ValueError: If the gate is unknown or a shape does not fit.
    """
    if gate not in GATES:
        raise ValueError(f"gate must be one of {', '.join(GATES)}, got {gate!r}")
    if attention.shape != (3,) or corners.shape != (3, 3):
        raise ValueError(
            "attention must be (3,) and corners (3, 3), got "
            f"{tuple(attention.shape)} and {tuple(corners.shape)}"
        )
    figure = Figure(figsize=(7, 4))  # no layout engine: it takes as long as drawing
    space: Any = figure.add_axes((0.0, 0.0, 0.62, 0.94), projection="3d")
    kernel, total = attention @ corners, float(attention.sum())
    add_triangle(space, corners, 0.4 if gate == "softmax" else 0.2)
    add_box(space, corners, faint=gate == "softmax")
    add_ray(space, attention, corners, walked=gate == "sigmoid")
    add_kernels(space, corners)
    if path is not None:
        space.plot(*(path @ corners).T, color="black", linewidth=1.5, linestyle="--")
    space.plot(*kernel[:, None], marker="o", color=VERMILION, markersize=10, zorder=10)
    set_view(space, azimuth, elevation)
    figure.text(0.31, 0.95, f"{gate}: shares sum to {total:.2f}", ha="center", fontsize=11)
    _draw_bars(figure, attention, kernel)
    told = ", ".join(f"{share:.2f}" for share in attention)
    place = ", ".join(f"{weight:.2f}" for weight in kernel)
    where = "in the plane of" if abs(total - 1) < 5e-3 else "above" if total > 1 else "below"
    alt = (
        f"Three kernels as points in space, and the {SOLIDS[gate]}. The current kernel, with "
        f"shares {told} that sum to {total:.2f}, is the point ({place}), {where} the triangle. "
        f"Seen from azimuth {azimuth:g} and elevation {elevation:g} degrees."
    )
    return Picture(figure, alt)


def _draw_bars(figure: Figure, attention: Tensor, kernel: Tensor) -> None:
    """Draw the shares, and below them the kernel's weights, as bars with their numbers."""
    above = figure.add_axes((0.7, 0.6, 0.28, 0.3))
    below = figure.add_axes((0.7, 0.12, 0.28, 0.3))
    for axes, values, names, colours, title in (
        (above, attention, NAMES, COLOURS, "shares"),
        (below, kernel, ("1", "2", "3"), (VERMILION,) * 3, "weights of the mixture"),
    ):
        bars = axes.bar(names, values.tolist(), color=colours, width=0.6)
        axes.bar_label(bars, fmt="%.2f", padding=2, fontsize=10)
        axes.axhline(0, color=GREY, linewidth=1)
        axes.set_title(title, fontsize=11)
        axes.set(yticks=[], ylim=(min(0.0, 1.3 * float(values.min())), max(1.2, _top(values))))
        axes.spines["left"].set_visible(False)


def _top(values: Tensor) -> float:
    return 1.2 * float(values.max())
