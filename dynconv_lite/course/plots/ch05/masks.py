"""Figures of dynamic sparsity: which weights are kept, and how many in each layer."""

from collections.abc import Mapping, Sequence

import matplotlib as mpl
import numpy as np
import torch
from torch import Tensor

from dynconv_lite.course.plots.style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    Picture,
    canvas,
    image_panel,
    picture,
)

STATES = {  # what became of a place -> colour
    "free": "#ffffff",
    "kept": BLUE,
    "dropped": ORANGE,
    "grown": GREEN,
}


@picture
def draw_regrowth(before: Tensor, after: Tensor) -> Picture:
    """Draw what became of every place of a mask in one step: kept, dropped, grown or still free.

    Args:
        before: boolean (rows, columns), True where a weight is kept.
        after: the same, one step later.

    Raises:
        ValueError: if their shapes differ, or are not (rows, columns).
    """
    if before.shape != after.shape or before.ndim != 2:
        raise ValueError(
            "before and after must have one shape (rows, columns), got "
            f"{tuple(before.shape)} and {tuple(after.shape)}"
        )
    state = torch.zeros(before.shape, dtype=torch.int64)
    state[before & after], state[before & ~after], state[~before & after] = 1, 2, 3
    colours = mpl.colors.ListedColormap(list(STATES.values()))
    figure, (axes,) = canvas(1, size=(7, 2.9))
    image_panel(axes, state, cmap=colours, vmin=-0.5, vmax=len(STATES) - 0.5)
    for spine in axes.spines.values():
        spine.set(visible=True, color=GREY, linewidth=0.8)
    counts = {name: int((state == index).sum()) for index, name in enumerate(STATES)}
    handles = [
        mpl.patches.Patch(facecolor=colour, edgecolor=GREY, label=f"{name} ({counts[name]})")
        for name, colour in STATES.items()
    ]
    axes.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, -0.02), ncols=4,
                fontsize=9)  # fmt: skip
    told = ", ".join(f"{count} {name}" for name, count in counts.items())
    alt = (
        f"Each of the {state.numel()} places of a weight, before and after one step: {told}. The "
        f"number kept is {int(before.sum())} before and {int(after.sum())} after."
    )
    return Picture(figure, alt)


@picture
def draw_kept(shares: Mapping[str, Mapping[str, float]]) -> Picture:
    """Draw the share of weights that each tensor keeps, by way of choosing.

    Args:
        shares: way of choosing -> tensor -> share from 0 to 1.
    """
    figure, (axes,) = canvas(1, size=(7, 3.2))
    names = list(next(iter(shares.values())))
    height = 0.8 / len(shares)
    for index, (way, found) in enumerate(shares.items()):
        rows = np.arange(len(names)) + (index - (len(shares) - 1) / 2) * height
        values = [100 * found[name] for name in names]
        axes.barh(rows, values, height=height, label=way, color=(GREY, BLUE, ORANGE)[index % 3])
    axes.set_yticks(range(len(names)), names, fontsize=9)
    axes.invert_yaxis()
    axes.set(xlabel="weights kept (%)", xlim=(0, 100))
    axes.legend(fontsize=9)
    told = "; ".join(
        f"{way}: " + ", ".join(f"{name} {100 * share:.0f}" for name, share in found.items())
        for way, found in shares.items()
    )
    return Picture(figure, f"Weights kept in each tensor, in percent. {told}.")


@picture
def draw_explored(steps: Sequence[int], explored: Sequence[float], density: float) -> Picture:
    """Draw the share of places that were ever kept, over training, above the share kept at a time.

    Args:
        steps: of the optimizer.
        explored: share of places ever kept, after each of them.
        density: share kept at any one time.
    """
    figure, (axes,) = canvas(1, size=(6, 2.6))
    axes.plot(steps, [100 * share for share in explored], color=BLUE, marker="o", markersize=4,
              label="ever kept")  # fmt: skip
    axes.axhline(100 * density, color=ORANGE, linestyle="--", label="kept at a time")
    axes.set(xlabel="step", ylabel="weights (%)", ylim=(0, 100))
    axes.legend(fontsize=9)
    alt = (
        f"Share of weights that were ever kept, rising from {100 * explored[0]:.1f} to "
        f"{100 * explored[-1]:.1f} % over {steps[-1]} steps, while {100 * density:.1f} % are kept "
        "at any time."
    )
    return Picture(figure, alt)
