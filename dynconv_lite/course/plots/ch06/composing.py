"""Figures of fields of shift-wise stacks, and the picture behind the shift composer."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from torch import Tensor

from dynconv_lite.course.plots.ch06.fields import (
    SECTORS,
    axes_and_diagonals,
    by_angle,
    shift_layer,
    stacked_field,
)
from dynconv_lite.course.plots.style import (
    BLUE,
    CYCLE,
    GREY,
    Picture,
    canvas,
    decades,
    image_panel,
    picture,
    signed_panel,
)

SIDE = 161  # of a field, in pixels
ANGLES = ("→", "↗", "↑", "↖", "←")


@picture
def draw_fields(maps: Mapping[str, Tensor], ring: tuple[float, float]) -> Picture:
    """Draw fields over three decades, and below them how strong they are in every direction.

    Args:
        maps: name -> field (H, W), both odd.
        ring: distances from the middle between which directions are compared, in pixels.
    """
    figure, panels = canvas(len(maps), 2, size=(7, 3.9), height_ratios=(1.25, 1))
    told = []
    sectors = {name: by_angle(map, *ring) for name, map in maps.items()}
    top = 1.1 * max(float(np.nanmax(found)) for found in sectors.values())
    for index, (name, map) in enumerate(maps.items()):
        image_panel(panels[index], decades(map), name, cmap="viridis", vmin=0, vmax=1)
        panels[index].title.set_fontsize(10)
        draw_sectors(panels[len(maps) + index], sectors[name], CYCLE[index % len(CYCLE)], top)
        if index:
            panels[len(maps) + index].set_yticklabels([])
        along, across = axes_and_diagonals(sectors[name])
        told.append(f"{name} {along:.2f} and {across:.2f}")
    panels[len(maps)].set_ylabel("strength")
    alt = (
        f"Fields of {map.shape[0]} x {map.shape[1]} pixels over three decades. Strength between "
        f"{ring[0]:g} and {ring[1]:g} pixels from the middle, along the axes and along the "
        f"diagonals, as multiples of the mean over all directions: {'; '.join(told)}."
    )
    return Picture(figure, alt)


def draw_sectors(axes: Axes, sectors: Tensor, colour: str, top: float) -> None:
    """Draw the strength of a field in every direction of half a turn."""
    angles = np.arange(SECTORS + 1) * 180 / SECTORS
    values = [*sectors.tolist(), float(sectors[0])]
    axes.axhline(1, color=GREY, linewidth=1)
    axes.plot(angles, values, color=colour)
    axes.set(xlim=(0, 180), ylim=(0, top))
    axes.set_xticks([0, 45, 90, 135, 180], ANGLES)


@picture
def draw_composed(
    large_kernel: int = 31,
    small_kernel: int = 5,
    directions: Sequence[str] = ("horizontal", "vertical"),
    rotate: bool = False,
    layers: int = 3,
    centered: bool = True,
) -> Picture:
    """Draw the kernel of a shift-wise layer, the field of a stack of them, and its directions.

    Args:
        large_kernel: M, odd.
        small_kernel: n, odd, at most M.
        directions: One or more of `shiftwise.DIRECTIONS`.
        rotate: Whether turned copies are added.
        layers: Of the stack.
        centered: As in `ShiftwiseConv2d`.

    Raises:
        ValueError: If a size or a direction does not fit.
    """
    stack = [
        shift_layer(large_kernel, small_kernel, seed, directions=tuple(directions), rotate=rotate,
                    centered=centered)
        for seed in range(layers)
    ]  # fmt: skip
    kernel = stack[0].equivalent_kernel()[0, 0].detach()  # (S, S)
    map = stacked_field(stack, SIDE)
    ring = (large_kernel / 4, large_kernel / 2 + 1)
    sectors = by_angle(map, *ring)
    along, across = axes_and_diagonals(sectors)
    figure, (first, second, third) = canvas(3, size=(7, 2.7), width_ratios=(1, 1, 1.1))
    count = len(stack[0].places)
    limit = float(kernel.abs().flatten().sort()[0][-2])  # the shortcut's 1 stands out
    signed_panel(first, kernel, f"kernel, {count} pieces a row", vmin=-limit, vmax=limit)
    for spine in first.spines.values():
        spine.set(visible=True, color=GREY, linewidth=0.8)
    plural = "s" * (layers > 1)
    image_panel(second, decades(map), f"field of {layers} layer{plural}", cmap="viridis", vmin=0,
                vmax=1)  # fmt: skip
    draw_sectors(third, sectors, BLUE, max(3.0, 1.1 * float(np.nanmax(sectors))))
    third.set(title="strength by direction")
    alt = (
        f"M = {large_kernel}, n = {small_kernel}: {count} pieces a row, {', '.join(directions)}"
        f"{', with turned copies' * rotate}. The kernel has {len(kernel)} x {len(kernel)} weights, "
        f"{int((kernel != 0).sum())} of them not zero. Field of {layers} layer{plural}: between "
        f"{ring[0]:.3g} and {ring[1]:.3g} pixels from the middle it is {along:.2f} times the mean "
        f"along the axes and {across:.2f} times along the diagonals."
    )
    return Picture(figure, alt)
