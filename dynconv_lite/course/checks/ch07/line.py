"""Exercise 4: a line of pixels, moved by a real number of pixels."""

import torch
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch07.line_mistakes import HINTS, MISTAKES, interpolated
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise


def _shift_line(line: Tensor, offset: float) -> Tensor:
    """Return a line (..., W) moved to the right by a real number of pixels.

    Between pixels it is interpolated linearly, and zeros come in from outside:
    y[i] = sum_j max(0, 1 - |i - j - offset|) line[j].
    """
    return interpolated()(line, offset)


def _cases(random: Random) -> list[Case]:
    """Return calls of growing difficulty, each new in one thing."""
    n = random.integer(7, 9)

    def some(low: int, high: int) -> float:
        return random.integer(low, high) / 100

    def case(new: str, offset: float, *shape: int, dtype: torch.dtype = torch.float32) -> Case:
        return Case({"line": random.normal(*shape, n, dtype=dtype), "offset": offset}, new)

    return [
        case("a part of a pixel to the right", some(15, 35)),
        case("more than half a pixel", some(65, 85)),
        case("a whole pixel", 1.0),
        case("a negative offset: to the left", -some(15, 35)),
        case("more than one pixel", 2 + some(15, 35)),
        case("more than one pixel to the left", -2 - some(15, 35)),
        case("several whole pixels to the left", -2.0),
        case("several lines", some(15, 35), 2, 3),
        case("no shift at all", 0.0),
        case("all but a part of the first pixel moved out", n - some(15, 35)),
        case("all but a part of the last pixel moved out", some(15, 35) - n),
        case("more than the whole line", n + some(115, 135)),
        case("more than the whole line to the left", -n - some(115, 135)),
        case("float64", -1 - some(15, 35), 2, dtype=torch.float64),
    ]


@exercise("Exercise 4: a line moved by a part of a pixel", fallback=_shift_line)
def shift_line(answer: Answer, random: Random) -> None:
    """Check `shift_line(line, offset)`: (..., W) -> (..., W)."""
    answer.compare(
        _shift_line,
        _cases(random),
        MISTAKES,
        result="a tensor (..., W) of the line's shape",
        hints=HINTS,
        atol=1e-5,  # a triangle that is 0 up to rounding will do
    )
