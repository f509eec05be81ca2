"""Pooling and transposed convolution by the same adapting kernel."""

import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.pac.convolution import pixel_adaptive_conv2d, sum_of_taps
from dynconv_lite.pac.kernel import Kernel, check_guide, make
from dynconv_lite.pac.taps import Pair, taps_of
from dynconv_lite.validation import as_pair


def pixel_adaptive_pool2d(
    x: Tensor,
    guide: Tensor,
    kernel_size: Pair,
    stride: Pair = 1,
    padding: Pair = 0,
    dilation: Pair = 1,
    *,
    kernel: Kernel = "gaussian",
    normalize: bool = True,
) -> Tensor:
    """Average every channel over the pixels that the guide says belong together.

    With `normalize` and a guide that is the image itself, this is a bilateral filter without its
    spatial factor; with a constant guide it is an average pooling that does not count the padding.

    Args:
        x: Tensor (B, C, H, W).
        guide: Tensor (B, F, H, W).
        kernel_size: Odd, in pixels, one integer or (rows, columns).
        stride: In pixels.
        padding: Zeros on each side.
        dilation: Distance of the taps, in pixels.
        kernel: "gaussian" or "inverse".
        normalize: Whether the factors of the taps inside the image sum to one; without, it is a
            sum and no average.

    Returns:
        Tensor (B, C, H', W').

    Raises:
        ValueError: If a shape or a number does not fit.

    Source: Su et al. 2019, section 3.2.
    """
    if x.ndim != 4:
        raise ValueError(f"x must be (B, C, H, W), got {tuple(x.shape)}")
    check_guide(guide, x)
    taps = taps_of(x, kernel_size, stride, padding, dilation)
    return sum_of_taps(x, guide, taps, make(kernel, 0.0, -1.0), None, normalize)


def pixel_adaptive_conv_transpose2d(
    x: Tensor,
    guide: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Pair = 1,
    padding: Pair = 0,
    output_padding: Pair = 0,
    dilation: Pair = 1,
    *,
    kernel: Kernel = "gaussian",
) -> Tensor:
    """Enlarge a map by a transposed convolution whose taps follow a guide of the larger size.

    Zeros are put between the pixels of x; what is left is a pixel-adaptive convolution at the
    size of the output, of which the guide shows what belongs together. With a constant guide it
    is `F.conv_transpose2d` with the kernel turned round.

    Args:
        x: Tensor (B, C, H, W).
        guide: Tensor (B, F, H', W'), of the output's size.
        weight: Tensor (C, O, kh, kw), kh and kw odd; applied as a correlation, not turned round.
        bias: Tensor (O,), or None.
        stride: Pixels of the output for one of x.
        padding: Pixels to leave out on each side of the output.
        output_padding: Rows and columns to add at its lower right.
        dilation: Distance of the taps, in pixels.
        kernel: "gaussian" or "inverse".

    Returns:
        Tensor (B, O, H', W') with
        H' = (H - 1) stride - 2 padding + dilation (kh - 1) + 1 + output_padding.

    Raises:
        ValueError: If a shape or a number does not fit.

    Source: Su et al. 2019, section 3.2.
    """
    if weight.ndim != 4 or x.ndim != 4 or x.shape[1] != weight.shape[0]:
        raise ValueError(
            f"weight must be (C, O, kh, kw) for x (B, C, H, W), got {tuple(weight.shape)} for "
            f"{tuple(x.shape)}"
        )
    steps, margin = as_pair("stride", stride, 1), as_pair("padding", padding, 0)
    more, apart = as_pair("output_padding", output_padding, 0), as_pair("dilation", dilation, 1)
    spread = x.new_zeros(
        *x.shape[:2], *((n - 1) * s + 1 for n, s in zip(x.shape[2:], steps, strict=True))
    )
    spread[..., :: steps[0], :: steps[1]] = x
    rows, columns = (
        (k - 1) * d - p for k, d, p in zip(weight.shape[2:], apart, margin, strict=True)
    )
    spread = F.pad(spread, (columns, columns + more[1], rows, rows + more[0]))
    half = [d * (k - 1) // 2 for k, d in zip(weight.shape[2:], apart, strict=True)]
    size = [n - 2 * h for n, h in zip(spread.shape[2:], half, strict=True)]
    if list(guide.shape[2:]) != size:
        raise ValueError(
            f"guide must have the output's size, {tuple(size)}, got {tuple(guide.shape)}"
        )
    # zeros around the guide, as in a convolution that keeps its size
    around = F.pad(guide, (half[1], half[1], half[0], half[0]))
    return pixel_adaptive_conv2d(
        spread, around, weight.transpose(0, 1), bias, 1, 0, apart, kernel=kernel
    )
