"""Dynamic convolution: every image of a batch is convolved by its own mixture of K kernels.

Mixing comes first and is cheap, since convolution is linear in its kernel:

    sum_k a_bk (W_k * x_b)  =  (sum_k a_bk W_k) * x_b,

K convolutions on the left, one on the right. What is left to do is to convolve B images by B
kernels at once; `convolve_each` says how.
"""

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dynconv_lite.dynamic.attention import (
    Gate,
    KernelAttention,
    check_attention,
    check_count,
    is_readable,
)
from dynconv_lite.dynamic.kernels import initialise, mix
from dynconv_lite.validation import as_pair

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
    _check_kernels(weight, bias, groups)
    if x.ndim != 4 or x.shape[1] != weight.shape[2] * groups:
        raise ValueError(
            f"x must be (B, {weight.shape[2] * groups}, H, W) for weight {tuple(weight.shape)} "
            f"and groups = {groups}, got {tuple(x.shape)}"
        )
    if x.dtype != weight.dtype and not torch.is_autocast_enabled(x.device.type):
        raise ValueError(f"x must have the dtype of weight, {weight.dtype}, got {x.dtype}")
    check_attention(attention, x.shape[0], weight.shape[0])
    # NaN and infinity survive a sum; one pass over x is much cheaper than asking every number
    if is_readable(x) and not torch.isfinite(x.detach().sum(dtype=torch.float64)):
        raise ValueError("x holds NaN or infinite values; every number must be finite")
    how = (
        as_pair("stride", stride, 1),
        as_pair("padding", padding, 0),
        as_pair("dilation", dilation, 1),
        groups,
    )
    return _mix_and_convolve(x, weight, bias, attention, *how)


def convolve_each(
    x: Tensor,
    kernels: Tensor,
    bias: Tensor | None,
    stride: tuple[int, int],
    padding: tuple[int, int],
    dilation: tuple[int, int],
    groups: int,
) -> Tensor:
    """Convolve B images by B kernels, each by its own.

    A grouped convolution keeps groups of channels apart. So the images are laid side by side as
    groups of one single image, (1, B * C, H, W), and one call convolves them all. Kernels of one
    pixel are matrices, and are applied as such: on a CPU (AVX2, two threads, B = 32, 64 -> 128
    channels) that takes 0.9 times as long as a static convolution, by groups it takes 1.4 times.

    Args:
        x: Tensor (B, C, H, W), B at least 1.
        kernels: Tensor (B, O, C / groups, kh, kw).
        bias: Tensor (B, O), or None.
        stride: (rows, columns).
        padding: (rows, columns).
        dilation: (rows, columns).
        groups: Groups of channels within an image.

    Returns:
        Tensor (B, O, H', W').
    """
    batch = x.shape[0]
    unknown = not isinstance(batch, int) and torch.compiler.is_exporting()
    if unknown or _is_pointwise(kernels, stride, padding):
        return _by_products(x, kernels, bias, stride, padding, dilation, groups)
    if batch == 1:
        own = None if bias is None else bias[0]
        return F.conv2d(x, kernels[0], own, stride, padding, dilation, groups)
    side_by_side = x.reshape(1, -1, *x.shape[2:])  # (1, B * C, H, W)
    y = F.conv2d(
        side_by_side,
        kernels.flatten(0, 1),  # (B * O, C / groups, kh, kw)
        None if bias is None else bias.flatten(),
        stride,
        padding,
        dilation,
        batch * groups,
    )
    return y.unflatten(1, (batch, -1))[0]  # (B, O, H', W')


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
        sizes = {"in_channels": in_channels, "out_channels": out_channels, "groups": groups}
        for name, value in sizes.items():
            check_count(name, value)
        for name in ("in_channels", "out_channels"):
            if sizes[name] % groups:
                raise ValueError(
                    f"{name} must be a multiple of groups = {groups}, got {sizes[name]}"
                )
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
        if attention is None:
            attention = self.attention(x)  # NaN in x is found there: it reaches every mean
        else:
            simplex = self.attention.gate == "softmax"
            check_attention(attention, x.shape[0], len(self.weight), simplex)
        how = (self.stride, self.padding, self.dilation, self.groups)
        return _mix_and_convolve(x, self.weight, self.bias, attention, *how)

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> "DynamicConv2d":
        # `.to(memory_format=torch.channels_last)` takes every tensor of five axes for a volume,
        # and fails: let it see K * O kernels of four
        def on_kernels(value: Tensor) -> Tensor:
            if value.ndim != 5:
                return fn(value)
            return fn(value.flatten(0, 1)).unflatten(0, value.shape[:2])

        return super()._apply(on_kernels, recurse)

    def extra_repr(self) -> str:
        """Show the settings in the printed module."""
        return (
            f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, "
            f"stride={self.stride}, padding={self.padding}, dilation={self.dilation}, "
            f"groups={self.groups}, bias={self.bias is not None}"
        )


def _mix_and_convolve(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    attention: Tensor,
    stride: tuple[int, int],
    padding: tuple[int, int],
    dilation: tuple[int, int],
    groups: int,
) -> Tensor:
    if x.shape[0] == 0:  # there is nothing to mix, and any kernel gives the shape
        first = None if bias is None else bias[0]
        return F.conv2d(x, weight[0], first, stride, padding, dilation, groups)
    kernels = mix(weight, attention)  # (B, O, C / groups, kh, kw)
    own = None if bias is None else mix(bias, attention)  # (B, O)
    return convolve_each(x, kernels, own, stride, padding, dilation, groups)


def _by_products(
    x: Tensor,
    kernels: Tensor,
    bias: Tensor | None,
    stride: tuple[int, int],
    padding: tuple[int, int],
    dilation: tuple[int, int],
    groups: int,
) -> Tensor:
    """Convolve by matrix products: kernels of one pixel, or a batch whose size is not known yet.

    An exported program may be called with any batch, and the groups of a convolution are a
    constant of it.
    """
    size = kernels.shape[3:]
    if _is_pointwise(kernels, stride, padding):
        columns = x.flatten(2)  # (B, C, L)
    else:
        columns = F.unfold(x, size, dilation, padding, stride)  # (B, C * kh * kw, L)
    columns = columns.unflatten(1, (groups, -1))  # (B, g, C / g * kh * kw, L)
    flat = kernels.flatten(2).unflatten(1, (groups, -1))  # (B, g, O / g, C / g * kh * kw)
    y = (flat @ columns).flatten(1, 2)  # (B, O, L)
    high, wide = (
        (x.shape[2 + i] + 2 * padding[i] - dilation[i] * (size[i] - 1) - 1) // stride[i] + 1
        for i in (0, 1)
    )
    y = y if bias is None else y + bias[:, :, None]
    return y.unflatten(2, (high, wide))


def _is_pointwise(kernels: Tensor, stride: tuple[int, int], padding: tuple[int, int]) -> bool:
    """Tell whether kernels (B, O, C / groups, kh, kw) map every pixel on its own."""
    return kernels.shape[3:] == (1, 1) and stride == (1, 1) and padding == (0, 0)


def _check_kernels(weight: Tensor, bias: Tensor | None, groups: int) -> None:
    check_count("groups", groups)
    if weight.ndim != 5 or 0 in weight.shape:
        raise ValueError(
            "weight must be (K, O, C / groups, kh, kw) with no empty axis, "
            f"got {tuple(weight.shape)}"
        )
    if weight.shape[1] % groups:
        raise ValueError(
            f"weight has {weight.shape[1]} output channels, which must be a multiple of "
            f"groups = {groups}"
        )
    if bias is not None and bias.shape != weight.shape[:2]:
        raise ValueError(
            f"bias must be (K, O) = {tuple(weight.shape[:2])}, got {tuple(bias.shape)}"
        )
