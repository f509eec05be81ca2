"""Exercise 2: doing nothing, as a kernel."""

import torch
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch04.identity_mistakes import HINTS, MISTAKES
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise
from dynconv_lite.reparam import identity_kernel


def _identity_like(weight: Tensor) -> Tensor:
    """Return the kernel, of the shape of `weight`, that gives back every channel as it is.

    Args:
        weight: (C, C / groups, k, k), k odd; only its shape and dtype matter.

    Returns:
        (C, C / groups, k, k).
    """
    channels, inside, *size = weight.shape
    return identity_kernel(channels, channels // inside, size, dtype=weight.dtype)


@exercise("Exercise 2: the identity as a kernel", fallback=_identity_like)
def identity_like(answer: Answer, random: Random) -> None:
    """Check `identity_like(weight)`: the identity, (C, C / groups, k, k)."""
    n = random.integer(3, 6)
    cases = [
        Case({"weight": random.normal(c, inside, k, k, dtype=dtype)}, new)
        for new, c, inside, k, dtype in (
            ("one channel", 1, 1, 3, torch.float32),
            ("several channels", n, n, 3, torch.float32),
            ("a kernel of 5 x 5", n, n, 5, torch.float32),
            ("a kernel of one pixel", n, n, 1, torch.float32),
            ("two groups", 2 * n, n, 3, torch.float32),
            ("more groups", 12, 3, 3, torch.float32),
            ("depth-wise, a channel to each group", 5, 1, 7, torch.float32),
            ("float64", 8, 4, 3, torch.float64),
        )
    ]
    answer.compare(
        _identity_like, cases, MISTAKES, result="a kernel of the shape of weight", hints=HINTS
    )
