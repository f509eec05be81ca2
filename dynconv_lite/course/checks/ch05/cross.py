"""Exercise 6: SLaK's strips and square in one kernel."""

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch05.cross_mistakes import HINTS, MISTAKES
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise


def _cross_kernel(vertical: Tensor, horizontal: Tensor, square: Tensor) -> Tensor:
    """Return the kernel that does what three do together, all around the same middle.

    Args:
        vertical: (C, 1, K, s).
        horizontal: (C, 1, s, K).
        square: (C, 1, s, s).

    Returns:
        (C, 1, K, K).
    """
    m = (vertical.shape[2] - vertical.shape[3]) // 2
    return (
        F.pad(vertical, (m, m, 0, 0)) + F.pad(horizontal, (0, 0, m, m)) + F.pad(square, [m] * 4)
    )  # (C, 1, K, K)


@exercise("Exercise 6: SLaK's cross", fallback=_cross_kernel)
def cross_kernel(answer: Answer, random: Random) -> None:
    """Check `cross_kernel(vertical, horizontal, square)` -> (C, 1, K, K)."""
    cases = []
    for new, c, k, s, dtype in (
        ("strips no longer than wide", 1, 3, 3, torch.float32),
        ("strips of 5 x 1 pixels", 1, 5, 1, torch.float32),
        ("strips of 7 x 3 pixels", 1, 7, 3, torch.float32),
        ("several channels", random.integer(3, 5), 9, 3, torch.float32),
        ("as many channels as rows", 7, 7, 5, torch.float32),
        ("SLaK's sizes", 2, 51, 5, torch.float32),
        ("float64", 3, 2 * random.integer(4, 6) + 1, 3, torch.float64),
    ):
        shapes = {"vertical": (k, s), "horizontal": (s, k), "square": (s, s)}
        drawn = {name: random.normal(c, 1, *size, dtype=dtype) for name, size in shapes.items()}
        cases.append(Case(drawn, new))
    answer.compare(_cross_kernel, cases, MISTAKES, result="a kernel (C, 1, K, K)", hints=HINTS)
