"""Forms of the same sum: how a batch of images meets its mixtures of K kernels.

Convolution is linear in its kernel, so for image b with attention a_bk

    sum_k a_bk (W_k * x_b)  =  (sum_k a_bk W_k) * x_b.

The right side mixes kernels and then convolves each image once, by a kernel of its own: in groups
(`by_groups`), or by matrix products (`by_products`). The left side convolves every image by all K
kernels and mixes what comes out (`by_outputs`). `choose` says which is fastest where.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.dynamic.kernels import mix

# Numbers of the maps, in and out, that one grouped convolution works on at a time on a CPU: larger
# chunks fall out of its caches, smaller ones start threads too often.
CHUNK = 2**21
# Side by side, images in channels_last have to be copied into NCHW. An image of so many numbers
# keeps both threads busy by itself, and is better left as it is.
ALONE = 2**16
# Mixing kernels costs memory traffic, K more convolutions cost arithmetic: one number moved is
# worth about so many multiplied and added.
OUTPUTS_WORTH = 4


class Geometry(NamedTuple):
    """Where kernels are put on a map: (rows, columns) each, and groups of channels."""

    stride: tuple[int, int]
    padding: tuple[int, int]
    dilation: tuple[int, int]
    groups: int

    def output_size(self, x: Tensor, weight: Tensor) -> tuple[int, int]:
        """Return the height and width (H', W') of what comes out."""
        stride, padding, dilation, _ = self
        (high, wide), (rows, columns) = x.shape[2:], weight.shape[3:]
        return (
            (high + 2 * padding[0] - dilation[0] * (rows - 1) - 1) // stride[0] + 1,
            (wide + 2 * padding[1] - dilation[1] * (columns - 1) - 1) // stride[1] + 1,
        )

    def is_pointwise(self, weight: Tensor) -> bool:
        """Tell whether kernels (..., kh, kw) map every pixel on its own."""
        return weight.shape[3:] == (1, 1) and self.stride == (1, 1) and self.padding == (0, 0)


Form = Callable[[Tensor, Tensor, Tensor | None, Tensor, Geometry], Tensor]


def choose(x: Tensor, weight: Tensor, geometry: Geometry) -> Form:
    """Return the form that computes a dynamic convolution fastest.

    Kernels of one pixel are matrices. Where a map has few pixels and many channels, K outputs are
    far smaller than a kernel for each image, and are what is to be mixed. Everything else goes in
    groups. An exported program may be called with any batch, and the groups of a convolution are
    a constant of it: with an unknown batch all goes by products. With an unknown height or width
    all goes in groups, as a choice by their values would bind the program to them.

    Args:
        x: Tensor (B, C, H, W), B at least 1.
        weight: Tensor (K, O, C / groups, kh, kw).
        geometry: Stride, padding, dilation, groups.

    Source: times of `benchmarks/dynamic.py`.
    """
    batch, num_kernels = x.shape[0], weight.shape[0]
    exporting = torch.compiler.is_exporting() or torch.jit.is_tracing()
    if geometry.is_pointwise(weight) or (exporting and not _is_known(batch)):
        return by_products
    if exporting and not all(_is_known(size) for size in x.shape):
        return by_groups
    if batch <= num_kernels:  # no more kernels to mix than outputs
        return by_groups
    high, wide = geometry.output_size(x, weight)
    inputs = weight[0, 0].numel()  # of one output
    return by_outputs if OUTPUTS_WORTH * num_kernels * high * wide <= inputs else by_groups


def by_groups(
    x: Tensor, weight: Tensor, bias: Tensor | None, attention: Tensor, geometry: Geometry
) -> Tensor:
    """Mix kernels, and convolve B images by B kernels in one grouped convolution.

    A grouped convolution keeps groups of channels apart. So the images are laid side by side as
    groups of one single image, (1, B * C, H, W), and one call convolves them all. On a CPU a
    large batch goes in chunks.

    Args:
        x: Tensor (B, C, H, W), B at least 1.
        weight: Tensor (K, O, C / groups, kh, kw).
        bias: Tensor (K, O), or None.
        attention: Tensor (B, K).
        geometry: Stride, padding, dilation, groups.

    Returns:
        Tensor (B, O, H', W').
    """
    batch = x.shape[0]
    kernels = mix(weight, attention)  # (B, O, C / groups, kh, kw)
    own = None if bias is None else mix(bias, attention)  # (B, O)
    chunk = batch if batch == 1 else _chunk(x, weight, geometry)
    if chunk >= batch:
        return _side_by_side(x, kernels, own, geometry)
    biases = [None] * batch if own is None else own.split(chunk)
    parts = zip(x.split(chunk), kernels.split(chunk), biases, strict=False)
    return torch.cat([_side_by_side(*part, geometry) for part in parts])


def by_products(
    x: Tensor, weight: Tensor, bias: Tensor | None, attention: Tensor, geometry: Geometry
) -> Tensor:
    """Mix kernels, and apply them as matrices to the windows of their images.

    Takes and returns what `by_groups` does. Quick for kernels of one pixel, whose windows are the
    map itself; others are cut out first.
    """
    kernels = mix(weight, attention)  # (B, O, C / groups, kh, kw)
    groups = geometry.groups
    if geometry.is_pointwise(weight):
        columns = x.flatten(2)  # (B, C, L)
    else:
        size = weight.shape[3:]
        columns = F.unfold(x, size, geometry.dilation, geometry.padding, geometry.stride)
    columns = columns.unflatten(1, (groups, -1))  # (B, g, C / g * kh * kw, L)
    flat = kernels.flatten(2).unflatten(1, (groups, -1))  # (B, g, O / g, C / g * kh * kw)
    y = (flat @ columns).flatten(1, 2)  # (B, O, L)
    if bias is not None:
        y = y + mix(bias, attention)[:, :, None]
    return y.unflatten(2, geometry.output_size(x, weight))


def by_outputs(
    x: Tensor, weight: Tensor, bias: Tensor | None, attention: Tensor, geometry: Geometry
) -> Tensor:
    """Convolve every image by all K kernels in one convolution, and mix the outputs.

    Takes and returns what `by_groups` does.
    """
    num_kernels, out_channels, _, *size = weight.shape
    groups = geometry.groups
    # the kernels of a group stand together: (g, K, O / g, ...)
    split = weight.unflatten(1, (groups, -1)).transpose(0, 1)
    wide = split.reshape(num_kernels * out_channels, -1, *size)
    own = None
    if bias is not None:
        own = bias.unflatten(1, (groups, -1)).transpose(0, 1).reshape(-1)
    y = F.conv2d(x, wide, own, *geometry)  # (B, g * K * O / g, H', W')
    y = y.unflatten(1, (groups, num_kernels, -1)).transpose(1, 2)  # (B, K, g, O / g, H', W')
    mixed = attention[:, None] @ y.flatten(2)  # (B, 1, K) @ (B, K, O * H' * W')
    return mixed.reshape(x.shape[0], out_channels, *y.shape[-2:])


def _side_by_side(x: Tensor, kernels: Tensor, bias: Tensor | None, geometry: Geometry) -> Tensor:
    """Convolve B images (B, C, H, W) by B kernels (B, O, C / groups, kh, kw) as B groups of one."""
    batch = x.shape[0]
    if batch == 1:  # as it is, so that it keeps its layout
        return F.conv2d(
            x, kernels.flatten(0, 1), None if bias is None else bias.flatten(), *geometry
        )
    y = F.conv2d(
        x.reshape(1, -1, *x.shape[2:]),  # (1, B * C, H, W)
        kernels.flatten(0, 1),  # (B * O, C / groups, kh, kw)
        None if bias is None else bias.flatten(),
        *geometry[:3],
        batch * geometry.groups,
    )
    return y.unflatten(1, (batch, -1))[0]  # (B, O, H', W')


def _is_known(size: object) -> bool:
    """Tell whether a size is a number: while a program is captured, it may be a symbol."""
    if not (torch.compiler.is_compiling() or torch.jit.is_tracing()):
        return True
    # imported only where it is needed, since it brings sympy along
    from torch.fx.experimental.symbolic_shapes import has_static_value

    # under torch.jit.trace a size is a tensor
    return isinstance(size, int | torch.SymInt) and has_static_value(size)


def _chunk(x: Tensor, weight: Tensor, geometry: Geometry) -> int:
    """Return how many images go side by side."""
    batch = x.shape[0]
    if x.device.type != "cpu" or not all(_is_known(size) for size in x.shape):
        return batch
    high, wide = geometry.output_size(x, weight)
    numbers = x[0].numel() + weight.shape[1] * high * wide  # of an image, in and out
    last = not x.is_contiguous() and x.is_contiguous(memory_format=torch.channels_last)
    if last and geometry.groups == 1 and numbers >= ALONE:
        return 1
    chunks = -(-batch // max(2, CHUNK // max(1, numbers)))
    return -(-batch // chunks)  # all of about one size
