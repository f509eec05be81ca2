"""Exercise 6: a row of pieces as one kernel."""

import torch
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch06.strip_mistakes import HINTS, MISTAKES
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise
from dynconv_lite.shiftwise import large_kernel


def _strip_kernel(pieces: Tensor, offsets: list[int]) -> Tensor:
    """Return the one kernel that a row of pieces is; what overlaps is added up.

    Args:
        pieces: (C, P, n, n), n odd.
        offsets: P columns, from the output's pixel to the right to the middle of each piece.

    Returns:
        (C, 1, n, S): S odd, as small as can be, with the output's pixel in the middle.
    """
    return large_kernel(pieces, tuple(offsets), "horizontal")


@exercise("Exercise 6: the strip", fallback=_strip_kernel)
def strip_kernel(answer: Answer, random: Random) -> None:
    """Check `strip_kernel(pieces, offsets)`: (C, P, n, n) -> (C, 1, n, S)."""
    cases = []
    for new, c, n, places, dtype in (
        ("one piece, in the middle", 1, 3, [0], torch.float32),
        ("pieces of one pixel", 1, 1, [-1, 0, 1], torch.float32),
        ("three pieces of 3 x 3 pixels", 1, 3, [-3, 0, 3], torch.float32),
        ("several channels", random.integer(3, 5), 3, [-3, 0, 3], torch.float32),
        ("an even number of pieces", 2, 3, [-2, 1], torch.float32),
        ("as many channels as pieces as rows", 5, 5, [-10, -5, 0, 5, 10], torch.float32),
        ("pieces with gaps, in any order", 2, 3, [5, -7, 0], torch.float32),
        ("pieces that overlap", 2, 5, [-3, 0, 1, 4], torch.float32),
        ("the paper's largest kernel", 2, 5, list(range(-25, 26, 5)), torch.float32),
        ("float64", 3, 5, [-3, 2], torch.float64),
    ):
        pieces = random.normal(c, len(places), n, n, dtype=dtype)
        cases.append(Case({"pieces": pieces, "offsets": places}, new))
    answer.compare(
        _strip_kernel,
        cases,
        MISTAKES,
        result="a kernel (C, 1, n, S), with the output's pixel in the middle",
        hints=HINTS,
    )
