"""The picture behind the ERF explorer: a stack's map, its profile and its area ratios."""

import math

import matplotlib as mpl
import torch

from dynconv_lite.course.plots.style import (
    BLUE,
    GREY,
    VERMILION,
    Picture,
    decades,
    image_panel,
    outline,
    picture,
)
from dynconv_lite.erf import (
    effective_receptive_field,
    erf_area_ratio,
    erf_width,
    theoretical_receptive_field,
)
from dynconv_lite.models.plain import Nonlinearity, PlainStack

SIDE, IMAGES = 81, 2
# Image channels meet weights of their own, so that many of them average over random networks.
IMAGE_CHANNELS, CHANNELS = 24, 6


@picture
def draw_erf(
    kernel_size: int = 3,
    depth: int = 6,
    dilation: int = 1,
    stride: int = 1,
    nonlinearity: Nonlinearity = "relu",
    residual: bool = False,
    seed: int = 0,
) -> Picture:
    """Measure and draw the receptive field of a random stack of convolutions.

    Args:
        kernel_size: as in `PlainStack`, and so are the next five.
        depth: number of convolutions.
        dilation: distance between kernel taps in pixels.
        stride: stride of the first convolution.
        nonlinearity: "linear", "relu", "tanh" or "gelu".
        residual: whether layers have a shortcut around them.
        seed: of weights and images.
    """
    stack = PlainStack(
        kernel_size,
        depth,
        CHANNELS,
        IMAGE_CHANNELS,
        nonlinearity,
        residual=residual,
        stride=stride,
        dilation=dilation,
        seed=seed,
    )
    images = torch.rand(
        IMAGES, IMAGE_CHANNELS, SIDE, SIDE, generator=torch.Generator().manual_seed(seed)
    )
    erf = effective_receptive_field(stack, images)
    field = theoretical_receptive_field(stack, input_size=(SIDE, SIDE))
    peak = max(float(erf.map.max()), 1e-300)
    # Random stacks differ in gradient size by orders of magnitude; their shape is the subject.
    shape = erf.map / peak
    width, ratio = erf_width(shape), erf_area_ratio(shape, (0.5,), erf.center)[0.5]

    figure = mpl.figure.Figure(figsize=(8.0, 3.0))
    panel, profile = figure.subplots(1, 2, width_ratios=(1, 1.7))
    figure.subplots_adjust(left=0.02, right=0.98, top=0.9, bottom=0.19, wspace=0.12)
    image_panel(panel, decades(shape), "ERF (frame: theoretical)", cmap="viridis", vmin=0, vmax=1)
    outline(panel, *field.start, *field.size)
    panel.set(xlim=(-0.5, SIDE - 0.5), ylim=(SIDE - 0.5, -0.5))
    row = shape.sum(dim=0) / shape.sum()  # (W,)
    offset = torch.arange(SIDE) - erf.center[1]
    profile.fill_between(offset, row, color=BLUE, alpha=0.3)
    profile.plot(offset, row, color=BLUE, label="measured")
    if width > 0:
        gauss = torch.exp(-0.5 * (offset / width) ** 2) / (width * math.sqrt(2 * math.pi))
        profile.plot(offset, gauss, "--", color=GREY, linewidth=1.5, label="Gaussian")
    for edge in (-field.size[1] / 2, field.size[1] / 2):
        profile.axvline(edge, color=VERMILION, linewidth=1.5)
    profile.set(xlim=(-SIDE / 2, SIDE / 2), yticks=[], xlabel="pixels from the centre")
    profile.spines["left"].set_visible(False)
    profile.legend(loc="upper right", fontsize=10)
    profile.set_title(f"width {width:.1f} pixels, area ratio r(0.5) = {ratio:.1%}")
    alt = (
        f"Theoretical field {field.size[0]} x {field.size[1]} pixels (orange lines); effective "
        f"width (standard deviation) {width:.2f} pixels, so the theoretical field is "
        f"{field.size[0] / max(width, 1e-9):.1f} widths wide; the square that holds half of the "
        f"log-scaled map covers {ratio:.1%} of the picture."
    )
    return Picture(figure, alt)
