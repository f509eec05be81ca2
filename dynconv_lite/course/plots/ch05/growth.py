"""Figures of the field of a stack: how it grows with the kernel and with depth."""

import math
from collections.abc import Mapping

import numpy as np
import torch
import torch.nn.functional as F
from scipy.fft import next_fast_len
from torch import Tensor

from dynconv_lite.course.plots.style import (
    BLUE,
    CYCLE,
    GREY,
    VERMILION,
    Picture,
    canvas,
    decades,
    image_panel,
    outline,
    picture,
)
from dynconv_lite.erf import erf_width

NETWORKS = 16  # whose gradients make one map
BLOCKS = 56  # along a side, in pictures of large fields
MARKERS = "osD^vP*"


@picture
def draw_collapse(widths: Mapping[tuple[int, int], float]) -> Picture:
    """Draw the widths of fields against K for every depth, and all of them against K sqrt(L).

    Args:
        widths: (kernel size, layers) -> width in pixels.

    Raises:
        ValueError: if there is none.
    """
    if not widths:
        raise ValueError("widths must hold at least one stack, got none")
    figure, (left, right) = canvas(2, size=(7, 3.4), sharey=True)
    for index, depth in enumerate(sorted({layers for _, layers in widths})):
        found = {k: width for (k, layers), width in sorted(widths.items()) if layers == depth}
        colour, marker = CYCLE[index % len(CYCLE)], MARKERS[index % len(MARKERS)]
        label = f"{depth} layer{'s' * (depth > 1)}"
        left.plot(list(found), list(found.values()), color=colour, marker=marker, label=label)
        along = [k * math.sqrt(depth) for k in found]
        right.plot(along, list(found.values()), marker, color=colour)
    most = max(k * math.sqrt(layers) for k, layers in widths)
    line = np.array([min(k * math.sqrt(layers) for k, layers in widths), most])
    right.plot(line, line / math.sqrt(12), color=GREY, linewidth=1.2, label="equal weights")
    right.plot(line, line / math.sqrt(6), "--", color=GREY, linewidth=1.2, label=r"$\sqrt{2}$ that")
    left.set(xlabel="kernel size K", ylabel="width of the ERF (pixels)")
    right.set(xlabel=r"$K\sqrt{L}$")
    for axes in (left, right):
        axes.set(xscale="log", yscale="log")
        axes.legend(fontsize=9)
    sizes = sorted({k for k, _ in widths})
    left.set_xticks(sizes, [str(k) for k in sizes])
    left.minorticks_off()
    ratios = [width / box_width(*stack) for stack, width in widths.items()]
    alt = (
        f"Widths of {len(widths)} random stacks, from {min(widths.values()):.2f} to "
        f"{max(widths.values()):.2f} pixels; against K sqrt(L) they lie near one line, from "
        f"{min(ratios):.2f} to {max(ratios):.2f} times the width of equal weights."
    )
    return Picture(figure, alt)


@picture
def draw_field(kernel_size: int = 7, layers: int = 4, side: int = 241, seed: int = 0) -> Picture:
    """Draw the field of random linear stacks of one channel, and its place on the line K sqrt(L).

    Args:
        kernel_size: K, odd.
        layers: L.
        side: of the map, in pixels.
        seed: of the weights.

    Raises:
        ValueError: if the kernel size is even.
    """
    if kernel_size % 2 == 0 or kernel_size < 1:
        raise ValueError(f"kernel_size must be odd and positive, got {kernel_size!r}")
    map = linear_field(kernel_size, layers, side, seed)
    width, box = erf_width(map), box_width(kernel_size, layers)
    whole = 1 + layers * (kernel_size - 1)
    alike = layers * (kernel_size**2 - 1) / 8  # layers of 3 x 3: their variance is 8 / 12 each
    same = f"{alike:.0f} layer{'s' * (round(alike) != 1)} of 3 x 3"
    figure, (panel, axes) = canvas(2, size=(7, 3.2), width_ratios=(1, 1.25))
    stack = f"{layers} layer{'s' * (layers > 1)} of {kernel_size} x {kernel_size}"
    image_panel(panel, decades(map), stack, cmap="viridis", vmin=0, vmax=1)
    panel.set_xlabel("colour: logarithm, three decades", fontsize=9)
    start = (side - whole) / 2
    if start >= 0:
        outline(panel, start, start, whole, whole)
    line = np.array([0.0, 31 * math.sqrt(8)])
    axes.plot(line, line / math.sqrt(12), color=GREY, linewidth=1.2, label="equal weights")
    axes.plot(line, line / math.sqrt(6), "--", color=GREY, linewidth=1.2, label=r"$\sqrt{2}$ that")
    axes.plot([kernel_size * math.sqrt(layers)], [width], "o", color=VERMILION, markersize=9)
    axes.set(xlabel=r"$K\sqrt{L}$", ylabel="width (pixels)", xlim=(0, line[1] * 1.05), ylim=(0, 40))
    axes.legend(fontsize=9, loc="upper left")
    axes.text(0.97, 0.05, f"width {width:.1f} pixels\nby equal weights: as {same}",
              transform=axes.transAxes, ha="right", color=BLUE, fontsize=10)  # fmt: skip
    alt = (
        f"{stack}: the theoretical field is {whole} "
        f"pixels wide (frame), the effective one {width:.2f} (standard deviation), "
        f"{width / box:.2f} times that of equal weights. By the variance of equal weights "
        f"{same} would be as wide."
    )
    return Picture(figure, alt)


@picture
def draw_areas(maps: Mapping[str, Tensor], ratios: Mapping[str, Mapping[float, float]]) -> Picture:
    """Draw fields of networks, and the share of the picture that holds a share of each.

    A single picture's gradient is noisy, so that fields are shown as means over square blocks.

    Args:
        maps: network -> its map (H, W).
        ratios: network -> threshold -> area ratio.
    """
    figure, panels = canvas(len(maps), size=(7, 2.5))
    told = []
    for axes, (name, map) in zip(panels, maps.items(), strict=True):
        found = {t: ratio for t, ratio in ratios[name].items() if not math.isnan(ratio)}
        title = f"{name}\nr(0.5) = {100 * ratios[name][0.5]:.0f} %"
        coarse = F.avg_pool2d(map[None, None], max(1, len(map) // BLOCKS))[0, 0]
        image_panel(axes, decades(coarse, 2), title, cmap="viridis", vmin=0, vmax=1)
        axes.title.set_fontsize(10)
        side = math.sqrt(ratios[name][0.5]) * len(coarse)
        start = (len(coarse) - side) / 2
        outline(axes, start, start, side, side)
        told.append(f"{name}: " + ", ".join(f"r({t:g}) {100 * r:.1f} %" for t, r in found.items()))
    alt = (
        "Effective receptive fields over two decades; the frame holds half of the log-scaled "
        f"contribution. Share of the picture's area: {'; '.join(told)}."
    )
    return Picture(figure, alt)


def linear_field(kernel_size: int, layers: int, side: int, seed: int = 0) -> Tensor:
    """Return the mean size of the gradient of linear stacks of one channel, (side, side).

    The gradient of such a stack is the convolution of its kernels: a product of their spectra.

    Args:
        kernel_size: K, odd.
        layers: L.
        side: of the map, in pixels.
        seed: of the weights, normal and of mean 0.
    """
    draw = torch.Generator().manual_seed(seed)
    whole = 1 + layers * (kernel_size - 1)
    room = next_fast_len(whole, real=True)
    kernels = torch.randn(layers, NETWORKS, kernel_size, kernel_size, generator=draw)
    spectrum = torch.fft.rfft2(kernels / kernel_size, s=(room, room)).prod(0)
    gradient = torch.fft.irfft2(spectrum, s=(room, room)).abs().mean(0)  # (room, room)
    margin = (side - whole) // 2
    return F.pad(gradient[:whole, :whole], [margin, side - whole - margin] * 2).double()


def box_width(kernel_size: int, layers: int) -> float:
    """Return sqrt(L (K^2 - 1) / 12), the width in pixels of a stack of equal weights."""
    return math.sqrt(layers * (kernel_size**2 - 1) / 12)
