"""Figures of pairs of taps: which displacements a layer's kernel can tell in a texture at all."""

from collections.abc import Mapping

import numpy as np
import torch
from matplotlib.axes import Axes
from torch import Tensor

from data_utils import glass_patterns
from data_utils.glass import ANGLES, displacement
from dynconv_lite.course.plots.ch08.kinds import footprint, kind_of, pair_counts
from dynconv_lite.course.plots.style import (
    GREY,
    VERMILION,
    Picture,
    canvas,
    image_panel,
    picture,
)

SIDE, PICTURES = 64, 24  # of the textures whose mean autocorrelation is drawn


def seen(taps: Tensor, distance: float) -> list[int]:
    """Return how many pairs of taps lie the displacement of each angle apart, one way.

    Args:
        taps: Footprint (S, S).
        distance: Of the displacement, in pixels.
    """
    counts, middle = pair_counts(taps), len(taps) - 1
    found = []
    for angle in ANGLES:
        down, right = displacement(angle, distance)
        inside = max(abs(down), abs(right)) <= middle
        found.append(round(float(counts[middle + down, middle + right])) if inside else 0)
    return found


def pairs_panel(axes: Axes, taps: Tensor, distance: float, title: str, half: int) -> None:
    """Draw the displacements that pairs of taps lie apart, and those of the eight angles."""
    counts, middle = pair_counts(taps), len(taps) - 1
    room = max(half - middle, 0)
    counts = torch.nn.functional.pad(counts, [room] * 4)
    image_panel(axes, (counts > 0).float() + (counts > 9).float(), title, cmap="Greys", vmin=0,
                vmax=4)  # fmt: skip
    axes.title.set_fontsize(10)
    centre = max(half, middle)
    for angle, found in zip(ANGLES, seen(taps, distance), strict=True):
        down, right = displacement(angle, distance)
        for sign in (1, -1):  # a pair has two ends
            axes.plot(
                centre + sign * right, centre + sign * down, "o" if found else "x", markersize=5,
                color=VERMILION if found else GREY,
            )  # fmt: skip
    axes.set(xlim=(centre - half - 0.5, centre + half + 0.5),
             ylim=(centre + half + 0.5, centre - half - 0.5))  # fmt: skip


@picture
def draw_pairs(footprints: Mapping[str, Tensor], distance: float) -> Picture:
    """Draw footprints, and below each all displacements that two of its taps lie apart.

    Args:
        footprints: name -> (S, S), 1 where there is a tap; at most five.
        distance: of the displacements of eight angles that are marked: a dot if some pair of taps
            lies so far apart, a cross if none does.
    """
    largest = max(len(taps) for taps in footprints.values())
    half = largest + 1
    figure, axes = canvas(len(footprints), 2, size=(min(7.0, 1.75 * len(footprints) + 0.2), 3.6))
    told = []
    for index, (name, taps) in enumerate(footprints.items()):
        room = half - len(taps) // 2
        image_panel(axes[index], torch.nn.functional.pad(taps, [room] * 4), name, cmap="Greys",
                    vmin=0, vmax=1.6)  # fmt: skip
        axes[index].title.set_fontsize(10)
        pairs_panel(axes[len(footprints) + index], taps, distance, "", half)
        pairs = zip(ANGLES, seen(taps, distance), strict=True)
        told.append(f"{name} {', '.join(f'{angle:g}' for angle, n in pairs if n) or 'none'}")
    axes[0].set_ylabel("taps", fontsize=10)
    axes[len(footprints)].set_ylabel("pairs", fontsize=10)
    alt = (
        f"Taps of kernels, and the displacements that pairs of them lie apart. Angles in degrees "
        f"whose displacement of {distance:g} pixels some pair has: {'; '.join(told)}."
    )
    return Picture(figure, alt)


@picture
def draw_glass(angle: float = 45.0, distance: float = 17.0, kind: str = "SW") -> Picture:
    """Draw a Glass pattern, its autocorrelation, a kernel's taps, and the pairs among them.

    Args:
        angle: where the copy lies, in degrees, from 0 (right) over 90 (down) to below 180.
        distance: in pixels, from 2 to 28.
        kind: a kind of layer, as `KINDS` names them; M = 21, n = 3.

    Raises:
        ValueError: if an argument is out of range.
    """
    kind_of(kind)
    if not 2 <= distance <= 28:
        raise ValueError(f"distance must lie from 2 to 28, got {distance!r}")
    drawn = glass_patterns("test", (angle,), PICTURES, side=SIDE, distance=distance)
    grey = torch.from_numpy(drawn.images[..., 0].astype(np.float32))
    grey = (grey - grey.mean()) / grey.std()
    power = torch.fft.rfft2(grey, s=(2 * SIDE, 2 * SIDE)).abs().square().mean(0)
    correlation = torch.fft.fftshift(torch.fft.irfft2(power)) / SIDE**2  # (2 SIDE, 2 SIDE)
    taps, half = footprint(kind), 30
    near = slice(SIDE - half, SIDE + half + 1)
    figure, axes = canvas(4, size=(7, 2.2))
    image_panel(axes[0], grey[0], "texture", vmin=-2.5, vmax=2.5)
    image_panel(axes[1], correlation[near, near], "its autocorrelation", cmap="viridis", vmin=0,
                vmax=0.5)  # fmt: skip
    image_panel(axes[2], torch.nn.functional.pad(taps, [half - 10] * 4), kind, cmap="Greys",
                vmin=0, vmax=1.6)  # fmt: skip
    down, right = displacement(angle, distance)
    for sign in (1, -1):
        axes[2].plot(half + sign * right / 2, half + sign * down / 2, "+", color=VERMILION)
    pairs_panel(axes[3], taps, distance, "its pairs", half)
    axes[3].plot([half, half + right], [half, half + down], color=VERMILION, linewidth=1)
    for panel in axes:
        panel.title.set_fontsize(10)
    counts, middle = pair_counts(taps), len(taps) - 1
    reach = max(abs(down), abs(right)) <= middle
    number = round(float(counts[middle + down, middle + right])) if reach else 0
    share = number / float((counts.sum() - counts[middle, middle]) / 2)
    alt = (
        f"Glass pattern, copy {down} down and {right} right (angle {angle:g}, distance "
        f"{distance:g}): correlation {float(correlation[SIDE + down, SIDE + right]):.2f} there. "
        f"{kind} has {int(taps.sum())} taps; {number} of their pairs, {100 * share:.2f} %, lie "
        "just so far apart."
    )
    return Picture(figure, alt)
