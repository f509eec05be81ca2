"""Three kernels as points in space, and what attention can make of them.

With a softmax the mixture stays in the triangle of the three kernels. With a sigmoid it may be
anywhere in the parallelepiped that they span from 0. Scaling all shares together moves a mixture
along a line through 0, which a sigmoid can walk and a softmax cannot: the sum to one presses the
line into the point where it meets the triangle's plane.

Source: Chen et al. 2020, section 3.3 and figure 4.
"""

import itertools
from typing import Any

import torch
from mpl_toolkits.mplot3d.art3d import Poly3DCollection
from torch import Tensor

from dynconv_lite.course.plots.style import (
    BLUE,
    GREY,
    ORANGE,
    VERMILION,
    Picture,
    picture,
)
from dynconv_lite.course.plots.style import canvas as make_canvas
from dynconv_lite.dynamic.attention import GATES, Gate, check_temperature

# three kernels of three weights each, chosen so that the solid is wide and easy to see
CORNERS = torch.tensor([[1.0, 0.2, 0.1], [0.1, 1.0, 0.2], [0.2, 0.1, 1.0]])


def shares(logits: Tensor, gate: Gate, temperature: float = 1.0) -> Tensor:
    """Return the attention of logits (K,): a softmax with a temperature, or a sigmoid.

    Raises:
        ValueError: If the gate is not one of the two, or the temperature is not above 0.
    """
    if gate not in GATES:
        raise ValueError(f"gate must be one of {', '.join(GATES)}, got {gate!r}")
    check_temperature("temperature", temperature)
    return torch.sigmoid(logits) if gate == "sigmoid" else torch.softmax(logits / temperature, 0)


@picture
def draw_kernel_space(
    attention: Tensor,
    gate: Gate = "softmax",
    corners: Tensor = CORNERS,
    azimuth: float = 100.0,
    elevation: float = 20.0,
) -> Picture:
    """Draw three kernels, the space of their mixtures and one mixture, from any side.

    Args:
        attention: The shares of the mixture, (3,).
        gate: "softmax" shades the triangle; "sigmoid" shades the parallelepiped around it.
        corners: The kernels (3, 3), one a row.
        azimuth: Where to look from, in degrees around the upright axis.
        elevation: In degrees above the ground.

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
    figure, (axes,) = make_canvas(1, size=(5.6, 4.6), subplot_kw={"projection": "3d"})
    figure.set_layout_engine("none")  # laying a 3-D axes out anew takes as long as drawing it
    space: Any = axes  # matplotlib types a 3-D axes as a flat one
    space.set_position((0.02, 0.0, 0.92, 0.92))
    kernel, total = attention @ corners, float(attention.sum())
    _draw_solid(space, corners, gate)
    _draw_line(space, attention, corners, gate)
    space.plot(*corners.T, linestyle="none", marker="o", color=BLUE, markersize=7)
    for name, corner in zip(("W1", "W2", "W3"), 1.08 * corners, strict=True):
        space.text(*corner, f"  {name}", color=BLUE, fontsize=11)
    space.plot([0], [0], [0], marker="o", color=GREY, markersize=5)
    space.text(-0.1, -0.1, -0.1, "0", color=GREY, fontsize=11)
    space.plot(*kernel[:, None], marker="o", color=VERMILION, markersize=10, zorder=10)
    told = ", ".join(f"{share:.2f}" for share in attention)
    space.set_title(f"{gate}: shares {told}, sum {total:.2f}")
    space.set(xlabel="weight 1", ylabel="weight 2", zlabel="weight 3")
    space.set(xticks=[0, 1], yticks=[0, 1], zticks=[0, 1])
    space.view_init(elev=elevation, azim=azimuth)
    space.set_box_aspect((1, 1, 1), zoom=0.9)
    place = ", ".join(f"{weight:.2f}" for weight in kernel)
    where = "in the plane of" if abs(total - 1) < 5e-3 else "above" if total > 1 else "below"
    alt = (
        f"Three kernels as points in space, and the {SOLIDS[gate]}. The current kernel, with "
        f"shares {told} that sum to {total:.2f}, is the point ({place}), {where} the triangle. "
        f"Seen from azimuth {azimuth:g} and elevation {elevation:g} degrees."
    )
    return Picture(figure, alt)


SOLIDS = {
    "softmax": "triangle between them, which holds all their mixtures by a softmax",
    "sigmoid": "parallelepiped that they span from 0, which holds all their mixtures by a "
    "sigmoid; the triangle cuts through it",
}


def _draw_solid(space: Any, corners: Tensor, gate: Gate) -> None:
    """Draw the triangle, and for a sigmoid the parallelepiped around it."""
    strong, faint = (0.35, 0.06) if gate == "softmax" else (0.15, 0.1)
    triangle = Poly3DCollection([corners.numpy()], facecolor=BLUE, alpha=strong, edgecolor=BLUE)
    space.add_collection3d(triangle)
    points = {bits: _mix(bits, corners) for bits in itertools.product((0, 1), repeat=3)}
    style = {"color": GREY, "linewidth": 1, "linestyle": "-" if gate == "sigmoid" else ":"}
    for low, high in itertools.combinations(points, 2):
        if sum(a != b for a, b in zip(low, high, strict=True)) == 1:  # an edge
            space.plot(*torch.stack([points[low], points[high]]).T, **style)
    if gate == "sigmoid":
        faces = [
            [points[_bits(axis, side, turn)].numpy() for turn in ((0, 0), (0, 1), (1, 1), (1, 0))]
            for axis in range(3)
            for side in (0, 1)
        ]
        space.add_collection3d(Poly3DCollection(faces, facecolor=ORANGE, alpha=faint))


def _draw_line(space: Any, attention: Tensor, corners: Tensor, gate: Gate) -> None:
    """Draw where scaling all shares leads: from 0 through the triangle to the solid's skin."""
    kernel = attention @ corners
    line = torch.stack([torch.zeros_like(kernel), kernel / attention.max()])  # one share is 1
    style = "-" if gate == "sigmoid" else ":"
    space.plot(*line.T, color=VERMILION, linewidth=1.5, linestyle=style)
    space.plot(*(kernel / attention.sum())[:, None], marker="x", color=VERMILION, markersize=8)


def _mix(bits: tuple[int, ...], corners: Tensor) -> Tensor:
    return torch.tensor(bits, dtype=corners.dtype) @ corners


def _bits(axis: int, side: int, turn: tuple[int, int]) -> tuple[int, ...]:
    """Return a corner of a face of the unit cube: `side` on one axis, `turn` on the others."""
    rest = list(turn)
    return tuple(side if place == axis else rest.pop(0) for place in range(3))
