"""Exercise 5: convolved by small pieces, shifted apart, and added."""

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch06.row_mistakes import HINTS, MISTAKES
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise
from dynconv_lite.shiftwise import large_kernel


def _row_of_pieces(x: Tensor, pieces: Tensor, offsets: list[int]) -> Tensor:
    """Return the sum of x convolved by each piece where it stands, by one strip.

    Args:
        x: (B, C, H, W); zero beyond its edges.
        pieces: (C, P, n, n), n odd.
        offsets: P columns, from the output's pixel to the right to the middle of each piece.

    Returns:
        (B, C, H, W).
    """
    strip = large_kernel(pieces, tuple(offsets), "horizontal")  # (C, 1, n, S)
    margins = (strip.shape[2] // 2, strip.shape[3] // 2)
    return F.conv2d(x, strip, padding=margins, groups=len(strip))


@exercise("Exercise 5: a row of pieces", fallback=_row_of_pieces)
def row_of_pieces(answer: Answer, random: Random) -> None:
    """Check `row_of_pieces(x, pieces, offsets)`: (B, C, H, W) -> (B, C, H, W)."""
    answer.compare(
        _row_of_pieces, cases(random), MISTAKES, result="a tensor (B, C, H, W)", hints=HINTS
    )


def cases(random: Random) -> list[Case]:
    """Return calls from a single pixel to rows wider than the map."""
    b, high, wide = random.integer(2, 3), random.integer(6, 7), random.integer(10, 11)
    drawn = []
    for new, images, c, n, places, size, dtype in (
        ("pieces of one pixel", 1, 1, 1, [-1, 0, 1], (6, 6), torch.float32),
        ("a piece of 3 x 3 pixels, in the middle", 1, 1, 3, [0], (6, 6), torch.float32),
        ("pieces that reach beyond the edge", 1, 1, 3, [-3, 0, 3], (8, 8), torch.float32),
        ("a map that is wider than high", 1, 1, 3, [-3, 0, 3], (high, wide), torch.float32),
        ("several channels", 1, 4, 3, [-3, 0, 3], (high, wide), torch.float32),
        ("several images", b, 4, 3, [-3, 0, 3], (high, wide), torch.float32),
        ("an even number of pieces", b, 2, 3, [-2, 1], (high, wide), torch.float32),
        ("all sizes the same", 5, 5, 5, [-10, -5, 0, 5, 10], (5, 5), torch.float32),
        ("a row longer than the map", b, 2, 3, [-9, -6, -3, 0, 3, 6, 9], (4, 8), torch.float32),
        ("offsets in any order", b, 3, 3, [5, -4, 1, -3], (high, wide), torch.float32),
        ("float64", b, 2, 5, [-5, 0, 5], (wide, high), torch.float64),
    ):
        arguments = {
            "x": random.normal(images, c, *size, dtype=dtype),
            "pieces": random.normal(c, len(places), n, n, dtype=dtype),
            "offsets": places,
        }
        drawn.append(Case(arguments, new))
    return drawn
