"""Convolution three ways: a loop over positions, one matrix product, and one big sparse matrix.

All three compute the cross-correlation that `torch.nn.functional.conv2d` computes,
    y[b, o, i, j] = bias[o] + sum_{c, u, v} weight[o, c, u, v] * x[b, c, i*s + u - p, j*s + v - p],
with x taken as zero outside the image. NCHW images and OIHW kernels, as in torch.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.validation import as_pair

Pair = int | Sequence[int]


def conv2d_loop(
    x: Tensor, weight: Tensor, bias: Tensor | None = None, stride: Pair = 1, padding: Pair = 0
) -> Tensor:
    """Convolve by visiting every output position and looking only at the window below it.

    Args:
        x: images (B, C, H, W).
        weight: kernels (O, C, kh, kw).
        bias: one number per output channel (O,), or None.
        stride: step between windows in pixels, one integer or (rows, columns).
        padding: zeros added on each side in pixels, one integer or (rows, columns).

    Returns:
        Tensor (B, O, H', W') with H' = (H + 2 * padding - kh) // stride + 1.

    Raises:
        ValueError: if a shape, dtype, stride or padding does not fit.
    """
    (sh, sw), (ph, pw) = _check(x, weight, bias, stride, padding)
    kh, kw = weight.shape[2:]
    x = F.pad(x, (pw, pw, ph, ph))  # (B, C, H + 2p, W + 2p)
    rows = []
    for top in range(0, x.shape[2] - kh + 1, sh):
        row = []
        for left in range(0, x.shape[3] - kw + 1, sw):
            window = x[:, :, top : top + kh, left : left + kw]  # (B, C, kh, kw)
            row.append(torch.einsum("bcuv,ocuv->bo", window, weight))  # (B, O)
        rows.append(torch.stack(row, dim=-1))  # (B, O, W')
    y = torch.stack(rows, dim=-2)  # (B, O, H', W')
    return y if bias is None else y + bias[:, None, None]


def conv2d_unfold(
    x: Tensor, weight: Tensor, bias: Tensor | None = None, stride: Pair = 1, padding: Pair = 0
) -> Tensor:
    """Convolve by laying every window out as a column, then multiplying once (im2col).

    Arguments, result and errors are those of `conv2d_loop`.

    Source: Chellapilla et al., "High Performance Convolutional Neural Networks for Document
    Processing", 2006.
    """
    (sh, sw), (ph, pw) = _check(x, weight, bias, stride, padding)
    kh, kw = weight.shape[2:]
    out_h = (x.shape[2] + 2 * ph - kh) // sh + 1
    out_w = (x.shape[3] + 2 * pw - kw) // sw + 1
    columns = F.unfold(x, (kh, kw), padding=(ph, pw), stride=(sh, sw))  # (B, C*kh*kw, H'*W')
    y = weight.flatten(1) @ columns  # (O, C*kh*kw) @ (B, C*kh*kw, H'*W') -> (B, O, H'*W')
    y = y.unflatten(2, (out_h, out_w))  # (B, O, H', W')
    return y if bias is None else y + bias[:, None, None]


def conv2d_matrix(
    weight: Tensor, input_size: tuple[int, int], stride: Pair = 1, padding: Pair = 0
) -> Tensor:
    """Write a convolution as the matrix it is: y.flatten() = matrix @ x.flatten().

    Every row is one output unit; its non-zeros are the pixels that the unit can see (locality),
    and every row of a channel holds the same numbers (weight sharing): a doubly blocked
    Toeplitz matrix when stride is 1.

    Args:
        weight: kernels (O, C, kh, kw).
        input_size: (H, W) of the image in pixels.
        stride: as in `conv2d_loop`.
        padding: as in `conv2d_loop`.

    Returns:
        Dense tensor (O * H' * W', C * H * W).

    Raises:
        ValueError: as `conv2d_loop`.
    """
    height, width = as_pair("input_size", input_size, 1)
    in_channels = weight.shape[1] if weight.ndim == 4 else 1
    # Column n of a linear map's matrix is its response to the n-th unit vector.
    pixels = in_channels * height * width
    impulses = torch.eye(pixels, dtype=weight.dtype, device=weight.device)
    impulses = impulses.view(pixels, in_channels, height, width)
    return conv2d_unfold(impulses, weight, None, stride, padding).flatten(1).T


def _check(
    x: Tensor, weight: Tensor, bias: Tensor | None, stride: Pair, padding: Pair
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Validate the arguments of a convolution and return stride and padding as pairs."""
    for name, value, shape in (("x", x, "(B, C, H, W)"), ("weight", weight, "(O, C, kh, kw)")):
        if value.ndim != 4 or 0 in value.shape[1:]:
            raise ValueError(f"{name} must have shape {shape}, got {tuple(value.shape)}")
    if x.shape[1] != weight.shape[1]:
        raise ValueError(
            f"weight has {weight.shape[1]} input channels (its shape is {tuple(weight.shape)}), "
            f"x has {x.shape[1]}: they must be equal"
        )
    if x.dtype != weight.dtype:
        raise ValueError(f"weight must have the dtype of x, {x.dtype}, got {weight.dtype}")
    if bias is not None and bias.shape != weight.shape[:1]:
        raise ValueError(f"bias must have shape ({weight.shape[0]},), got {tuple(bias.shape)}")
    steps, pads = as_pair("stride", stride, 1), as_pair("padding", padding, 0)
    for axis, name in enumerate(("height", "width")):
        if x.shape[2 + axis] + 2 * pads[axis] < weight.shape[2 + axis]:
            raise ValueError(
                f"weight of {name} {weight.shape[2 + axis]} does not fit into x of {name} "
                f"{x.shape[2 + axis]} with padding {pads[axis]}"
            )
    return steps, pads
