"""Figures of accuracies by angle, and of what is taken for what."""

from collections.abc import Mapping, Sequence

import numpy as np
from torch import Tensor

from dynconv_lite.course.plots.style import Picture, canvas, image_panel, picture, write_numbers


@picture
def draw_by_angle(
    accuracies: Mapping[str, Sequence[float]], angles: Sequence[float], chance: float
) -> Picture:
    """Draw a table of accuracies in percent: a row a network, a column an angle.

    Args:
        accuracies: name -> accuracy at each angle, in percent.
        angles: in degrees.
        chance: what guessing gives, in percent; half of the scale's colours lie below its double.
    """
    values = np.array([list(row) for row in accuracies.values()], dtype=float)
    figure, (axes,) = canvas(1, size=(6.4, 0.42 * len(accuracies) + 0.9))
    shown = image_panel(axes, values, cmap="viridis", vmin=0, vmax=100, aspect="auto")
    write_numbers(axes, values, "{:.0f}", 9)
    axes.set_xticks(range(len(angles)), [f"{angle:g}°" for angle in angles])
    axes.set_yticks(range(len(accuracies)), list(accuracies))
    axes.tick_params(length=0)
    bar = figure.colorbar(shown, ax=axes, pad=0.02)
    bar.set_ticks([0, chance, 50, 100], labels=["0", "chance", "50", "100 %"])
    told = [
        f"{name} {', '.join(f'{value:.0f}' for value in row)}"
        for name, row in zip(accuracies, values, strict=True)
    ]
    alt = (
        f"Accuracy in percent at {', '.join(f'{angle:g}' for angle in angles)} degrees, chance "
        f"{chance:g}: {'; '.join(told)}."
    )
    return Picture(figure, alt)


@picture
def draw_confusions(tables: Mapping[str, Tensor], angles: Sequence[float]) -> Picture:
    """Draw how often pictures of each angle are taken for each angle.

    Args:
        tables: name -> (A, A), counts: rows are what is shown, columns what is answered.
        angles: A angles, in degrees.
    """
    figure, panels = canvas(len(tables), size=(min(7.0, 3.4 * len(tables)), 3.4))
    told = []
    names = [f"{angle:g}" for angle in angles]
    for axes, (name, table) in zip(panels, tables.items(), strict=True):
        shares = 100 * table.double() / table.sum(1, keepdim=True).clamp(min=1)
        image_panel(axes, shares, name, cmap="viridis", vmin=0, vmax=100)
        write_numbers(axes, shares, "{:.0f}", 7)
        axes.set_xticks(range(len(angles)), names, rotation=90, fontsize=9)
        axes.set_yticks(range(len(angles)), names, fontsize=9)
        axes.set(xlabel="answer (degrees)", ylabel="shown" if axes is panels[0] else "")
        order = range(len(angles))
        half = len(angles) // 2
        turned = float(np.mean([shares[i, (i + half) % len(angles)] for i in order]))
        told.append(f"{name}: right {float(shares.diag().mean()):.0f} %, taken for the angle "
                    f"a quarter turn away {turned:.0f} %")  # fmt: skip
    return Picture(figure, f"What is shown and what is answered, in percent. {'; '.join(told)}.")
