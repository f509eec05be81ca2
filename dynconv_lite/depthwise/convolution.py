"""Depth-wise convolution that stays fast when kernels are large.

What a framework calls for a 3 x 3 kernel can be the slowest thing to call for a 31 x 31 one, in the
backward pass above all. `plan` says which form of the sum is taken for which sizes.
"""

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dynconv_lite.depthwise.forms import (
    Backend,
    convolve,
    kernel_gradient,
    map_gradient,
    spread,
)
from dynconv_lite.depthwise.plan import TINY, Plan, Same, plan, zeros
from dynconv_lite.validation import as_pair

BACKENDS = ("auto", "direct", "fft")


def depthwise_conv2d(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int | Sequence[int] = 1,
    padding: Same = "same",
    *,
    backend: Backend = "auto",
) -> Tensor:
    """Convolve every channel with a kernel of its own: `F.conv2d(..., groups=C)`, made fast.

    Args:
        x: Tensor (B, C, H, W); B may be 0.
        weight: Tensor (C, 1, kh, kw).
        bias: Tensor (C,), or None.
        stride: In pixels, one integer or (rows, columns).
        padding: Zeros on each side, or "same": half the kernel, for kernels of odd size.
        backend: "direct" sums products, "fft" multiplies spectra; "auto" takes, for the output and
            for each gradient, the one that is faster on a CPU. Elsewhere, and in a captured
            program, it is torch's own convolution.

    Returns:
        Tensor (B, C, H', W').

    Raises:
        ValueError: If a shape, a dtype or a number does not fit.

    Source: Chollet 2017, arXiv 1610.02357, for depth-wise; times of `benchmarks/large_kernel.py`.
    """
    if backend not in BACKENDS:
        raise ValueError(f"backend must be one of {BACKENDS}, got {backend!r}")
    if weight.ndim != 4 or weight.shape[1] != 1 or 0 in weight.shape:
        raise ValueError(
            f"weight must be (C, 1, kh, kw) with no empty axis, got {tuple(weight.shape)}"
        )
    channels, device = weight.shape[0], x.device.type
    if x.ndim != 4 or x.shape[1] != channels:
        raise ValueError(f"x must be (B, {channels}, H, W), got {tuple(x.shape)}")
    if bias is not None and bias.shape != (channels,):
        raise ValueError(f"bias must be ({channels},), got {tuple(bias.shape)}")
    if torch.compiler.is_compiling() or torch.jit.is_tracing():  # its compiler makes it fast
        margin = zeros(padding, weight.shape[2:])
        return F.conv2d(x, weight, bias, as_pair("stride", stride, 1), margin, 1, channels)
    steps = stride if isinstance(stride, int) else tuple(stride)
    around = padding if isinstance(padding, str | int) else tuple(padding)
    how = plan(x.shape[2:], weight.shape[2:], steps, around)
    mixed = device != "meta" and torch.is_autocast_enabled(device)
    if mixed and x.dtype != torch.float64 and not how.small:
        # spectra have no half precision, and a sum of a thousand products wants none
        with torch.autocast(device, enabled=False):
            return _convolve(x.to(weight.dtype), weight, bias, how, backend)
    if x.dtype != weight.dtype and not mixed:
        raise ValueError(f"x must have the dtype of weight, {weight.dtype}, got {x.dtype}")
    return _convolve(x, weight, bias, how, backend)


class DepthwiseConv2d(nn.Conv2d):
    """A `torch.nn.Conv2d` of one kernel a channel, computed by `depthwise_conv2d`.

    Args:
        channels: Channels C, in and out.
        kernel_size: In pixels, one integer or (rows, columns).
        stride: As in `torch.nn.Conv2d`.
        padding: Zeros on each side, or "same".
        bias: Whether there is a bias.
        device: Of its parameters.

    Shape:
        (B, C, H, W) -> (B, C, H', W')

    Raises:
        ValueError: If an argument is out of range, or x does not fit.
    """

    def __init__(
        self,
        channels: int,
        kernel_size: int | Sequence[int],
        stride: int | Sequence[int] = 1,
        padding: Same = "same",
        bias: bool = True,
        *,
        device: torch.device | str | None = None,
    ) -> None:
        size, steps = as_pair("kernel_size", kernel_size, 1), as_pair("stride", stride, 1)
        margin = zeros(padding, size)
        super().__init__(
            channels, channels, size, steps, margin, groups=channels, bias=bias, device=device
        )

    def forward(self, input: Tensor) -> Tensor:
        """Map x (B, C, H, W) to (B, C, H', W')."""
        return depthwise_conv2d(input, self.weight, self.bias, self.stride, self.padding)


class _Depthwise(torch.autograd.Function):
    """The sum, with gradients that choose their own forms; they can be differentiated again."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, how: Plan, backend: Backend) -> Tensor:
        ctx.how, ctx.backend = how, backend
        ctx.save_for_backward(x, weight)
        return convolve(x, weight, how, backend)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, Tensor | None, None, None]:
        given = (spread(gradients[0], ctx.how), *ctx.saved_tensors, ctx.how, ctx.backend)
        of_map = map_gradient(*given) if ctx.needs_input_grad[0] else None
        of_kernels = kernel_gradient(*given) if ctx.needs_input_grad[1] else None
        return of_map, of_kernels, None, None


def _convolve(
    x: Tensor, weight: Tensor, bias: Tensor | None, how: Plan, backend: Backend
) -> Tensor:
    small = how.small or x.numel() * weight[0].numel() <= TINY
    if (backend == "auto" and (small or x.device.type != "cpu")) or x.shape[0] == 0:
        return F.conv2d(x, weight, bias, how.stride, how.padding, 1, x.shape[1])
    if torch.is_grad_enabled() and (x.requires_grad or weight.requires_grad):
        y: Tensor = _Depthwise.apply(x, weight, how, backend)
    else:
        y = convolve(x, weight, how, backend)
    return y if bias is None else y + bias[:, None, None]
