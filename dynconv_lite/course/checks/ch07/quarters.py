"""Exercise 2: a quarter of the channels in each direction."""

import torch
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch07.quarters_mistakes import HINTS, MISTAKES
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise
from dynconv_lite.jitter import shift_by_direction


def _shift_det(x: Tensor) -> Tensor:
    """Return x (B, C, H, W) with its quarters of channels moved up, down, left and right."""
    channels = x.shape[1]
    return shift_by_direction(x, torch.arange(channels, device=x.device) * 4 // channels)


@exercise("Exercise 2: a quarter of the channels in each direction", fallback=_shift_det)
def shift_det(answer: Answer, random: Random) -> None:
    """Check `shift_det(x)`: (B, C, H, W), C a multiple of 4 -> (B, C, H, W)."""
    cases = []
    for new, b, c, dtype in (
        ("four channels", 1, 4, torch.float32),
        ("more channels", 1, 8, torch.float32),
        ("several images", random.integer(2, 3), 12, torch.float32),
        ("64 channels", 1, 64, torch.float32),
        ("a number of channels that is no power of 2", 2, 20, torch.float32),
        ("float64", 2, 8, torch.float64),
    ):
        x = random.normal(b, c, random.integer(4, 5), random.integer(6, 7), dtype=dtype)
        cases.append(Case({"x": x}, new))
    answer.compare(
        _shift_det,
        cases,
        MISTAKES,
        result="a tensor (B, C, H, W) of x's shape",
        hints=HINTS,
    )
