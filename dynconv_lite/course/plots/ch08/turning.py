"""The picture behind the shift turner: turn, shift and sum, turn back, add up, step by step."""

import torch
import torch.nn.functional as F
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from dynconv_lite.course.plots.ch08.kinds import COLOURS, kernel_of
from dynconv_lite.course.plots.ch08.profiles import polar_panel
from dynconv_lite.course.plots.style import GREY, Picture, image_panel, picture, signed_panel

STAGES = ("turn", "shift and sum", "turn back", "add up")
PLAIN = ("rows", "SW", "one diagonal", "DiaSW")  # what is turned here has not been turned yet
SIZE, PIECE = 15, 3
RAMP = (0.2, 0.4, 0.6, 0.8, 1.0)  # so that one end of a row can be told from the other


@picture
def draw_turning(
    image: Tensor, kind: str = "one diagonal", quarter: int = 1, stage: int = 4
) -> Picture:
    """Draw one of the four turns up to a stage, the sum so far, and the kernel that this is.

    Args:
        image: grey picture (H, W), from 0 to 1.
        kind: which layer is applied to the turned picture: one of `PLAIN`. Its pieces become
            heavier from left to right, from top to bottom.
        quarter: the turn that is shown, 0 to 3; those before are in the sum already.
        stage: how many of the four steps of this turn are done, 1 to 4.

    Raises:
        ValueError: if an argument is out of range.
    """
    _check(image, kind, quarter, stage)
    kernel = kernel_of(kind, SIZE, PIECE, RAMP)
    kernel = kernel / kernel.sum()
    parts, kernels, steps = [], [], []
    for k in range(quarter + 1):
        before = torch.rot90(image, k)
        middle = F.conv2d(before[None, None], kernel[None, None], padding=SIZE // 2)[0, 0]
        after = torch.rot90(middle, -k)
        steps = [before, middle, after]
        if k < quarter or stage == len(STAGES):
            parts.append(after)
            kernels.append(torch.rot90(kernel, -k))
    total = torch.stack(parts).sum(0) if parts else torch.zeros_like(image)
    so_far = torch.stack(kernels).sum(0) if kernels else torch.zeros_like(kernel)
    figure = Figure(figsize=(7, 3.7), layout="constrained")
    grid = figure.add_gridspec(2, 12, height_ratios=(1, 1.2))
    names = (f"1 turned {90 * quarter}°", "2 shifted, summed", "3 turned back")
    for index, (name, map) in enumerate(zip(names, steps, strict=True)):
        axes = figure.add_subplot(grid[0, 4 * index : 4 * index + 4])
        _panel(axes, map if stage > index else None, name)
    _panel(figure.add_subplot(grid[1, 0:4]), total if parts else None, f"4 sum of {len(parts)}")
    axes = figure.add_subplot(grid[1, 4:8])
    signed_panel(axes, so_far, "one kernel so far")
    axes.title.set_fontsize(10)
    for spine in axes.spines.values():
        spine.set(visible=True, color=GREY, linewidth=0.8)
    polar = figure.add_subplot(grid[1, 8:12], projection="polar")
    if kernels:
        polar_panel(polar, so_far, COLOURS[kind])
    else:
        polar.set(xticks=[], yticks=[])
    done = ", ".join(STAGES[:stage])
    alt = (
        f"{kind}, turned by {90 * quarter} degrees, done: {done}. {len(parts)} of 4 turns are in "
        f"the sum; the one kernel that it is has {int((so_far != 0).sum())} of {SIZE} x {SIZE} "
        f"weights that are not 0, and its weights add up to {float(so_far.sum()):.2f}."
    )
    return Picture(figure, alt)


def _panel(axes: Axes, map: Tensor | None, title: str) -> None:
    """Draw a map, or an empty frame for what is not done yet."""
    if map is None:
        axes.set(xticks=[], yticks=[], title=title)
        for spine in axes.spines.values():
            spine.set(visible=True, color=GREY, linewidth=0.8, linestyle=":")
    else:
        image_panel(axes, map, title)
    axes.title.set_fontsize(10)


def _check(image: Tensor, kind: str, quarter: int, stage: int) -> None:
    if image.ndim != 2:
        raise ValueError(f"image must be (H, W), got {tuple(image.shape)}")
    if kind not in PLAIN:
        raise ValueError(f"kind must be one of {', '.join(PLAIN)}, got {kind!r}")
    for name, value, low, high in (("quarter", quarter, 0, 3), ("stage", stage, 1, len(STAGES))):
        if not low <= value <= high:
            raise ValueError(f"{name} must lie from {low} to {high}, got {value!r}")
