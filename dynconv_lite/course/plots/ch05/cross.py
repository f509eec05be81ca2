"""Figures of SLaK's cross: two strips and a square in place of one enormous kernel."""

from collections.abc import Mapping

import torch
from torch import Tensor

from dynconv_lite.course.plots.style import (
    BLUE,
    GREY,
    ORANGE,
    Picture,
    canvas,
    image_panel,
    picture,
    signed_panel,
)


@picture
def draw_cross(
    kernel_size: int = 51,
    strip: int = 5,
    vertical: bool = True,
    horizontal: bool = True,
    square: bool = True,
) -> Picture:
    """Draw how many branches have a weight at each tap, and what the branches cost.

    Args:
        kernel_size: length K of the strips, odd.
        strip: their width s, odd, less than K.
        vertical: whether the branch K x s is there.
        horizontal: whether the branch s x K is there.
        square: whether the branch s x s is there.

    Raises:
        ValueError: if a size does not fit.
    """
    for name, value in (("kernel_size", kernel_size), ("strip", strip)):
        if value % 2 == 0 or value < 1:
            raise ValueError(f"{name} must be odd and positive, got {value!r}")
    if strip >= kernel_size:
        raise ValueError(f"strip must be less than kernel_size = {kernel_size}, got {strip!r}")
    branches = {
        f"{kernel_size} x {strip}": (vertical, (kernel_size, strip)),
        f"{strip} x {kernel_size}": (horizontal, (strip, kernel_size)),
        f"{strip} x {strip}": (square, (strip, strip)),
    }
    taps = torch.zeros(kernel_size, kernel_size, dtype=torch.int64)
    for there, size in branches.values():
        if there:
            rows, columns = ((kernel_size - n) // 2 for n in size)
            taps[rows : kernel_size - rows, columns : kernel_size - columns] += 1
    weights = {name: there * size[0] * size[1] for name, (there, size) in branches.items()}
    total, dense, reached = sum(weights.values()), kernel_size**2, int((taps > 0).sum())
    figure, (panel, axes) = canvas(2, size=(7, 3.2), width_ratios=(1, 1.2))
    image_panel(panel, taps, "branches at each tap", cmap="viridis", vmin=0, vmax=3)
    bars = {f"dense {kernel_size} x {kernel_size}": dense, "merged: not zero": reached,
            "branches": total, **weights}  # fmt: skip
    colours = [GREY, GREY, BLUE, *[ORANGE] * len(weights)]
    axes.barh(list(bars), list(bars.values()), color=colours)
    for row, value in enumerate(bars.values()):
        axes.text(value, row, f" {value}", va="center", fontsize=9)
    axes.invert_yaxis()
    axes.set(xlabel="weights of one channel", xlim=(0, 1.2 * dense))
    axes.tick_params(axis="y", labelsize=9)
    chosen = ", ".join(name for name, count in weights.items() if count) or "none"
    alt = (
        f"Branches {chosen}: {total} weights a channel, {100 * total / dense:.1f} % of the {dense} "
        f"of a dense {kernel_size} x {kernel_size} kernel; merged, {reached} taps can differ from "
        f"0, {100 * reached / dense:.1f} %."
    )
    return Picture(figure, alt)


@picture
def draw_sum_of_strips(parts: Mapping[str, Tensor], merged: Tensor) -> Picture:
    """Draw the kernels of the branches of one channel at their places, and their sum.

    Args:
        parts: name -> kernel (K, K), already at its place.
        merged: their sum (K, K).
    """
    figure, panels = canvas(len(parts) + 1, size=(7, 2.3))
    limit = float(max(kernel.abs().max() for kernel in (*parts.values(), merged))) or 1.0
    for axes, (name, kernel) in zip(panels, {**parts, "merged": merged}.items(), strict=True):
        signed_panel(axes, kernel, name, vmin=-limit, vmax=limit)
        for spine in axes.spines.values():
            spine.set(visible=True, color=GREY, linewidth=0.8)
    told = ", ".join(f"{name} {int((kernel != 0).sum())}" for name, kernel in parts.items())
    alt = (
        f"Kernels of one channel in {len(merged)} x {len(merged)} taps; blue below 0, red above. "
        f"Weights that are not 0: {told}; merged {int((merged != 0).sum())}."
    )
    return Picture(figure, alt)


@picture
def draw_fits(kernels: Mapping[str, Tensor], strip: int) -> Picture:
    """Draw dense kernels above the nearest cross, with the share of each that is lost.

    Args:
        kernels: name -> kernel (K, K).
        strip: width of the cross's strips.
    """
    figure, panels = canvas(len(kernels), 2, size=(7, 3.9))
    told = []
    for column, (name, kernel) in enumerate(kernels.items()):
        fit, lost = nearest_cross(kernel, strip)
        limit = float(kernel.abs().max())
        signed_panel(panels[column], kernel, name, vmin=-limit, vmax=limit)
        title = f"lost: {100 * lost:.0f} %"
        signed_panel(panels[len(kernels) + column], fit, title, vmin=-limit, vmax=limit)
        told.append(f"{name} {100 * lost:.1f} %")
    alt = (
        f"Dense kernels, above, and below them the nearest kernels made of strips of {strip} taps. "
        f"Share of the sum of squares that the strips cannot express: {'; '.join(told)}."
    )
    return Picture(figure, alt)


def nearest_cross(kernel: Tensor, strip: int) -> tuple[Tensor, float]:
    """Return the nearest kernel of strips and square, and the share of squares it lacks.

    Strips may hold any weights, so that their sum is any kernel that is 0 in the four corners; the
    nearest is the kernel itself, with its corners cut off.

    Args:
        kernel: (K, K), K odd, not all 0.
        strip: width of the strips, odd.
    """
    margin = (len(kernel) - strip) // 2
    middle = slice(margin, len(kernel) - margin)
    fit = torch.zeros_like(kernel)
    fit[middle], fit[:, middle] = kernel[middle], kernel[:, middle]
    lost = (kernel - fit).square().sum() / kernel.square().sum()
    return fit, float(lost)
