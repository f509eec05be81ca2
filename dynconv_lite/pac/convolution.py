"""Pixel-adaptive convolution, tap by tap.

Cutting out all windows would take kernel_size ** 2 times the memory of the image. A loop over taps
needs a few maps at a time, in training too: what a tap made of them is made again on the way back.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from dynconv_lite.pac.kernel import (
    Kernel,
    Likeness,
    check_guide,
    factor,
    make,
    nonzero,
    within,
)
from dynconv_lite.pac.taps import Pair, Tap, Taps, taps_of
from dynconv_lite.validation import as_pair, check_count


def pixel_adaptive_conv2d(
    x: Tensor,
    guide: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Pair = 1,
    padding: Pair = 0,
    dilation: Pair = 1,
    *,
    kernel: Kernel = "gaussian",
    normalize: bool = False,
    alpha: float | Tensor = 0.0,
    exponent: float | Tensor = -1.0,
) -> Tensor:
    """Convolve by a kernel whose taps count as much as the guide there is like that in the middle.

    y_i = sum_j K(f_i, f_j) W[p_i - p_j] x_j + bias.

    Args:
        x: Tensor (B, C, H, W).
        guide: Tensor (B, F, H, W), f in the formula; zeros around it, as around x.
        weight: Tensor (O, C, kh, kw), kh and kw odd.
        bias: Tensor (O,), or None.
        stride: In pixels, one integer or (rows, columns).
        padding: Zeros on each side, in pixels.
        dilation: Distance of the taps, in pixels.
        kernel: "gaussian", exp(-|f_i - f_j|^2 / 2), or "inverse", see `kernel.Likeness`.
        normalize: Whether the factors K of the taps inside the image sum to one at every output.
        alpha: Of the inverse kernel.
        exponent: Of the inverse kernel.

    Returns:
        Tensor (B, O, H', W').

    Raises:
        ValueError: If a shape, a dtype or a number does not fit.

    Source: Su et al. 2019, equation 3.
    """
    if weight.ndim != 4 or 0 in weight.shape:
        raise ValueError(f"weight must be (O, C, kh, kw), got {tuple(weight.shape)}")
    if x.ndim != 4 or x.shape[1] != weight.shape[1]:
        raise ValueError(f"x must be (B, {weight.shape[1]}, H, W), got {tuple(x.shape)}")
    if bias is not None and bias.shape != weight.shape[:1]:
        raise ValueError(f"bias must be ({weight.shape[0]},), got {tuple(bias.shape)}")
    check_guide(guide, x)
    for name, value in (("guide", guide), ("weight", weight)):
        if value.dtype != x.dtype and not torch.is_autocast_enabled(x.device.type):
            raise ValueError(f"{name} must have the dtype of x, {x.dtype}, got {value.dtype}")
    likeness = make(kernel, alpha, exponent)
    taps = taps_of(x, weight.shape[2:], stride, padding, dilation)
    total = sum_of_taps(x, guide, taps, likeness, weight, normalize)
    return total if bias is None else total + bias[:, None, None]


def sum_of_taps(
    x: Tensor, guide: Tensor, taps: Taps, likeness: Likeness, weight: Tensor | None, normalize: bool
) -> Tensor:
    """Sum what every tap adds, (B, O, H', W'); without a weight every tap counts 1."""
    wide, wide_guide = taps.widen(x), taps.widen(guide)
    matrices = None if weight is None else weight.flatten(2).permute(2, 0, 1).contiguous().unbind()
    y: Any = None
    norm: Any = 0
    for index, tap in enumerate(taps):
        matrix = None if matrices is None else matrices[index]
        given = (wide, wide_guide, matrix, tap, taps, likeness)
        if torch.is_grad_enabled() and not torch.compiler.is_compiling():
            part, share = checkpoint(_tap, *given, use_reentrant=False, preserve_rng_state=False)
        else:
            part, share = _tap(*given)
        if y is None or torch.is_grad_enabled():
            y = part if y is None else y + part
        else:
            y += part
        if normalize:
            norm = norm + share * within(x, tap, taps)  # (B, H', W')
    return y / nonzero(norm)[:, None] if normalize else y


def _tap(
    wide: Tensor, guide: Tensor, matrix: Tensor | None, tap: Tap, taps: Taps, likeness: Likeness
) -> tuple[Tensor, Tensor]:
    """Return what one tap adds, (B, O, H', W'), and how much it counts, (B, H', W')."""
    share = factor(guide, tap, taps, likeness)  # (B, H', W')
    seen = taps.met(wide, tap) * share[:, None]  # (B, C, H', W')
    if matrix is None:
        return seen, share
    mixed = matrix @ seen.flatten(2)  # (B, O, H' * W')
    return mixed.unflatten(2, taps.outputs), share


class PixelAdaptiveConv2d(nn.Module):
    """Convolve by a kernel that adapts at every pixel to a guide.

    Args:
        in_channels: Channels C of the input.
        out_channels: Channels O of the output.
        kernel_size: Odd, in pixels, one integer or (rows, columns).
        stride: As in `torch.nn.Conv2d`.
        padding: Zeros on each side.
        dilation: As in `torch.nn.Conv2d`.
        bias: Whether there is a bias.
        kernel: "gaussian" or "inverse"; the inverse kernel learns alpha and the exponent.
        normalize: Whether the factors of the taps inside the image sum to one.
        alpha: Start of the inverse kernel's alpha.
        exponent: Start of its exponent.

    Shape:
        x (B, C, H, W) and guide (B, F, H, W) -> (B, O, H', W')

    Raises:
        ValueError: If an argument is out of range, or x or the guide does not fit.

    Source: Su et al. 2019, arXiv 1904.05373, section 3.1.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Pair,
        stride: Pair = 1,
        padding: Pair = 0,
        dilation: Pair = 1,
        bias: bool = True,
        *,
        kernel: Kernel = "gaussian",
        normalize: bool = False,
        alpha: float = 0.0,
        exponent: float = -1.0,
    ) -> None:
        super().__init__()
        check_count("in_channels", in_channels)
        check_count("out_channels", out_channels)
        make(kernel, alpha, exponent)
        size = as_pair("kernel_size", kernel_size, 1)
        if size[0] % 2 == 0 or size[1] % 2 == 0:
            raise ValueError(f"kernel_size must be odd, to have a middle; got {kernel_size!r}")
        self.stride = as_pair("stride", stride, 1)
        self.padding = as_pair("padding", padding, 0)
        self.dilation = as_pair("dilation", dilation, 1)
        plain = nn.Conv2d(in_channels, out_channels, size, bias=bias)  # for its first weights
        self.weight, self.bias = plain.weight, plain.bias
        self.kernel, self.normalize = kernel, normalize
        self.alpha: nn.Parameter | None = None
        self.exponent: nn.Parameter | None = None
        if kernel == "inverse":
            self.alpha = nn.Parameter(torch.tensor(float(alpha)))
            self.exponent = nn.Parameter(torch.tensor(float(exponent)))

    def forward(self, x: Tensor, guide: Tensor) -> Tensor:
        """Map x (B, C, H, W), with a guide (B, F, H, W), to (B, O, H', W')."""
        learned = {} if self.alpha is None else {"alpha": self.alpha, "exponent": self.exponent}
        return pixel_adaptive_conv2d(
            x,
            guide,
            self.weight,
            self.bias,
            self.stride,
            self.padding,
            self.dilation,
            kernel=self.kernel,
            normalize=self.normalize,
            **learned,  # type: ignore[arg-type]
        )

    def extra_repr(self) -> str:
        """Show the settings in the printed module."""
        out, into, *size = self.weight.shape
        return (
            f"{into}, {out}, kernel_size={tuple(size)}, stride={self.stride}, "
            f"padding={self.padding}, dilation={self.dilation}, kernel={self.kernel!r}, "
            f"normalize={self.normalize}"
        )
