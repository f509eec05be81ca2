"""The adapting kernel: how much every tap counts at every pixel, as a second image says, the guide.

A tap counts as much as the guide at its pixel is like the guide in the middle, as in a bilateral
filter. The guide may be the image itself, its colours, positions, or features of a network.
"""

from typing import Any, Literal, NamedTuple, get_args

import torch
from torch import Tensor

from dynconv_lite.pac.taps import Pair, Tap, Taps, taps_of

Kernel = Literal["gaussian", "inverse"]
KERNELS: tuple[str, ...] = get_args(Kernel)
# Keeps a power of the squared distance, and its slope, finite where two pixels are alike.
EPSILON = 1e-4


class Likeness(NamedTuple):
    """How much a tap counts, by the squared distance d2 of its guide from the middle's.

    Attributes:
        kernel: "gaussian", exp(-d2 / 2), or "inverse", alpha + (d2 + 1e-4) ** (exponent / 2).
        alpha: Of the inverse kernel; a number or a tensor of one.
        exponent: Of the inverse kernel, lambda in the paper: negative where likeness counts.
    """

    kernel: Kernel = "gaussian"
    alpha: float | Tensor = 0.0
    exponent: float | Tensor = -1.0

    def of(self, squared: Tensor) -> Tensor:
        """Map squared distances to factors."""
        if self.kernel == "gaussian":
            return torch.exp(-0.5 * squared)
        power: Tensor = (squared + EPSILON) ** (0.5 * self.exponent)
        return self.alpha + power


def adaptive_kernel(
    guide: Tensor,
    kernel_size: Pair,
    stride: Pair = 1,
    padding: Pair = 0,
    dilation: Pair = 1,
    *,
    kernel: Kernel = "gaussian",
    normalize: bool = False,
    alpha: float | Tensor = 0.0,
    exponent: float | Tensor = -1.0,
) -> Tensor:
    """Return the factor by which every tap counts at every output.

    Args:
        guide: Tensor (B, F, H, W). Its scale is the filter's bandwidth: half as large a guide is
            half as particular.
        kernel_size: Odd, in pixels, one integer or (rows, columns).
        stride: In pixels.
        padding: Zeros on each side of the guide.
        dilation: Distance of the taps, in pixels.
        kernel: "gaussian" or "inverse"; see `Likeness`.
        normalize: Whether the factors of the taps inside the image sum to one at every output, and
            the others are zero.
        alpha: Of the inverse kernel.
        exponent: Of the inverse kernel.

    Returns:
        Tensor (B, kh, kw, H', W').

    Raises:
        ValueError: If an argument is out of range.

    Source: Su et al. 2019, equation 3 and section 4.
    """
    check_guide(guide)
    taps, likeness = (
        taps_of(guide, kernel_size, stride, padding, dilation),
        make(kernel, alpha, exponent),
    )
    wide = taps.widen(guide)
    factors = torch.stack([factor(wide, tap, taps, likeness) for tap in taps], 1)
    if normalize:
        inside = torch.stack([within(guide, tap, taps) for tap in taps], 1)  # (1, kh * kw, H', W')
        factors = factors * inside
        factors = factors / nonzero(factors.sum(1, keepdim=True))
    return factors.unflatten(1, taps.size)  # (B, kh, kw, H', W')


def factor(wide: Tensor, tap: Tap, taps: Taps, likeness: Likeness) -> Tensor:
    """Return the factor of one tap at every output, (B, H', W'), for a widened guide."""
    apart = taps.met(wide, tap) - taps.met(wide, taps.middle)  # (B, F, H', W')
    squared = apart.square() if torch.is_grad_enabled() else apart.square_()
    return likeness.of(squared.sum(1))


def within(x: Tensor, tap: Tap, taps: Taps) -> Tensor:
    """Return 1 where a tap meets the image and 0 where it meets the zeros around, (1, H', W')."""
    return taps.met(taps.widen(x.new_ones(1, 1, *x.shape[2:])), tap)[:, 0]


def nonzero(total: Tensor) -> Tensor:
    """Return 1 for 0, so that an output that sees nothing of the image is zero, not NaN."""
    return torch.where(total == 0, torch.ones_like(total), total)


def make(kernel: Any, alpha: float | Tensor, exponent: float | Tensor) -> Likeness:
    """Return the likeness of these settings.

    Raises:
        ValueError: If the kernel is unknown.
    """
    if kernel not in KERNELS:
        raise ValueError(f"kernel must be one of {KERNELS}, got {kernel!r}")
    return Likeness(kernel, alpha, exponent)


def check_guide(guide: Tensor, x: Tensor | None = None) -> None:
    """Refuse a guide that is no map, or not of the batch and the size of x.

    Raises:
        ValueError: If it does not fit.
    """
    if guide.ndim != 4 or not guide.is_floating_point():
        raise ValueError(
            f"guide must be (B, F, H, W) in floating point, got {tuple(guide.shape)}, {guide.dtype}"
        )
    if x is not None and (guide.shape[0], *guide.shape[2:]) != (x.shape[0], *x.shape[2:]):
        raise ValueError(
            f"guide must have the batch, height and width of x, {tuple(x.shape)}, "
            f"got {tuple(guide.shape)}"
        )
