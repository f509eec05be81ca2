"""Exercise 2: the maps of pieces along a diagonal, shifted and added."""

import torch
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch08.diagonal_mistakes import HINTS, MISTAKES
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise
from dynconv_lite.shiftwise import shift2d


def _diagonal_row(maps: Tensor, places: list[int]) -> Tensor:
    """Return the sum of maps, each read where its piece stands.

    Args:
        maps: (B, P, H, W); zero beyond its edges.
        places: P numbers of pixels, down and to the right, of the pieces from the output's pixel.

    Returns:
        (B, H, W): out[y, x] = sum_i maps_i[y + places[i], x + places[i]].
    """
    moved = [shift2d(maps[:, i], -place, -place) for i, place in enumerate(places)]
    return torch.stack(moved).sum(0)


@exercise("Exercise 2: along the diagonal", fallback=_diagonal_row)
def diagonal_row(answer: Answer, random: Random) -> None:
    """Check `diagonal_row(maps, places)`: (B, P, H, W) -> (B, H, W)."""
    b, high, wide = random.integer(2, 3), random.integer(6, 7), random.integer(9, 10)
    cases = []
    for new, images, places, size, dtype in (
        ("one piece, in the middle", 1, [0], (6, 6), torch.float32),
        ("a piece down and to the right", 1, [random.integer(1, 2)], (6, 6), torch.float32),
        ("several pieces", 1, [0, 1, 2], (6, 6), torch.float32),
        ("pieces up and to the left", 1, [-3, 0, 3], (8, 8), torch.float32),
        ("maps that are wider than high", 1, [-3, 0, 3], (high, wide), torch.float32),
        ("several images", b, [-3, 0, 3], (high, wide), torch.float32),
        ("an even number of pieces", b, [-2, 1], (high, wide), torch.float32),
        ("as many images as pieces as rows", 5, [-4, -2, 0, 2, 4], (5, 5), torch.float32),
        ("places in any order", b, [5, -4, 1, -3], (high, wide), torch.float32),
        ("two pieces at one place", b, [2, -1, 2], (high, wide), torch.float32),
        ("a place farther down than the maps are high", b, [-5, 0, 5], (4, 8), torch.float32),
        ("places outside of the maps only", b, [-30, 12], (high, wide), torch.float32),
        ("float64", b, [-2, 0, 3], (wide, high), torch.float64),
    ):
        maps = random.normal(images, len(places), *size, dtype=dtype)
        cases.append(Case({"maps": maps, "places": places}, new))
    answer.compare(_diagonal_row, cases, MISTAKES, result="a tensor (B, H, W)", hints=HINTS)
