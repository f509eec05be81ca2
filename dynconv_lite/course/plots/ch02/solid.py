"""Three kernels as points in space, and the solids of the kernels that attention can make of them.

A kernel of three weights is a point in space. What a softmax can mix of three kernels is the
triangle between them; what a sigmoid can mix is the parallelepiped that they span from 0, with the
opposite corner W1 + W2 + W3. The pyramids over the triangle with their tips at 0 and at that corner
are a part of the parallelepiped: its half.

Source: Chen et al. 2020, section 3.3 and figure 4.
"""

import itertools
from typing import Any

import torch
from mpl_toolkits.mplot3d.art3d import Poly3DCollection
from torch import Tensor

from dynconv_lite.course.plots.style import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILION

# three kernels of three weights each, chosen so that the solid is wide and easy to see
CORNERS = torch.tensor([[1.0, 0.2, 0.1], [0.1, 1.0, 0.2], [0.2, 0.1, 1.0]])
COLOURS = (BLUE, ORANGE, GREEN)  # of the three kernels, in every figure of the chapter
AZIMUTH, ELEVATION = 10.0, 20.0  # a view in which no corner hides another
NAMES = ("W1", "W2", "W3")


def box_corner(bits: tuple[int, ...], corners: Tensor) -> Tensor:
    """Return the corner of the parallelepiped where each kernel is taken whole or not at all."""
    return torch.tensor(bits, dtype=corners.dtype) @ corners


def add_triangle(space: Any, corners: Tensor, alpha: float = 0.4) -> None:
    """Draw the triangle between three kernels (3, 3)."""
    face = Poly3DCollection([corners.numpy()], facecolor=SKY, alpha=alpha)
    space.add_collection3d(face)
    around = corners[[0, 1, 2, 0]]
    space.plot(*around.T, color=BLUE, linewidth=1.5)


def add_box(space: Any, corners: Tensor, faint: bool = False) -> None:
    """Draw the parallelepiped: its twelve edges and, unless it is to be faint, its faces."""
    points = {bits: box_corner(bits, corners) for bits in itertools.product((0, 1), repeat=3)}
    style = {"color": GREY, "linewidth": 1, "linestyle": ":" if faint else "-"}
    for low, high in itertools.combinations(points, 2):
        if sum(a != b for a, b in zip(low, high, strict=True)) == 1:  # an edge
            space.plot(*torch.stack([points[low], points[high]]).T, **style)
    if not faint:
        faces = [
            [points[_bits(axis, side, turn)].numpy() for turn in ((0, 0), (0, 1), (1, 1), (1, 0))]
            for axis in range(3)
            for side in (0, 1)
        ]
        space.add_collection3d(Poly3DCollection(faces, facecolor=ORANGE, alpha=0.08))


def add_pyramids(space: Any, corners: Tensor) -> None:
    """Draw the pyramids over the triangle whose tips are 0 and the sum of the kernels."""
    tips = (torch.zeros_like(corners[0]), corners.sum(dim=0))
    for tip in tips:
        faces = [[tip.numpy(), *corners[[i, (i + 1) % 3]].numpy()] for i in range(3)]
        space.add_collection3d(Poly3DCollection(faces, facecolor=PURPLE, alpha=0.12))
        for corner in corners:
            space.plot(*torch.stack([tip, corner]).T, color=PURPLE, linewidth=1.5)


def add_ray(space: Any, attention: Tensor, corners: Tensor, walked: bool = True) -> None:
    """Draw where scaling all shares leads: from 0 through the triangle to the solid's skin.

    Args:
        space: 3-D axes.
        attention: shares (3,), not all 0.
        corners: the kernels (3, 3).
        walked: whether the gate can walk it; if not, it is dotted.
    """
    kernel = attention @ corners
    end = kernel / attention.max()  # one share is 1
    line = torch.stack([torch.zeros_like(end), end])
    space.plot(*line.T, color=VERMILION, linewidth=1.5, linestyle="-" if walked else ":")
    space.plot(*(kernel / attention.sum())[:, None], marker="x", color=VERMILION, markersize=8)


def add_kernels(space: Any, corners: Tensor, away: float = 0.16) -> None:
    """Draw the three kernels (3, 3) as named points, and 0."""
    middle = corners.mean(dim=0)
    for name, colour, corner in zip(NAMES, COLOURS, corners, strict=True):
        space.plot(*corner[:, None], marker="o", color=colour, markersize=8, linestyle="none")
        place = corner + away * (corner - middle) / (corner - middle).norm()
        space.text(*place, name, fontsize=11, ha="center", va="center", fontweight="bold")
    space.plot([0], [0], [0], marker="o", color=GREY, markersize=5)
    outward = -away * corners.sum(dim=0) / corners.sum(dim=0).norm()
    space.text(*outward, "0", fontsize=11, ha="center", va="center")


def set_view(space: Any, azimuth: float, elevation: float) -> None:
    """Name the axes, and look at them from a side, in degrees."""
    space.set(xticks=[0, 1], yticks=[0, 1], zticks=[0, 1])
    space.tick_params(labelsize=9, pad=-2)
    space.set_xlabel("weight 1", labelpad=-6)
    space.set_ylabel("weight 2", labelpad=-6)
    space.set_zlabel("weight 3", labelpad=-8)
    space.view_init(elev=elevation, azim=azimuth)
    space.set_box_aspect((1, 1, 1), zoom=0.95)


def _bits(axis: int, side: int, turn: tuple[int, int]) -> tuple[int, ...]:
    """Return a corner of a face of the unit cube: `side` on one axis, `turn` on the others."""
    rest = list(turn)
    return tuple(side if place == axis else rest.pop(0) for place in range(3))
