"""Exercise 4: the one kernel that a convolution in all four turns is."""

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch08.kernel_mistakes import HINTS, MISTAKES
from dynconv_lite.course.checks.ch08.turning_mistakes import in_turns
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise
from dynconv_lite.shiftwise.layer import turned


def _turned_kernel(weight: Tensor) -> Tensor:
    """Return the one kernel that convolving by `weight` in all four turns is.

    Args:
        weight: (C, 1, S, S), S odd.

    Returns:
        (C, 1, S, S).
    """
    return turned(weight)


def _measured(weight: Tensor) -> Tensor:
    """Return the same kernel, read off what the four convolutions make of a single bright pixel.

    A convolution lays its kernel around the pixel, upside down: what meets the pixel from above
    stands above it in the kernel.
    """
    size, channels = weight.shape[-1], len(weight)
    pixel = weight.new_zeros(1, channels, 2 * size - 1, 2 * size - 1)
    pixel[:, :, size - 1, size - 1] = 1
    response = in_turns(lambda x: F.conv2d(x, weight, padding=size // 2, groups=channels))(pixel)
    m = size // 2
    return response[0, :, None, m : m + size, m : m + size].flip(2, 3)


@exercise("Exercise 4: four turns, one kernel", fallback=_turned_kernel)
def turned_kernel(answer: Answer, random: Random) -> None:
    """Check `turned_kernel(weight)`: (C, 1, S, S) -> (C, 1, S, S)."""
    cases = []
    for new, channels, size, dtype in (
        ("one kernel of 3 x 3 pixels", 1, 3, torch.float32),
        ("a kernel of 5 x 5 pixels", 1, 5, torch.float32),
        ("several channels", random.integer(2, 4), 3, torch.float32),
        ("as many channels as rows", 5, 5, torch.float32),
        ("a kernel of one pixel", 2, 1, torch.float32),
        ("a large kernel", 3, 2 * random.integer(5, 8) + 1, torch.float32),
        ("float64", 3, 7, torch.float64),
    ):
        weight = random.normal(channels, 1, size, size, dtype=dtype)
        cases.append(Case({"weight": weight}, new))
    answer.compare(_measured, cases, MISTAKES, result="a tensor (C, 1, S, S)", hints=HINTS)
