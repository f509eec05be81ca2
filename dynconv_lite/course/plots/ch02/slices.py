"""Figures of the slices: points that are moved, and which mixture each place gets."""

from collections.abc import Mapping

import matplotlib as mpl
import numpy as np
import torch
from torch import Tensor

from dynconv_lite.course.plots.ch02.solid import COLOURS, NAMES
from dynconv_lite.course.plots.style import DASHES, GREY, Picture, canvas, picture

TINT = 0.22  # how much of a slice's colour a grey point takes on
RANGE = 1.12  # of the panels, for points within 1 of the middle


@picture
def draw_slices(panels: Mapping[str, Tensor], grey: Tensor, region: Tensor) -> Picture:
    """Draw where points go: a picture's pixels, tinted by slice, at several sets of places.

    Args:
        panels: Title and places (N, 2) of all points. The one named "wanted", if there is one, is
            what the others are compared with in words.
        grey: Brightness of the points (N,), 0 to 1.
        region: Slice of the points (N,): 0, 1 or 2.

    Raises:
        ValueError: If there is no panel or a shape does not fit.
    """
    shapes = {tuple(places.shape) for places in panels.values()}
    if shapes != {(len(grey), 2)} or len(region) != len(grey):
        raise ValueError(
            f"panels must hold ({len(grey)}, 2) places and region {len(grey)} numbers, got "
            f"{sorted(shapes)} and {len(region)}"
        )
    tints = torch.tensor([mpl.colors.to_rgb(colour) for colour in COLOURS])  # (3, 3)
    bright = (grey.float() / grey.max()).sqrt()  # a tint darkens
    colours = (1 - TINT) * bright[:, None] + TINT * tints[region]  # (N, 3)
    figure, axes = canvas(len(panels), size=(7, 7 / len(panels) + 0.35))
    step = 2 / (len(grey) * 4 / np.pi) ** 0.5  # between pixels of a disc
    points = 72 * 7 / len(panels) / (2 * RANGE) * step  # the same in points
    for panel, (title, places) in zip(axes, panels.items(), strict=True):
        x, y = places.detach().T  # each (N,)
        size = (1.5 * points) ** 2
        panel.scatter(x, y, size, colours.numpy(), marker="s", linewidths=0)
        panel.set(xlim=(-RANGE, RANGE), ylim=(-RANGE, RANGE), aspect="equal", title=title)
        panel.set(xticks=[], yticks=[])
        for spine in panel.spines.values():
            spine.set_visible(False)
    told = [f"{len(grey)} pixels of a photograph, a disc in three tinted slices"]
    for title, places in panels.items():
        words = f"{title}: {float(places.detach().norm(dim=1).mean()):.2f} from the middle"
        if "wanted" in panels and title != "wanted":
            off = (places.detach() - panels["wanted"]).norm(dim=1).mean()
            words += f", {float(off):.2f} from where they are wanted"
        told.append(words)
    return Picture(figure, f"{told[0]}. Mean distances: {'; '.join(told[1:])}.")


@picture
def draw_shares(grid: Tensor, angles: Tensor, around: Tensor, borders: list[float]) -> Picture:
    """Draw which mixture each place of the plane gets, and the shares along a circle.

    Args:
        grid: Shares (side, side, 3), rows from top to bottom; NaN where there is no point.
        angles: Degrees (M,), rising.
        around: Shares (M, 3) on a circle, at these angles.
        borders: Degrees at which one slice ends and the next begins.

    Raises:
        ValueError: If a shape does not fit.
    """
    if grid.ndim != 3 or grid.shape[2] != 3 or around.shape != (len(angles), 3):
        raise ValueError(
            f"grid must be (side, side, 3) and around ({len(angles)}, 3), got "
            f"{tuple(grid.shape)} and {tuple(around.shape)}"
        )
    base = np.array([mpl.colors.to_rgb(colour) for colour in COLOURS])
    figure, (plane, circle) = canvas(2, size=(7, 2.9), width_ratios=(1, 1.7))
    array = np.asarray(grid.detach(), dtype=float)
    mixed = np.where(np.isnan(array).any(-1, keepdims=True), 1.0, np.nan_to_num(array) @ base)
    plane.imshow(mixed.clip(0, 1), extent=(-1, 1, -1, 1))
    plane.set(xticks=[], yticks=[], title="mixture by place")
    for spine in plane.spines.values():
        spine.set_visible(False)
    shares = np.asarray(around.detach(), dtype=float)
    for name, colour, share, dash in zip(NAMES, COLOURS, shares.T, DASHES, strict=False):
        circle.plot(angles, share, color=colour, label=name, linestyle=dash)
    for border in borders:
        circle.axvline(border, color=GREY, linewidth=1, linestyle=":")
    circle.set(xlabel="angle (degrees)", ylabel="share", xlim=(float(angles[0]), float(angles[-1])))
    circle.set(xticks=range(-180, 181, 60), ylim=(-0.03, 1.03), title="shares around the circle")
    figure.legend(loc="outside right upper")
    best = shares.max(axis=1)
    leads = [f"{name} {(shares.argmax(1) == k).mean():.0%}" for k, name in enumerate(NAMES)]
    alt = (
        "Left, the disc coloured by the mixture that each place gets; right, the three shares "
        f"around a circle. Largest share: {', '.join(leads)} of the angles; it is above 0.9 at "
        f"{(best > 0.9).mean():.0%} of them, and least at {angles[int(best.argmin())]:.0f} degrees."
    )
    return Picture(figure, alt)
