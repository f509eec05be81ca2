"""Figures of interpolation: what it blurs, the slope of its hat, and the loss it makes."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from dynconv_lite.course.plots.style import CYCLE, GREY, Picture, canvas, picture

DASHES = ("-", "--", "-.", ":")
MARKERS = "osD^vP"
POINTS = 201
CORNERS = (-1.0, 0.0, 1.0)  # of the triangle
APART = 0.13  # between markers of the same corner, so that none hides another


def response(fraction: float, frequency: Tensor) -> Tensor:
    """Return how much of a wave is left after it moves by a fraction of a pixel.

    Linear interpolation mixes two neighbours, so its transfer function is
    (1 - f) + f exp(-iw), w = 2 pi cycles per pixel.

    Args:
        fraction: f, 0 to 1.
        frequency: cycles per pixel, any shape.

    Returns:
        The absolute value, of the same shape, float64.
    """
    w = 2 * math.pi * frequency.double()
    return ((1 - fraction) + fraction * torch.exp(-1j * w)).abs()


@picture
def draw_responses(offsets: Sequence[float]) -> Picture:
    """Draw how much of a wave is left after moves by given offsets, against its frequency.

    Args:
        offsets: in pixels; only the fraction counts, and f blurs as 1 - f does.

    Raises:
        ValueError: if there is none.
    """
    if not offsets:
        raise ValueError("offsets must not be empty")
    frequency = torch.linspace(0, 0.5, POINTS, dtype=torch.float64)
    same: dict[float, list[float]] = {}  # offsets whose curves are the same one
    for offset in offsets:
        fraction = float(offset) % 1
        same.setdefault(round(min(fraction, 1 - fraction), 9), []).append(float(offset))
    figure, (axes,) = canvas(1, size=(6.4, 3.2))
    told = []
    for place, (fraction, members) in enumerate(sorted(same.items())):
        curve = response(fraction, frequency)
        name = " and ".join(f"{member:g}" for member in members)
        label = f"by {name} pixel{'s' * (members != [1.0])}"
        axes.plot(frequency, curve, color=CYCLE[place % len(CYCLE)], label=label,
                  linestyle=DASHES[place % len(DASHES)], clip_on=False)  # fmt: skip
        told.append(f"by {name}: {float(curve[POINTS // 2]):.2f} and {float(curve[-1]):.2f}")
    axes.set(xlim=(0, 0.5), ylim=(0, 1.02), xlabel="frequency (cycles per pixel)",
             ylabel="share of the wave left")  # fmt: skip
    axes.legend(loc="lower left")
    alt = (
        "Falling curves: the finer a wave, the less a move by part of a pixel leaves of it. Left "
        f"at 0.25 and at 0.5 cycles per pixel, after moves {'; '.join(told)}."
    )
    return Picture(figure, alt)


@picture
def draw_hats(curves: Mapping[str, tuple[Tensor, Tensor, Tensor]]) -> Picture:
    """Draw ways to write the triangle max(0, 1 - |t|): values left, slopes by autograd right.

    Args:
        curves: name and (t, value, slope), (N,) each; t rises, and holds -1, 0 and 1 exactly for
            the corners to be marked.

    Raises:
        ValueError: if there is none, or lengths differ.
    """
    if not curves or any(len({len(part) for part in parts}) != 1 for parts in curves.values()):
        raise ValueError("curves must map names to three tensors of one length")
    figure, (left, right) = canvas(2, size=(7, 3.1))
    told = []
    for place, (name, parts) in enumerate(curves.items()):
        t, value, slope = (np.asarray(part.detach(), dtype=float) for part in parts)
        corner = np.isin(t, CORNERS)  # exactly: next to a corner the slope is another
        colour = CYCLE[place % len(CYCLE)]
        width = 2 + 2 * (len(curves) - 1 - place)  # curves that coincide stay visible as borders
        left.plot(t, value, color=colour, linewidth=width)
        # the line is broken at the corners: what the slope is there, the marker says
        right.plot(t, np.where(corner, np.nan, slope), color=colour, linewidth=width)
        aside = APART * (place - (len(curves) - 1) / 2)
        right.plot(t[corner] + aside, slope[corner], MARKERS[place % len(MARKERS)], color=colour,
                   markersize=8, label=name, zorder=4, markeredgecolor="white")  # fmt: skip
        listed = ", ".join(
            f"{s + 0:g} at {x:g}" for x, s in zip(t[corner], slope[corner], strict=True)
        )
        told.append(f"{name}: slope {listed or 'not known at the corners'}")
    left.set(xlabel="t (pixels)", title="value")
    right.set(xlabel="t (pixels)", title="slope by autograd")
    right.set_yticks([-1, 0, 1])
    right.axhline(0, color=GREY, linewidth=1, zorder=0)
    figure.legend(loc="outside lower center", ncols=min(3, len(curves)))
    alt = f"The same triangle from -1 to 1 in {len(curves)} ways, and their slopes at its corners. "
    return Picture(figure, alt + "; ".join(told) + ".")


@picture
def draw_landscape(offsets: Tensor, losses: Mapping[str, Tensor]) -> Picture:
    """Draw a loss against an offset, with lines at whole pixels, where the slope may jump.

    Args:
        offsets: (N,), pixels, rising.
        losses: name and loss at each offset, (N,).

    Raises:
        ValueError: if there is no loss, or a length differs.
    """
    x = np.asarray(offsets.detach(), dtype=float)
    lengths = {name: len(loss) for name, loss in losses.items()}
    if not losses or set(lengths.values()) != {len(x)}:
        raise ValueError(f"losses must have {len(x)} values, as offsets has, got {lengths}")
    figure, (axes,) = canvas(1, size=(6.4, 3.2))
    for whole in range(math.ceil(x.min()), math.floor(x.max()) + 1):
        axes.axvline(whole, color="#bbbbbb", linewidth=1, zorder=0)
    told = []
    for place, (name, loss) in enumerate(losses.items()):
        y = np.asarray(loss.detach(), dtype=float)
        axes.plot(x, y, color=CYCLE[place % len(CYCLE)], label=name,
                  linestyle=DASHES[place % len(DASHES)])  # fmt: skip
        lowest = int(y.argmin())
        axes.plot(x[lowest], y[lowest], "o", color=CYCLE[place % len(CYCLE)], clip_on=False)
        told.append(f"{name} lowest, {y[lowest]:.3g}, at {x[lowest]:.2g}")
    axes.set(xlabel="offset (pixels)", ylabel="loss", xlim=(x.min(), x.max()))
    axes.legend()
    alt = f"Loss against the offset from {x.min():g} to {x.max():g} pixels, lines at whole pixels: "
    return Picture(figure, alt + "; ".join(told) + ".")
