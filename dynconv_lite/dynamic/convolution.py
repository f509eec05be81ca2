"""Dynamic convolution: every image of a batch is convolved by its own mixture of K kernels.

Mixing comes first and is cheap, since convolution is linear in its kernel: one convolution is left
where K mixed outputs would take K. `forms` says how B images meet B kernels in one call.
"""

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dynconv_lite.dynamic.attention import Gate, KernelAttention
from dynconv_lite.dynamic.checks import (
    check_attention,
    check_dtypes,
    check_kernels,
    is_finite,
)
from dynconv_lite.dynamic.forms import Geometry, choose
from dynconv_lite.dynamic.kernels import in_four_axes, initialise
from dynconv_lite.validation import as_pair, check_channels

Pair = int | Sequence[int]


def dynamic_conv2d(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    attention: Tensor,
    stride: Pair = 1,
    padding: Pair = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> Tensor:
    """Convolve each image by its own mixture of K kernels.

    y_b = conv2d(x_b, sum_k attention_bk W_k, sum_k attention_bk bias_k).

    Args:
        x: Tensor (B, C, H, W); B may be 0.
        weight: Tensor (K, O, C / groups, kh, kw).
        bias: Tensor (K, O), or None.
        attention: Tensor (B, K). Nothing is asked of its sum: a sigmoid's has none.
        stride: In pixels, one integer or (rows, columns).
        padding: Zeros on each side, in pixels.
        dilation: Distance of the kernel's taps, in pixels.
        groups: Groups of channels; divides C and O.

    Returns:
        Tensor (B, O, H', W').

    Raises:
        ValueError: If a shape, a dtype or a number does not fit, or x or attention holds NaN or
            infinite values (looked for on a CPU only).

    Source: Chen et al. 2020, section 3.2.
    """
    check_kernels(weight, bias, groups)
    if x.ndim != 4 or x.shape[1] != weight.shape[2] * groups:
        raise ValueError(
            f"x must be (B, {weight.shape[2] * groups}, H, W) for weight {tuple(weight.shape)} "
            f"and groups = {groups}, got {tuple(x.shape)}"
        )
    check_dtypes(weight, x=x, bias=bias, attention=attention)
    check_attention(attention, x.shape[0], weight.shape[0])
    if not is_finite(x):
        raise ValueError("x holds NaN or infinite values; every number must be finite")
    geometry = Geometry(
        as_pair("stride", stride, 1),
        as_pair("padding", padding, 0),
        as_pair("dilation", dilation, 1),
        groups,
    )
    return _convolve(x, weight, bias, attention, geometry)


class DynamicConv2d(nn.Module):
    """Convolve every image by a mixture of K kernels that the image itself chooses.

    Args:
        in_channels: Channels C of the input; a multiple of groups.
        out_channels: Channels O of the output; a multiple of groups.
        kernel_size: In pixels, one integer or (rows, columns).
        stride: As in `torch.nn.Conv2d`.
        padding: Zeros on each side.
        dilation: As in `torch.nn.Conv2d`.
        groups: As in `torch.nn.Conv2d`.
        bias: Whether each kernel has a bias.
        num_kernels: Kernels K.
        hidden_channels: Hidden size of the attention; see `KernelAttention`.
        gate: "softmax" for dynamic convolution, "sigmoid" for CondConv.
        temperature: Of the softmax.

    Shape:
        (B, C, H, W) -> (B, O, H', W')

    Raises:
        ValueError: If an argument is out of range, or x does not fit.

    Source: Chen et al. 2020, arXiv 1912.03458; with a sigmoid, Yang et al. 2019, arXiv 1904.04971.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Pair,
        stride: Pair = 1,
        padding: Pair = 0,
        dilation: Pair = 1,
        groups: int = 1,
        bias: bool = True,
        *,
        num_kernels: int = 4,
        hidden_channels: int | None = None,
        gate: Gate = "softmax",
        temperature: float = 30.0,
    ) -> None:
        super().__init__()
        check_channels(in_channels, out_channels, groups)
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.kernel_size = as_pair("kernel_size", kernel_size, 1)
        self.stride = as_pair("stride", stride, 1)
        self.padding = as_pair("padding", padding, 0)
        self.dilation = as_pair("dilation", dilation, 1)
        self.attention = KernelAttention(
            in_channels,
            num_kernels,
            hidden_channels=hidden_channels,
            gate=gate,
            temperature=temperature,
        )
        shape = (num_kernels, out_channels, in_channels // groups, *self.kernel_size)
        self.weight = nn.Parameter(torch.empty(shape))
        self.bias = nn.Parameter(torch.empty(shape[:2])) if bias else None
        initialise(self.weight, self.bias)

    def forward(self, x: Tensor, attention: Tensor | None = None) -> Tensor:
        """Map x (B, C, H, W) to (B, O, H', W').

        Args:
            x: Images.
            attention: (B, K) to use instead of the layer's own; of a softmax layer, on the
                simplex.
        """
        if x.ndim != 4 or x.shape[1] != self.in_channels:
            raise ValueError(f"x must be (B, {self.in_channels}, H, W), got {tuple(x.shape)}")
        check_dtypes(self.weight, x=x, attention=attention)
        if attention is None:
            attention = self.attention(x)  # NaN in x is found there: it reaches every mean
        else:
            simplex = self.attention.gate == "softmax"
            check_attention(attention, x.shape[0], len(self.weight), simplex)
        geometry = Geometry(self.stride, self.padding, self.dilation, self.groups)
        return _convolve(x, self.weight, self.bias, attention, geometry)

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> "DynamicConv2d":
        return super()._apply(in_four_axes(fn), recurse)

    def extra_repr(self) -> str:
        """Show the settings in the printed module."""
        return (
            f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, "
            f"stride={self.stride}, padding={self.padding}, dilation={self.dilation}, "
            f"groups={self.groups}, bias={self.bias is not None}"
        )


def _convolve(
    x: Tensor, weight: Tensor, bias: Tensor | None, attention: Tensor, geometry: Geometry
) -> Tensor:
    captured = torch.compiler.is_compiling() or torch.jit.is_tracing()  # sizes may be symbols
    if not captured and min(geometry.output_size(x, weight)) < 1:
        raise ValueError(
            f"x must be padded to at least the size of the kernel, got {tuple(x.shape)} for "
            f"weight {tuple(weight.shape)}, padding {geometry.padding}"
        )
    if x.shape[0] == 0:  # there is nothing to mix, and any kernel gives the shape
        return F.conv2d(x, weight[0], None if bias is None else bias[0], *geometry)
    return choose(x, weight, geometry)(x, weight, bias, attention, geometry)
