"""Exercise 3: an operator in all four turns, turned back, and summed."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch08.turning_mistakes import HINTS, MISTAKES, Operator, in_turns
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise


def _turned_and_back(x: Tensor, operator: Operator) -> Tensor:
    """Return the sum of what an operator makes of x in its four turns, turned back.

    Args:
        x: (B, C, H, W).
        operator: takes (B, C, H, W) to (B, O, H, W), whatever H and W are.

    Returns:
        (B, O, H, W).
    """
    return in_turns(operator)(x)


def _convolution(random: Random, o: int, c: int, dtype: torch.dtype = torch.float32) -> Operator:
    """Return a convolution, which no turn leaves alone."""
    weight = random.normal(o, c, 3, 3, dtype=dtype)
    return lambda x: F.conv2d(x, weight, padding=1)


def _activated(operator: Operator) -> Operator:
    return lambda x: operator(x).relu() - 0.5


def _summed_along_rows(x: Tensor) -> Tensor:
    """Return what depends on a pixel's place, and on nothing but its row."""
    return x.cumsum(3)


@exercise("Exercise 3: turn, process, turn back", fallback=_turned_and_back)
def turned_and_back(answer: Answer, random: Random) -> None:
    """Check `turned_and_back(x, operator)`: (B, C, H, W) -> (B, O, H, W)."""
    b, high, wide = random.integer(2, 3), random.integer(4, 5), random.integer(7, 8)

    def case(
        new: str,
        operator: Callable[[Tensor], Tensor],
        *shape: int,
        dtype: torch.dtype = torch.float32,
    ) -> Case:
        return Case({"x": random.normal(*shape, dtype=dtype), "operator": operator}, new)

    cases = [
        case("one square map", _convolution(random, 1, 1), 1, 1, 5, 5),
        case("several images and channels", _convolution(random, 3, 3), b, 3, 5, 5),
        case("maps that are wider than high", _convolution(random, 3, 3), b, 3, high, wide),
        case("maps that are higher than wide", _convolution(random, 3, 3), b, 3, wide, high),
        case("another number of channels", _convolution(random, 4, 2), b, 2, high, wide),
        case("not linear", _activated(_convolution(random, 3, 3)), b, 3, high, wide),
        case("an operator that depends on the place", _summed_along_rows, b, 2, high, wide),
        case("an operator that changes nothing", torch.clone, b, 2, high, wide),
        case("all sizes the same", _activated(_convolution(random, 4, 4)), 4, 4, 4, 4),
        case(
            "float64",
            _convolution(random, 2, 3, torch.float64),
            *(b, 3, high, wide),
            dtype=torch.float64,
        ),
    ]
    answer.compare(_turned_and_back, cases, MISTAKES, result="a tensor (B, O, H, W)", hints=HINTS)
