"""How a layer behind shifted maps becomes a kernel, with steps that mistakes replace."""

from collections.abc import Callable

import torch
from torch import Tensor

from dynconv_lite.course.case import Function
from dynconv_lite.course.checks.ch09.pixels import Pixel

Split = Callable[[Tensor, int], Tensor]


def blocks(weight: Tensor, n: int) -> Tensor:
    """Return the weights (O, n, C) of every shifted map."""
    return weight.unflatten(1, (n, -1))


def furthest(offsets: list[Pixel]) -> int:
    """Return the largest |dy| or |dx|."""
    return max(abs(step) for offset in offsets for step in offset)


def as_kernel(
    split: Split = blocks,
    place: Callable[[int, int], Pixel] = lambda dy, dx: (dy, dx),
    reach: Callable[[list[Pixel]], int] = furthest,
    write: Callable[[Tensor, Tensor], Tensor] = torch.add,
    result: Callable[[Tensor], Tensor] = lambda kernel: kernel,
) -> Function:
    """Return the exercise's function, or a mistake: with one of its steps replaced."""

    def as_convolution(weight: Tensor, offsets: list[Pixel]) -> Tensor:
        taps, r = split(weight, len(offsets)), reach(offsets)  # (O, n, C)
        kernel = weight.new_zeros(len(taps), taps.shape[2], 2 * r + 1, 2 * r + 1)
        for i, offset in enumerate(offsets):
            dy, dx = place(*offset)
            if max(abs(dy), abs(dx)) <= r:
                at = (..., r + dy, r + dx)
                kernel[at] = write(kernel[at], taps[:, i])
        return result(kernel)

    return as_convolution


def from_top_left(weight: Tensor, offsets: list[Pixel]) -> Tensor:
    """Write each tap at its offset from the kernel's corner; negative ones come from the end."""
    kernel, taps = torch.zeros_like(as_kernel()(weight, offsets)), blocks(weight, len(offsets))
    for i, (dy, dx) in enumerate(offsets):
        kernel[:, :, dy, dx] += taps[:, i]
    return kernel


def box(weight: Tensor, offsets: list[Pixel]) -> Tensor:
    """Cut the kernel down to the box of its taps, and lose its middle."""
    kernel: Tensor = as_kernel()(weight, offsets)
    r, (rows, columns) = kernel.shape[-1] // 2, zip(*offsets, strict=True)
    return kernel[..., r + min(rows) : r + max(rows) + 1, r + min(columns) : r + max(columns) + 1]


def own_sides(weight: Tensor, offsets: list[Pixel]) -> Tensor:
    """Make the kernel as high and as wide as its taps ask for, each for itself."""
    kernel: Tensor = as_kernel()(weight, offsets)
    r = kernel.shape[-1] // 2
    up, left = (max(abs(s) for s in steps) for steps in zip(*offsets, strict=True))
    return kernel[..., r - up : r + up + 1, r - left : r + left + 1]


def averaged(weight: Tensor, offsets: list[Pixel]) -> Tensor:
    """Take the mean of the weights where offsets repeat."""
    kernel: Tensor = as_kernel()(weight, offsets)
    counts: Tensor = as_kernel()(torch.ones_like(weight), offsets)
    return kernel / counts.clamp(min=1)


def reaching_below(weight: Tensor, offsets: list[Pixel]) -> Tensor:
    """Forget how far negative steps reach: their indices count from the kernel's end."""
    r, taps = max(max(offset) for offset in offsets), blocks(weight, len(offsets))
    kernel = weight.new_zeros(len(weight), taps.shape[2], 2 * r + 1, 2 * r + 1)
    for i, (dy, dx) in enumerate(offsets):
        kernel[:, :, r + dy, r + dx] += taps[:, i]
    return kernel


def kept(old: Tensor, new: Tensor) -> Tensor:
    """Keep what is there already."""
    return torch.where(old == 0, new, old)


def reshaped(weight: Tensor, offsets: list[Pixel]) -> Tensor:
    """Take the weight for a kernel already, in the order (O, C, taps in rows)."""
    return blocks(weight, len(offsets)).mT.unflatten(2, (int(len(offsets) ** 0.5), -1))


def strewn(weight: Tensor, offsets: list[Pixel]) -> Tensor:
    """Lay the weight out as (O, C * n, 1, 1), the 1 x 1 layer itself."""
    return weight[:, :, None, None]
