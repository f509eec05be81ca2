"""The receptive field of a stack of shift-wise layers: how it is made, and its directions."""

from collections.abc import Sequence
from typing import Any, cast

import torch
from scipy.fft import next_fast_len
from torch import Tensor, nn

from dynconv_lite.anisotropy import directional_profile
from dynconv_lite.shiftwise import ShiftwiseConv2d

NETWORKS = 16  # channels whose fields make one map
SECTORS = 16  # of half a turn


@torch.no_grad()
def settle(layer: ShiftwiseConv2d) -> ShiftwiseConv2d:
    """Give a layer's normalisations the variances that white noise leaves there; set eval mode.

    Every branch then answers white noise with the variance 1, as it would after training on it.

    Args:
        layer: Changed in place.
    """
    for name, kernel in layer.kernels().items():
        norm = cast(nn.BatchNorm2d, layer.norms[name])
        cast(Tensor, norm.running_var).copy_(kernel.square().sum((1, 2, 3)))
    return layer.eval()


def shift_layer(
    large_kernel: int, small_kernel: int = 5, seed: int = 0, **options: Any
) -> ShiftwiseConv2d:
    """Return a settled layer of 16 channels without ghosts; no global generator is touched.

    Args:
        large_kernel: M.
        small_kernel: n.
        seed: Of the weights and the shuffles.
        options: Others of `ShiftwiseConv2d`.

    Raises:
        ValueError: If the layer cannot be made.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        options = {"ghost_ratio": 0.0, "seed": seed, **options}
        layer = ShiftwiseConv2d(NETWORKS, large_kernel, small_kernel, **options)
    return settle(layer)


@torch.no_grad()
def stacked_field(layers: Sequence[ShiftwiseConv2d], side: int) -> Tensor:
    """Return the mean size of the gradient of depth-wise layers in a row, (side, side).

    Args:
        layers: In eval mode, of equal channels.
        side: Of the map, odd; what lies outside is cut off.

    Raises:
        ValueError: If there is no layer, or the side is even.
    """
    return product_field([layer.equivalent_kernel()[:, 0] for layer in layers], side)


@torch.no_grad()
def product_field(kernels: Sequence[Tensor], side: int) -> Tensor:
    """Return the mean size of the gradient of depth-wise kernels in a row, (side, side).

    With nothing between them that is the convolution of the kernels: a product of spectra.

    Args:
        kernels: One a layer, (C, S, S), S odd; C is the same in all.
        side: Of the map, odd; what lies outside is cut off.

    Raises:
        ValueError: If there is no kernel, or the side is even.
    """
    if not kernels or side % 2 == 0:
        raise ValueError(f"side must be odd and layers at least one, got {side!r}, {len(kernels)}")
    whole = 1 + sum(kernel.shape[-1] - 1 for kernel in kernels)
    room = next_fast_len(max(whole, side), real=True)
    spectrum = torch.ones((), dtype=torch.complex64)
    for kernel in kernels:
        spectrum = spectrum * torch.fft.rfft2(kernel, s=(room, room))
    found = torch.fft.irfft2(spectrum, s=(room, room)).abs().mean(0)  # (room, room)
    return centre(found[:whole, :whole].double(), side)


def centre(map: Tensor, side: int) -> Tensor:
    """Cut or pad a map (S, S), S odd, to (side, side) about its middle."""
    margin = (side - len(map)) // 2
    return torch.nn.functional.pad(map, [margin] * 4)


def by_angle(map: Tensor, inner: float, outer: float) -> Tensor:
    """Return the mean of a map in sectors of half a turn, as multiples of their mean.

    Args:
        map: (H, W), both odd; the middle is the unit.
        inner: Pixels no farther than that from the middle do not count.
        outer: Nor do those that are farther.

    Returns:
        Tensor (16,): the first sector looks along the row, the fifth up and right, the ninth along
        the column; nan where a sector has no pixel.
    """
    cut = min(int(outer), *(n // 2 for n in map.shape))
    rows, columns = (slice(n // 2 - cut, n // 2 + cut + 1) for n in map.shape)
    means = directional_profile(map[rows, columns], bins=SECTORS, inner=inner).energy
    return means / means.nanmean().clamp(min=1e-300)


def axes_and_diagonals(sectors: Tensor) -> tuple[float, float]:
    """Return the mean of a map along the axes and along the diagonals, from its sectors."""
    step = SECTORS // 4
    return float(sectors[:: 2 * step].mean()), float(sectors[step :: 2 * step].mean())


def middle(map: Tensor) -> tuple[float, float]:
    """Return the centroid of a map (H, W), in pixels down and right of its middle."""
    share = map.double() / map.sum()
    high, wide = (torch.arange(n, dtype=torch.float64) - n // 2 for n in map.shape)
    return float(share.sum(1) @ high), float(share.sum(0) @ wide)
