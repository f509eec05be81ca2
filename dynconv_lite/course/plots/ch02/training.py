"""Figures of many trainings: losses over the steps, at the end, and each kernel's gradient."""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from dynconv_lite.course.plots.style import CYCLE, DASHES, GREY, Picture, canvas, picture

MARKERS = "osD^vP"
LOW, HIGH = 0.1, 0.9  # quantiles of the band
EARLY = 20  # steps
FLOOR = 1e-8  # smaller gradients are drawn there


@picture
def draw_losses(panels: Mapping[str, Mapping[str, Tensor]], level: float) -> Picture:
    """Draw losses against the step: the median over seeds, and a band of four fifths of them.

    Args:
        panels: Title, then name and losses (steps, seeds), all above 0.
        level: A loss to mark; how soon the medians reach it is said in words.

    Raises:
        ValueError: If there is nothing to draw.
    """
    if not panels or not all(panels.values()):
        raise ValueError(f"panels must each hold losses, got {list(panels) or 'none'}")
    figure, axes = canvas(len(panels), size=(7, 3.5), sharey=True)
    told = []
    for panel, (title, losses) in zip(axes, panels.items(), strict=True):
        for index, (name, values) in enumerate(losses.items()):
            colour, steps = CYCLE[index], range(len(values))
            low, middle, high = _quantiles(values)
            panel.fill_between(steps, low, high, color=colour, alpha=0.12, linewidth=0)
            label = name if panel is axes[0] else None
            panel.plot(steps, middle, color=colour, linestyle=DASHES[index % 4], label=label)
            reached = np.flatnonzero(middle < level)
            when = f"step {reached[0]}" if len(reached) else "not reached"
            told.append(f"{title}, {name}: {when}, at the end {middle[-1]:.3g}")
        panel.axhline(level, color=GREY, linewidth=1, linestyle=":")
        panel.set(yscale="log", xlabel="step", title=title)
    axes[0].set_ylabel("unexplained share")
    figure.legend(loc="outside lower center", ncols=2)
    seeds = next(iter(next(iter(panels.values())).values())).shape[1]
    alt = (
        f"Unexplained share against the step, median over {seeds} seeds and a band from the tenth "
        f"to the ninetieth percentile. Median below {level:g} and at the end: {'; '.join(told)}."
    )
    return Picture(figure, alt)


def _quantiles(values: Tensor) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    points = torch.tensor([LOW, 0.5, HIGH], dtype=torch.float64)
    low, middle, high = torch.quantile(values.detach().double(), points, dim=1)
    return low.numpy(), middle.numpy(), high.numpy()


@picture
def draw_finals(groups: Mapping[str, Mapping[str, Tensor]], line: tuple[str, float]) -> Picture:
    """Draw the last loss of every training as a point, in groups side by side.

    Args:
        groups: Title of a group, then name of a setting and losses (seeds,), above 0.
        line: Words and a loss, to be marked.

    Raises:
        ValueError: If there is nothing to draw.
    """
    if not groups or not all(groups.values()):
        raise ValueError(f"groups must each hold losses, got {list(groups) or 'none'}")
    figure, (axes,) = canvas(1, size=(7, 3.4))
    told, settings = [], max(len(group) for group in groups.values())
    step = 0.8 / settings  # between settings; groups are 1 apart
    for place, (title, group) in enumerate(groups.items()):
        for index, (name, values) in enumerate(group.items()):
            y = np.sort(np.asarray(values.detach(), dtype=float))
            x = place + step * (index - (settings - 1) / 2)
            spread = np.linspace(-0.3, 0.3, len(y)) * step
            axes.plot(x + spread, y, MARKERS[index], color=CYCLE[index], markersize=5, alpha=0.8,
                      label=name if place == 0 else None)  # fmt: skip
            middle = float(np.median(y))
            axes.plot([x - 0.4 * step, x + 0.4 * step], [middle] * 2, color="black", linewidth=1.5)
            told.append(f"{title}, {name}: {middle:.2g} ({y[0]:.2g} to {y[-1]:.2g})")
    words, level = line
    axes.axhline(level, color=GREY, linewidth=1, linestyle=":")
    axes.text(0.01, level * 1.1, words, fontsize=9, ha="left", va="bottom",
              transform=axes.get_yaxis_transform())  # fmt: skip
    axes.set(yscale="log", ylabel="unexplained share at the end")
    axes.set_xticks(range(len(groups)), list(groups))
    axes.set_xlim(-0.55, len(groups) - 0.45)
    axes.set_ylim(top=max(3 * level, axes.get_ylim()[1]))
    figure.legend(loc="outside lower center", ncols=settings)
    alt = f"One point a training, bars at medians. Median (least to largest): {'; '.join(told)}."
    return Picture(figure, alt)


@picture
def draw_gradients(panels: Mapping[str, Tensor]) -> Picture:
    """Draw how large each kernel's gradient is over the training of one perceptron.

    Args:
        panels: Title and norms of the kernels' gradients (steps, K).

    Raises:
        ValueError: If there is no panel, or one is not (steps, K).
    """
    if not panels or any(norms.ndim != 2 for norms in panels.values()):
        raise ValueError("panels must hold tensors (steps, K)")
    figure, axes = canvas(len(panels), size=(7, 3.2), sharey=True)
    told = []
    for panel, (title, norms) in zip(axes, panels.items(), strict=True):
        sizes = np.asarray(norms.detach(), dtype=float)
        for k, size in enumerate(sizes.T):
            panel.plot(smooth(size).clip(FLOOR), color=CYCLE[k % len(CYCLE)],
                       linestyle=DASHES[k % 4],
                       label=f"W{k + 1}" if panel is axes[0] else None)  # fmt: skip
        panel.set(xlabel="step", title=title, yscale="log")
        first = sizes[:EARLY].mean(0) / sizes[:EARLY].mean(0).sum()
        listed = ", ".join(f"{part:.3f}" for part in first)
        told.append(f"{title}: {listed} of all in the first {EARLY} steps")
    axes[0].set_ylabel("norm of the gradient")
    figure.legend(loc="outside lower center", ncols=max(n.shape[1] for n in panels.values()))
    alt = f"Norm of each kernel's gradient against the step, down to {FLOOR:g}. "
    return Picture(figure, alt + "; ".join(told) + ".")


def smooth(values: np.ndarray, width: int = 5) -> np.ndarray:
    """Return a running mean over `width` steps, shorter at the ends."""
    ones = np.ones(width)
    return np.convolve(values, ones, "same") / np.convolve(np.ones(len(values)), ones, "same")
