"""Exercise 5: a convolution behind a shift, written as one convolution."""

import torch
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch07.folding_mistakes import HINTS, MISTAKES, placed
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise


def _fold_shift(weight: Tensor, direction: Tensor) -> Tensor:
    """Return the 5x5 kernel that does what moving the channels and then `weight` do.

    A channel that has moved by (dy, dx) shows at i + u what was at i + u - dy: its taps move the
    other way, to where the channel came from.

    Args:
        weight: (O, C, 3, 3).
        direction: of every input channel (C,): 0 up, 1 down, 2 left, 3 right.
    """
    return placed(weight, [int(d) for d in direction])


@exercise("Exercise 5: a shift folded into the kernel", fallback=_fold_shift)
def fold_shift(answer: Answer, random: Random) -> None:
    """Check `fold_shift(weight, direction)`: (O, C, 3, 3), (C,) -> (O, C, 5, 5)."""
    mixed = torch.tensor([2, 0, 3, 1, 0, 2])
    turn = random.integer(0, 5)
    cases = []
    for new, outputs, direction, dtype in (
        ("one channel that moves up", 1, torch.tensor([0]), torch.float32),
        ("a channel that moves left", 1, torch.tensor([2]), torch.float32),
        ("all four directions", 1, torch.tensor([0, 1, 2, 3]), torch.float32),
        ("several output channels", 2, torch.tensor([3, 1, 2, 0]), torch.float32),
        ("channels in any order", 3, mixed.roll(turn), torch.float32),
        ("as many output as input channels", 6, mixed.roll(-turn), torch.float32),
        ("more output than input channels", 5, mixed[:3], torch.float32),
        ("float64", 2, mixed[1:4], torch.float64),
    ):
        weight = random.normal(outputs, len(direction), 3, 3, dtype=dtype)
        cases.append(Case({"weight": weight, "direction": direction.clone()}, new))
    answer.compare(
        _fold_shift,
        cases,
        MISTAKES,
        result="a kernel (O, C, 5, 5)",
        hints=HINTS,
    )
