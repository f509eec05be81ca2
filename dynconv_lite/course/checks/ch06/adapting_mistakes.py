"""What goes wrong in pixel-adaptive convolution."""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.case import Function, Hint, Mistake
from dynconv_lite.course.checks.ch06.alike_mistakes import Move, like, moved, rolled

Change = Callable[[Tensor], Tensor]
# how much a tap counts, (B, H, W), given the guide and where its neighbour lies
Factor = Callable[[Tensor, int, int], Tensor]
_LIKE: Factor = like()


def _adaptive(
    factor: Factor = _LIKE,
    kernel: Change = lambda w: w,
    meet: Move = moved,
    norm: Callable[[Any, Any, int], Any] = lambda factors, inside, taps: 1,
) -> Function:
    """Return the exercise's function, or a mistake: with one of its steps replaced."""

    def pixel_adaptive(x: Tensor, guide: Tensor, weight: Tensor) -> Tensor:
        w = kernel(weight)
        m = w.shape[-1] // 2
        y: Any = 0
        factors: Any = 0  # the sum of all taps' factors
        inside: Any = 0  # that of the taps inside the image
        for dy in range(-m, m + 1):
            for dx in range(-m, m + 1):
                share = factor(guide, dy, dx)[:, None]  # (B, 1, H, W)
                seen = meet(x, dy, dx) * share  # (B, C, H, W)
                y = y + torch.einsum("oc,bchw->bohw", w[:, :, m + dy, m + dx], seen)
                factors = factors + share
                inside = inside + share * moved(torch.ones_like(share), dy, dx)
        result: Tensor = y / norm(factors, inside, w[0, 0].numel())
        return result

    return pixel_adaptive


def _with_factor(measure: Change, factor: Change = lambda d: torch.exp(-d / 2)) -> Function:
    """Return the mistake of another likeness."""
    return _adaptive(like(measure=measure, factor=factor))


def _squared(d: Tensor) -> Tensor:
    return d.square().sum(1)


def _carried(x: Tensor, guide: Tensor, weight: Tensor) -> Tensor:
    """Weight x by the likeness at the neighbour's place, and move the product."""
    m, total = weight.shape[-1] // 2, x.new_zeros(())
    for dy in range(-m, m + 1):
        for dx in range(-m, m + 1):
            seen = moved(x * _LIKE(guide, dy, dx)[:, None], dy, dx)
            total = total + torch.einsum("oc,bchw->bohw", weight[:, :, m + dy, m + dx], seen)
    return total


def _cropped(x: Tensor, guide: Tensor, weight: Tensor) -> Tensor:
    m, (high, wide) = weight.shape[-1] // 2, x.shape[2:]
    result: Tensor = _adaptive()(x, guide, weight)[..., m : high - m, m : wide - m]
    return result


def _last(x: Tensor, guide: Tensor, weight: Tensor) -> Tensor:
    m = weight.shape[-1] // 2
    seen = moved(x, m, m) * _LIKE(guide, m, m)[:, None]
    return torch.einsum("oc,bchw->bohw", weight[:, :, -1, -1], seen)


def _sum_of_likeness(guide: Tensor, weight: Tensor) -> Tensor:
    m = weight.shape[-1] // 2
    steps = range(-m, m + 1)
    return torch.stack([_LIKE(guide, dy, dx) for dy in steps for dx in steps], 1).sum(
        1, keepdim=True
    )


WRAPS = "x wraps around: what lies outside of it is taken from its other side. There x is 0."
HINTS = [
    Hint(
        "The channels do not meet: weight is (O, C, K, K), so the matrix of a tap, "
        "weight[:, :, i, j], is O x C, and takes C channels to O.",
        "RuntimeError: .*(einsum|mat1 and mat2|groups=|expected .* channels)",
    ),
    Hint(
        "The factor is (B, H, W), one for all channels of a pixel: factor[:, None] meets "
        "(B, C, H, W). And the neighbour's map must have H x W pixels: pad x by K // 2 zeros, and "
        "take H rows from row i on and W columns from column j on.",
        "RuntimeError: The size of tensor",
    ),
]
MISTAKES = [
    Mistake(
        "This is a plain convolution: each tap counts as much as likeness(guide, dy, dx) says.",
        _adaptive(lambda guide, dy, dx: torch.ones_like(guide[:, 0])),
    ),
    Mistake(
        "The result is normalised by the sum of the factors. Here it is not: leave the sum as it "
        "is.",
        _adaptive(norm=lambda factors, inside, taps: factors),
    ),
    Mistake(
        "The result is normalised by the factors inside the image. Here it is not: leave the sum "
        "as it is.",
        _adaptive(norm=lambda factors, inside, taps: inside),
    ),
    Mistake(
        "This is the mean over the taps. Take the sum.",
        _adaptive(norm=lambda factors, inside, taps: taps),
    ),
    Mistake(
        "The kernel is flipped. Tap (i, j) meets the neighbour i - K // 2 rows below and "
        "j - K // 2 columns to the right.",
        _adaptive(kernel=lambda w: w.flip(2, 3)),
    ),
    Mistake(
        "Rows and columns of the kernel are swapped: the first of its two indices, axis 2, counts "
        "rows.",
        _adaptive(kernel=lambda w: w.mT),
    ),
    Mistake(
        "Inputs and outputs are swapped in the kernel. weight is (O, C, K, K): output o sums "
        "weight[o, c] over c.",
        _adaptive(kernel=lambda w: w.transpose(0, 1)),
    ),
    Mistake(
        "The factor is that of the opposite neighbour. Move the guide as x is moved, by "
        "i - K // 2 rows and j - K // 2 columns.",
        _adaptive(lambda guide, dy, dx: _LIKE(guide, -dy, -dx)),
    ),
    Mistake(
        "x is moved the wrong way: tap (i, j) looks i - K // 2 rows down and j - K // 2 columns to "
        "the right, in x as in the guide.",
        _adaptive(meet=lambda x, dy, dx: moved(x, -dy, -dx)),
    ),
    Mistake(
        "Rows and columns are swapped in the factor: likeness(guide, dy, dx) takes the rows first.",
        _adaptive(lambda guide, dy, dx: _LIKE(guide, dx, dy)),
    ),
    Mistake(
        "The factor is squared, or lacks its 1/2: it is exp(-|f_i - f_j|^2 / 2), once.",
        _with_factor(_squared, lambda d: torch.exp(-d)),
    ),
    Mistake(
        "The factor falls with the distance, not with its square: exp(-|f_i - f_j|^2 / 2).",
        _with_factor(lambda d: _squared(d).sqrt()),
    ),
    Mistake(
        "The factor averages over the channels of the guide. |f_i - f_j|^2 is a sum.",
        _with_factor(lambda d: d.square().mean(1)),
    ),
    Mistake(
        "The factor is the squared distance itself. The more alike the guide is, the more a tap "
        "counts: exp(-|f_i - f_j|^2 / 2).",
        _with_factor(_squared, lambda d: d),
    ),
    Mistake(
        "The factor grows with the distance: it lacks its minus sign.",
        _with_factor(_squared, lambda d: torch.exp(d / 2)),
    ),
    Mistake(
        "x is compared with itself. The factors come from the guide.",
        lambda x, guide, weight: _adaptive()(x, x, weight),
    ),
    Mistake(
        "The guide is convolved. The factors come from the guide; what they weight is x.",
        lambda x, guide, weight: _adaptive()(guide, guide, weight),
    ),
    Mistake(
        "All images are given the factors of the first. Every image has a guide of its own.",
        lambda x, guide, weight: _adaptive()(x, guide[:1].expand_as(guide), weight),
    ),
    Mistake(
        "All images are given the same factors, the mean over the batch. Every image has a guide "
        "of its own.",
        _adaptive(lambda guide, dy, dx: _LIKE(guide, dy, dx).mean(0, keepdim=True)),
    ),
    Mistake(
        "The factor is moved together with x, and so belongs to the neighbour. Weight x where it "
        "has been moved to: the factor is the output's.",
        _carried,
    ),
    Mistake(
        "The guide is moved, but x is not: a tap adds its neighbour's x.",
        _adaptive(meet=lambda x, dy, dx: x),
    ),
    Mistake(
        "The padding is forgotten: the result is smaller than x. Put K // 2 zeros on every side.",
        _cropped,
    ),
    Mistake(WRAPS, _adaptive(meet=rolled)),
    Mistake(WRAPS, _adaptive(like(rolled), meet=rolled)),
    Mistake(
        "Only the last tap is left: the result is overwritten in every turn. Add to it.",
        _last,
    ),
    Mistake(
        "The likeness weights the result of a plain convolution. It differs from tap to tap: "
        "weight before the taps are added.",
        lambda x, guide, weight: (
            F.conv2d(x, weight, padding=weight.shape[-1] // 2) * _sum_of_likeness(guide, weight)
        ),
    ),
]
