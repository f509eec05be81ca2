"""The picture behind the pixel explorer: one pixel's adapted kernel, and what it averages."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.plots.style import (
    VERMILION,
    Picture,
    canvas,
    image_panel,
    outline,
    picture,
)
from dynconv_lite.pac import adaptive_kernel

GUIDES = ("intensity", "colour", "position", "colour and position")
RADIUS = 10  # of the window, in pixels
UNIT = 32  # pixels that count as much as the difference of black and white
BRIGHTNESS = (0.299, 0.587, 0.114)


@dataclass(frozen=True)
class Adapted:
    """One pixel, its window, and how much every pixel of the window counts.

    Attributes:
        window: (3, 2 radius + 1, 2 radius + 1), black outside the image.
        factors: Of the same size, 0 outside the image and 1 in the middle.
        mean: The colour that these factors average, (3,).
        counted: Their sum: how many pixels' worth the average is.
        pixels: How many of the window lie inside the image.
    """

    window: Tensor
    factors: Tensor
    mean: Tensor
    counted: float
    pixels: int


def make_guide(image: Tensor, kind: str) -> Tensor:
    """Return a guide (1, F, H, W) for an image, of bandwidth 1.

    Args:
        image: (3, H, W), from 0 to 1.
        kind: One of `GUIDES`; positions count in units of 32 pixels.

    Raises:
        ValueError: If there is no such guide, or the image does not fit.
    """
    if kind not in GUIDES:
        raise ValueError(f"guide must be one of {', '.join(GUIDES)}, got {kind!r}")
    if image.ndim != 3 or len(image) != 3:
        raise ValueError(f"image must be (3, H, W), got {tuple(image.shape)}")
    if kind == "intensity":
        return torch.einsum("c,chw->hw", image.new_tensor(BRIGHTNESS), image)[None, None]
    high, wide = (torch.arange(n, dtype=image.dtype) / UNIT for n in image.shape[1:])
    place = torch.stack(torch.meshgrid(high, wide, indexing="ij"))  # (2, H, W)
    parts = {"colour": [image], "position": [place], "colour and position": [image, place]}
    return torch.cat(parts[kind])[None]  # (1, F, H, W)


@torch.no_grad()
def adapt(
    image: Tensor, guide: str, row: int, column: int, bandwidth: float, radius: int = RADIUS
) -> Adapted:
    """Return one pixel's window and adapted kernel.

    Args:
        image: (3, H, W), from 0 to 1.
        guide: One of `GUIDES`.
        row: Of the pixel.
        column: Of the pixel.
        bandwidth: By which the guide is divided: the deviation of the Gaussian.
        radius: Of the window.

    Raises:
        ValueError: If an argument is out of range.
    """
    values = make_guide(image, guide)
    high, wide = image.shape[1:]
    for name, value, size in (("row", row, high), ("column", column, wide)):
        if not 0 <= value < size:
            raise ValueError(f"{name} must be from 0 to {size - 1}, got {value!r}")
    if not bandwidth > 0:
        raise ValueError(f"bandwidth must be positive, got {bandwidth!r}")
    here = (slice(row, row + 2 * radius + 1), slice(column, column + 2 * radius + 1))
    cut = [F.pad(x, [radius] * 4)[:, :, here[0], here[1]] for x in (image[None], values)]
    inside = F.pad(torch.ones(high, wide), [radius] * 4)[here]
    kernel = adaptive_kernel(cut[1] / bandwidth, 2 * radius + 1)  # (1, k, k, 1, 1)
    factors = kernel[0, :, :, 0, 0] * inside
    mean = (cut[0][0] * factors).sum((1, 2)) / factors.sum()
    return Adapted(cut[0][0], factors, mean, float(factors.sum()), int(inside.sum()))


@picture
def draw_adapted(
    image: Tensor,
    guide: str = "colour",
    row: int = 0,
    column: int = 0,
    bandwidth: float = 0.1,
) -> Picture:
    """Draw a pixel's window, its adapted kernel, and what that averages.

    Args:
        image: (3, H, W), from 0 to 1.
        guide: One of `GUIDES`.
        row: Of the pixel.
        column: Of the pixel.
        bandwidth: Deviation of the Gaussian, where black and white are 1 apart.

    Raises:
        ValueError: If an argument is out of range.
    """
    seen = adapt(image, guide, row, column, bandwidth)
    side = 2 * RADIUS + 1
    figure, axes = canvas(5, size=(7, 2.2), width_ratios=(1.15, 1, 1, 1, 0.4))
    image_panel(axes[0], image.permute(1, 2, 0), f"row {row}, column {column}")
    outline(axes[0], row - RADIUS, column - RADIUS, side, side)
    high, wide = image.shape[1:]
    axes[0].set(xlim=(-0.5, wide - 0.5), ylim=(high - 0.5, -0.5))
    image_panel(axes[1], seen.window.permute(1, 2, 0), "its window")
    axes[1].plot(RADIUS, RADIUS, "o", markerfacecolor="none", markeredgecolor=VERMILION)
    image_panel(axes[2], seen.factors, "adapted kernel", cmap="viridis", vmin=0, vmax=1)
    # what counts little fades into grey
    faded = seen.window * seen.factors + 0.75 * (1 - seen.factors)
    image_panel(axes[3], faded.permute(1, 2, 0), "what it averages")
    before, after = seen.window[:, RADIUS, RADIUS], seen.mean
    colours = torch.stack([before, after]).clamp(0, 1)[:, None]  # (2, 1, 3)
    image_panel(axes[4], colours, "before", extent=(0, 1, 0, 4))
    axes[4].set_xlabel("after", fontsize=10)
    for panel in axes:
        panel.title.set_fontsize(10)
    told = [" ".join(f"{float(value):.2f}" for value in colour) for colour in (before, after)]
    alt = (
        f"The pixel in row {row}, column {column}, with the {guide} as guide and bandwidth "
        f"{bandwidth:g}: of {seen.pixels} pixels in its window {seen.counted:.1f} count (the sum "
        f"of the factors); {int((seen.factors > 0.5).sum())} have a factor above a half. Its "
        f"colour (red, green, blue) was {told[0]} and becomes {told[1]}."
    )
    return Picture(figure, alt)
