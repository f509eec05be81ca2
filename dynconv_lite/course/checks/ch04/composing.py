"""Exercise 6: two convolutions, one after the other, in one kernel."""

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch04.composing_mistakes import HINTS, MISTAKES
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise


def _compose(first: Tensor, second: Tensor) -> Tensor:
    """Return the kernel that does at once what two do one after the other, without padding.

    Args:
        first: (M, C, k, k).
        second: (O, M, n, n), applied to what the first gives.

    Returns:
        (O, C, k + n - 1, k + n - 1).
    """
    images = first.transpose(0, 1)  # (C, M, k, k): the inputs are the images of a batch
    full = second.shape[-1] - 1
    return F.conv2d(images, second.flip(2, 3), padding=full).transpose(0, 1)


@exercise("Exercise 6: two kernels, one after the other", fallback=_compose)
def compose(answer: Answer, random: Random) -> None:
    """Check `compose(first, second)` -> (O, C, k + n - 1, k + n - 1)."""
    m = random.integer(4, 6)
    cases = [
        Case(
            {
                "first": random.normal(middle, c, k, k, dtype=dtype),
                "second": random.normal(o, middle, n, n, dtype=dtype),
            },
            new,
        )
        for new, c, middle, o, k, n, dtype in (
            ("kernels of one pixel: a product of two matrices", 3, 3, 3, 1, 1, torch.float32),
            ("a first kernel of 5 x 5, a second of 3 x 3", 1, 1, 1, 5, 3, torch.float32),
            ("one channel, both 3 x 3", 1, 1, 1, 3, 3, torch.float32),
            ("several channels between the two", 1, m, 1, 3, 3, torch.float32),
            ("several inputs and outputs", 2, m, 3, 3, 3, torch.float32),
            ("sizes and channels that all differ", 3, 4, 2, 5, 3, torch.float32),
            ("a second kernel that is the larger", 3, 4, 2, 1, 5, torch.float32),
            ("as many channels everywhere", 4, 4, 4, 3, 3, torch.float32),
            ("float64", 3, 2, 4, 3, 3, torch.float64),
        )
    ]
    answer.compare(
        _compose,
        cases,
        MISTAKES,
        result="a kernel (O, C, k + n - 1, k + n - 1)",
        hints=HINTS,
    )
