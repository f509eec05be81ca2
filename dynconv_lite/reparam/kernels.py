"""Kernels as things to add: put a small one into a large one, write down the identity, sum up.

A convolution is linear in its kernel, so that x * w1 + x * w2 = x * (w1 + w2), where both kernels
have the same size and stand on the same pixel.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.validation import as_pair, check_count

Pair = int | Sequence[int]


def pad_kernel(weight: Tensor, kernel_size: Pair) -> Tensor:
    """Put a kernel in the middle of a larger one of zeros.

    A convolution by the larger kernel K x K with padding p equals one by the smaller s x s with
    padding p - (K - s) / 2.

    Args:
        weight: Tensor (O, C / groups, s, s), whose sides may differ.
        kernel_size: The larger size, one integer or (rows, columns).

    Returns:
        Tensor (O, C / groups, K, K).

    Raises:
        ValueError: If the kernel is larger, or has no middle place: one size odd, the other even.
    """
    size = as_pair("kernel_size", kernel_size, 1)
    if weight.ndim != 4:
        raise ValueError(f"weight must be (O, C / groups, s, s), got {tuple(weight.shape)}")
    rows, columns = (large - small for large, small in zip(size, weight.shape[2:], strict=True))
    if min(rows, columns) < 0:
        raise ValueError(
            f"weight must be no larger than kernel_size = {size}, got {tuple(weight.shape[2:])}"
        )
    if rows % 2 or columns % 2:
        raise ValueError(
            f"weight must have a middle place in kernel_size = {size}, both odd or both even, "
            f"got {tuple(weight.shape[2:])}"
        )
    return F.pad(weight, (columns // 2, columns // 2, rows // 2, rows // 2))


def identity_kernel(
    channels: int,
    groups: int = 1,
    kernel_size: Pair = 1,
    *,
    dtype: torch.dtype | None = None,
    device: torch.device | str | None = None,
) -> Tensor:
    """Return the kernel that gives back every channel as it is.

    Output o takes the 1 in the middle of the kernel of input o, which in its group is number
    o mod (C / groups).

    Args:
        channels: Channels C, in and out.
        groups: Groups of channels; divides C.
        kernel_size: Odd, one integer or (rows, columns).
        dtype: Of the kernel.
        device: Of the kernel.

    Returns:
        Tensor (C, C / groups, K, K).

    Raises:
        ValueError: If a number is out of range, or an even kernel has no middle.

    Source: Ding et al. 2021 (RepVGG), section 3.3.
    """
    check_count("channels", channels)
    check_count("groups", groups)
    if channels % groups:
        raise ValueError(f"channels must be a multiple of groups = {groups}, got {channels}")
    rows, columns = as_pair("kernel_size", kernel_size, 1)
    if not rows % 2 or not columns % 2:
        raise ValueError(f"kernel_size must be odd to have a middle, got {kernel_size!r}")
    inside = channels // groups
    eye = torch.eye(inside, dtype=dtype, device=device).repeat(groups, 1)  # (C, C / groups)
    return pad_kernel(eye[:, :, None, None], (rows, columns))


def merge_kernels(kernels: Sequence[tuple[Tensor, Tensor | None]]) -> tuple[Tensor, Tensor | None]:
    """Sum kernels and biases, each kernel in the middle of the largest size.

    Args:
        kernels: Pairs of a kernel (O, C / groups, s, s) and a bias (O,) or None. Their sizes may
            differ, in rows and in columns: 1 x 5 and 5 x 1 make 5 x 5.

    Returns:
        The kernel (O, C / groups, K, K) and the bias (O,), None if none has one.

    Raises:
        ValueError: If there is none, or they do not fit together.

    Source: Ding et al. 2021 (RepVGG), figure 4.
    """
    if not kernels:
        raise ValueError("kernels must hold at least one pair of kernel and bias, got none")
    first = kernels[0][0]
    for weight, bias in kernels:
        if weight.ndim != 4 or weight.shape[:2] != first.shape[:2]:
            raise ValueError(
                f"kernels must all be {tuple(first.shape[:2])} by their size, "
                f"got {tuple(weight.shape)}"
            )
        if bias is not None and bias.shape != first.shape[:1]:
            raise ValueError(
                f"kernels must have biases of shape {tuple(first.shape[:1])}, "
                f"got {tuple(bias.shape)}"
            )
    size = tuple(max(weight.shape[axis] for weight, _ in kernels) for axis in (2, 3))
    biases = [bias for _, bias in kernels if bias is not None]
    weight = torch.stack([pad_kernel(weight, size) for weight, _ in kernels]).sum(0)
    return weight, torch.stack(biases).sum(0) if biases else None
