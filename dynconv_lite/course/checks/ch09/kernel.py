"""Exercise 5: a linear layer behind shifted maps is a convolution."""

import torch
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch09.kernel_mistakes import HINTS, MISTAKES
from dynconv_lite.course.checks.ch09.pixels import Pixel
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise

SQUARE = [(0, 0), (0, 1), (1, 0), (1, 1)]
AROUND = [(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1)]


def _as_convolution(weight: Tensor, offsets: list[Pixel]) -> Tensor:
    """Return the kernel that a 1 x 1 layer behind shifted and concatenated maps is.

    Args:
        weight: (O, C * n): columns i * C to i * C + C - 1 meet the map shifted by offsets[i].
        offsets: n pairs (dy, dx); where two are equal their weights add up.

    Returns:
        (O, C, 2 r + 1, 2 r + 1) with r the largest |dy| or |dx|, the output's pixel in the middle.
    """
    reach = max(abs(step) for offset in offsets for step in offset)
    taps = weight.unflatten(1, (len(offsets), -1))  # (O, n, C)
    kernel = weight.new_zeros(len(weight), taps.shape[2], 2 * reach + 1, 2 * reach + 1)
    for i, (dy, dx) in enumerate(offsets):
        kernel[:, :, reach + dy, reach + dx] += taps[:, i]
    return kernel


@exercise("Exercise 5: the mix as a convolution", fallback=_as_convolution)
def as_convolution(answer: Answer, random: Random) -> None:
    """Check `as_convolution(weight, offsets)`: (O, C * n) -> (O, C, 2 r + 1, 2 r + 1)."""
    cases = []
    for new, o, c, offsets, dtype in (
        ("the pixel itself", 1, 1, [(0, 0)], torch.float32),
        ("the pixel on the right", 1, 1, [(0, 1)], torch.float32),
        ("2 x 2 pixels", 1, 1, SQUARE, torch.float32),
        ("several outputs", 3, 1, SQUARE, torch.float32),
        ("several channels", 3, 2, SQUARE, torch.float32),
        ("above and on the left", 3, 2, [(0, 0), (-1, 0), (0, -1)], torch.float32),
        ("further to the side than down", 2, 3, [(1, -3), (0, 2)], torch.float32),
        ("further down than to the side", 2, 3, [(3, 1), (-2, 0)], torch.float32),
        ("further up than anywhere", 2, 3, [(-4, 1), (2, 0)], torch.float32),
        ("the same pixel twice", 2, 3, [(1, 0), (0, -1), (1, 0)], torch.float32),
        ("four of everything", 4, 4, SQUARE, torch.float32),
        ("3 x 3 pixels", 2, random.integer(4, 5), AROUND, torch.float32),
        ("one pixel five times", 2, 3, [(0, 0)] * 5, torch.float32),
        ("float64", 3, 2, [(0, 2), (-1, -2), (0, 2), (1, 1)], torch.float64),
    ):
        weight = random.normal(o, c * len(offsets), dtype=dtype)
        cases.append(Case({"weight": weight, "offsets": offsets}, new))
    answer.compare(
        _as_convolution,
        cases,
        MISTAKES,
        result="a kernel (O, C, 2 r + 1, 2 r + 1), the output's pixel in the middle",
        hints=HINTS,
    )
