"""Figures of kernel spaces: the three solids of mixtures, and where trained mixtures lie."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from dynconv_lite.course.plots.ch02.solid import (
    COLOURS,
    CORNERS,
    ELEVATION,
    NAMES,
    add_box,
    add_kernels,
    add_pyramids,
    add_ray,
    add_triangle,
    set_view,
)
from dynconv_lite.course.plots.style import Picture, canvas, picture

ASIDE = -20.0  # degrees: the triangle is seen obliquely, so that what lies before and behind shows


@picture
def draw_solids(corners: Tensor = CORNERS) -> Picture:
    """Draw the triangle, the two pyramids on it, and the parallelepiped that holds them all.

    Args:
        corners: Three independent kernels of three weights (3, 3), one a row.

    Raises:
        ValueError: If the shape is another one, or the kernels lie in a plane with 0.
    """
    if corners.shape != (3, 3) or abs(float(torch.linalg.det(corners.double()))) < 1e-6:
        raise ValueError(f"corners must be three independent kernels (3, 3), got {corners}")
    figure, axes = canvas(3, size=(7, 2.9), subplot_kw={"projection": "3d"})
    figure.set_layout_engine("none")
    even = torch.full((3,), 1 / 3, dtype=corners.dtype)
    volume = abs(float(torch.linalg.det(corners.double())))  # of the parallelepiped
    parts = {
        "softmax: a triangle": 0.0,
        "two pyramids on it": 0.0,
        "sigmoid: a parallelepiped": volume,
    }
    for tip in (torch.zeros(3, dtype=corners.dtype), corners.sum(dim=0)):
        edges = (corners - tip).double()
        parts["two pyramids on it"] += abs(float(torch.linalg.det(edges))) / 6
    for place, (panel, title) in enumerate(zip(axes, parts, strict=True)):
        space: Any = panel
        space.set_position((0.01 + 0.33 * place, 0.0, 0.31, 0.86))
        add_triangle(space, corners, 0.4 if place == 0 else 0.15)
        add_box(space, corners, faint=place < 2)
        if place == 1:
            add_pyramids(space, corners)
        add_ray(space, even, corners, walked=place > 0)
        add_kernels(space, corners, away=0.22)
        if place:
            tip = corners.sum(dim=0) + 0.26 * torch.tensor([0, 0, 1])
            space.text(*tip, "W1 + W2 + W3", fontsize=8, ha="right", va="bottom")
        set_view(space, ASIDE, ELEVATION)
        space.set_axis_off()
        space.set_box_aspect((1, 1, 1), zoom=1.25)
        figure.text(0.165 + 0.335 * place, 0.92, title, ha="center", fontsize=11)
    told = "; ".join(f"{name}: {part / volume:.0%}" for name, part in parts.items())
    alt = (
        "Three solids in the space of three kernels, and how much of the parallelepiped each one "
        f"fills. {told}. The line from 0 to W1 + W2 + W3 meets the triangle in its middle."
    )
    return Picture(figure, alt)


@picture
def draw_mixtures(
    kernels: Mapping[str, Tensor], attentions: Mapping[str, Tensor], region: Tensor
) -> Picture:
    """Draw the kernels that trained layers mix for many inputs, in the space of their own three.

    Three kernels of D weights span a space of three dimensions: it is drawn with its own axes,
    and true to lengths and angles.

    Args:
        kernels: Name of a layer and its three kernels, (3, D).
        attentions: Name of a layer and its shares (N, 3).
        region: Which of three kinds an input is, (N,): 0, 1 or 2.

    Raises:
        ValueError: If the names differ or a shape does not fit.
    """
    if kernels.keys() != attentions.keys() or not kernels:
        raise ValueError(f"names must be the same, got {list(kernels)} and {list(attentions)}")
    figure, axes = canvas(len(kernels), size=(7, 3.3), subplot_kw={"projection": "3d"})
    figure.set_layout_engine("none")
    told = []
    for place, (panel, name) in enumerate(zip(axes, kernels, strict=True)):
        space: Any = panel
        own, shares = kernels[name].detach(), attentions[name].detach()
        if own.ndim != 2 or len(own) != 3 or shares.shape != (len(region), 3):
            raise ValueError(
                f"{name}: kernels must be (3, D) and attentions ({len(region)}, 3), got "
                f"{tuple(own.shape)} and {tuple(shares.shape)}"
            )
        corners = in_own_space(own)
        width = 1 / len(kernels)
        space.set_position((place * width, 0.0, width, 0.88))
        add_triangle(space, corners, 0.15)
        add_box(space, corners, faint=True)
        points = shares @ corners
        for kind, colour in enumerate(COLOURS):
            chosen = points[region == kind]
            space.plot(*chosen.T, linestyle="none", marker=".", markersize=4, color=colour,
                       alpha=0.6)  # fmt: skip
        _name_corners(space, corners)
        set_view(space, ASIDE - 10, ELEVATION)
        space.set_axis_off()
        space.set_aspect("equal")
        figure.text((place + 0.5) * width, 0.93, name, ha="center", fontsize=11)
        sums = shares.sum(dim=1)
        told.append(
            f"{name}: shares sum to {float(sums.min()):.2f} to {float(sums.max()):.2f}, and the "
            f"largest is {float(shares.max(dim=1).values.mean()):.2f} on average"
        )
    alt = f"The mixtures that {len(region)} inputs get, as points beside the triangle of three "
    return Picture(figure, f"{alt}trained kernels, a colour for each kind. {'; '.join(told)}.")


def in_own_space(kernels: Tensor) -> Tensor:
    """Return three kernels (3, D) as points (3, 3), with all lengths and angles kept."""
    if kernels.shape[1] < 3:
        return torch.nn.functional.pad(kernels, (0, 3 - kernels.shape[1]))
    upper = torch.linalg.qr(kernels.T).R  # (3, 3), kernels.T = Q @ upper
    return (upper * upper.diag().sign()[:, None]).T  # the same on every machine


def _name_corners(space: Any, corners: Tensor) -> None:
    middle = corners.mean(dim=0)
    reach = 0.12 * float((corners - middle).norm(dim=1).max())
    for name, corner in zip(NAMES, corners, strict=True):
        space.plot(*corner[:, None], marker="o", color="black", markersize=9, linestyle="none",
                   markerfacecolor="none")  # fmt: skip
        place = corner + 2 * reach * (corner - middle) / (corner - middle).norm()
        space.text(*place, name, fontsize=11, ha="center", va="center", fontweight="bold")
    space.plot([0], [0], [0], marker="o", color="black", markersize=4)
    space.text(*(-reach * middle / middle.norm()), "0", fontsize=11, ha="center", va="center")
