"""What a training for super-resolution asks for: its losses, and patches in other light.

A table is no convolution: what it learns about an edge from 40 to 90 says nothing about the same
edge from 140 to 190, or from 90 to 40, because other rows are read. Pictures in other light
(all grey levels moved by as much) and their negatives are as good as pictures of their own, and
show the tables every edge in many places.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from types import MappingProxyType

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from data_utils import SRPair, matlab_bicubic

FLOOR = 1e-4  # of a mean squared error: what is better than 40 dB hardly counts
MOVED = 0.5  # share of patches in other light


def log_mse(answer: Tensor, target: Tensor) -> Tensor:
    """Return the mean over patches of the logarithm of each one's mean squared error.

    PSNR is the logarithm of an error, and papers report its mean over pictures. The mean squared
    error of all patches together is mostly that of the patches that cannot be predicted; its
    logarithm counts by what share of its error each of them improves.

    Args:
        answer: (B, C, H, W), 0..1.
        target: Of the same shape.

    Returns:
        The mean of ln(error + 1e-4), without axes; times -10 / ln 10 it is nearly a mean PSNR.
    """
    return ((answer - target).square().mean((1, 2, 3)) + FLOOR).log().mean()


LOSSES: Mapping[str, Callable[[Tensor, Tensor], Tensor]] = MappingProxyType(
    {"mse": F.mse_loss, "log_mse": log_mse}
)


def relight(x: Tensor, y: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Show half of the patches in other light, and then half of all as their negatives.

    A patch is moved by whole grey levels, as far as neither of its two pictures leaves 0..1, so
    that what the one should become stays exact.

    Args:
        x: Low resolution (B, C, H, W), 0..1 in steps of 1 / 255.
        y: High resolution (B, C, r H, r W), as well.
        generator: On the CPU.

    Returns:
        Both, changed alike.
    """
    drawn = torch.rand(3, len(x), 1, 1, 1, generator=generator).to(x.device)
    every = (1, 2, 3)
    low = torch.minimum(x.amin(every, keepdim=True), y.amin(every, keepdim=True))  # (B, 1, 1, 1)
    high = torch.maximum(x.amax(every, keepdim=True), y.amax(every, keepdim=True))
    move = ((drawn[0] * (1 - high + low) - low) * 255).round() / 255
    move = torch.where(drawn[1] < MOVED, move, 0)
    negative = drawn[2] < 0.5
    moved = [torch.where(negative, 1 - (each + move), each + move) for each in (x, y)]
    return moved[0], moved[1]


def with_halves(pairs: Iterable[SRPair], scale: int) -> Iterator[SRPair]:
    """Give every pair, and one more of its picture at half the size, which has sharper edges.

    Args:
        pairs: RGB pictures in both resolutions, the high one at least 2 `scale` pixels to a side.
        scale: How many times larger the high one is.
    """
    for pair in pairs:
        yield pair
        half = matlab_bicubic(pair.hr, Fraction(1, 2))
        height, width = (size // scale * scale for size in half.shape[:2])
        hr = np.ascontiguousarray(half[:height, :width])
        yield SRPair(f"{pair.name}, halved", matlab_bicubic(hr, Fraction(1, scale)), hr)
