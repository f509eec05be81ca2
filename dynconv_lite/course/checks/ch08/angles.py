"""Exercise 1: how much more of a field lies along the axes than along the diagonals."""

import torch
from torch import Tensor

from dynconv_lite.anisotropy import anisotropy
from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch08.angles_mistakes import HINTS, MISTAKES
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise


def _axes_over_diagonals(field: Tensor) -> float:
    """Return the mean of a field near the axes over its mean near the diagonals.

    Args:
        field: (S, S), S odd and at least 5, not negative; the middle pixel and what is farther
            from it than S // 2 are left out.

    Returns:
        The ratio of the means over the pixels within 22.5 degrees of an axis and of a diagonal.
    """
    return anisotropy(field)


def _spread(random: Random, size: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """Return a field of positive numbers without any symmetry."""
    return random.uniform(size, size).square().add(0.05).to(dtype)


def _cross(random: Random, size: int) -> Tensor:
    """Return a field that is bright in the middle row and column, as that of an SW network."""
    field, middle = 0.1 * _spread(random, size), size // 2
    field[middle] += random.uniform(size).float()
    field[:, middle] += 2 * random.uniform(size).float()
    return field


def _sparse(random: Random, size: int) -> Tensor:
    """Return a field of which the middle row and column are 0."""
    field, middle = _spread(random, size), size // 2
    field[middle] = 0
    field[:, middle] = 0
    return field


@exercise("Exercise 1: axes over diagonals", fallback=_axes_over_diagonals)
def axes_over_diagonals(answer: Answer, random: Random) -> None:
    """Check `axes_over_diagonals(field)`: (S, S) -> a number."""
    size = 2 * random.integer(5, 9) + 1
    cases = [
        Case({"field": field}, new)
        for new, field in (
            ("a field of 5 x 5 pixels", _spread(random, 5)),
            ("pixels near an axis, but not on it", _spread(random, 9)),
            ("a larger field", _spread(random, size)),
            ("a field that is much brighter than 1", 1000 * _spread(random, size)),
            ("a cross", _cross(random, size)),
            ("a cross, seen from the side", _cross(random, size).flip(0).T),
            ("many pixels that are 0", _sparse(random, 11)),
            ("float64", _spread(random, 13, torch.float64)),
            ("a field as large as the lesson's", _spread(random, 51)),
        )
    ]
    answer.compare(_axes_over_diagonals, cases, MISTAKES, hints=HINTS)
