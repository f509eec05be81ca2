"""Exercise 1: a small kernel in the middle of a larger one."""

import torch
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch04.middle_mistakes import HINTS, MISTAKES
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise
from dynconv_lite.reparam import pad_kernel


def _put_in_the_middle(weight: Tensor, size: int) -> Tensor:
    """Return a kernel with zeros around it.

    Args:
        weight: (O, C, s, s), s odd.
        size: the larger size, odd.

    Returns:
        (O, C, size, size).
    """
    return pad_kernel(weight, size)


@exercise("Exercise 1: a small kernel in a large one", fallback=_put_in_the_middle)
def put_in_the_middle(answer: Answer, random: Random) -> None:
    """Check `put_in_the_middle(weight, size)`: (O, C, s, s) -> (O, C, size, size)."""
    cases = [
        Case({"weight": random.normal(o, c, s, s, dtype=dtype), "size": size}, new)
        for new, o, c, s, size, dtype in (
            ("one pixel in three", 1, 1, 1, 3, torch.float32),
            ("several channels", 3, 2, 1, 3, torch.float32),
            ("a larger kernel around it", 3, 2, 1, 2 * random.integer(3, 5) + 1, torch.float32),
            ("a small kernel of 3 x 3", 4, 2, 3, 5, torch.float32),
            ("5 x 5 in 31 x 31", 2, 1, 5, 31, torch.float32),
            ("nothing to add", 2, 3, 3, 3, torch.float32),
            ("float64", 2, 3, 3, 7, torch.float64),
        )
    ]
    answer.compare(
        _put_in_the_middle,
        cases,
        MISTAKES,
        result="a kernel (O, C, size, size)",
        hints=HINTS,
    )
