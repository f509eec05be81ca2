"""Exercise 1: a whole feature map, moved by whole pixels."""

import torch

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch07.moving import move
from dynconv_lite.course.checks.ch07.whole_mistakes import HINTS, MISTAKES
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise


def _shift_map(x: torch.Tensor, dy: int, dx: int) -> torch.Tensor:
    """Return x (B, C, H, W) moved down by dy and right by dx pixels, with zeros from outside."""
    return move(x, dy, dx).clone()


def _cases(random: Random) -> list[Case]:
    """Return calls of growing difficulty, each new in one thing."""
    h, w = random.integer(5, 6), random.integer(8, 9)

    def case(new: str, dy: int, dx: int, *, b: int = 2, c: int = 3, double: bool = False) -> Case:
        dtype = torch.float64 if double else torch.float32
        return Case({"x": random.normal(b, c, h, w, dtype=dtype), "dy": dy, "dx": dx}, new)

    return [
        case("one pixel down", 1, 0, b=1, c=1),
        case("to the right", 0, random.integer(2, 3), b=1, c=1),
        case("down and to the right", 1, 2, b=1, c=1),
        case("several channels", 2, 1, b=1),
        case("several images", 2, 1),
        case("a negative dy: up", -1, 0),
        case("a negative dx: to the left", 0, -random.integer(2, 3)),
        case("up and to the left", -2, -1),
        case("up and to the right", -1, 3),
        case("no shift at all", 0, 0),
        case("a shift by the whole height", h, 0),
        case("a shift by more than the width", 1, w + 1),
        case("a negative shift by more than the height", -h - 2, 0),
        case("float64", -1, 2, c=2, double=True),
    ]


@exercise("Exercise 1: a feature map moved by whole pixels", fallback=_shift_map)
def shift_map(answer: Answer, random: Random) -> None:
    """Check `shift_map(x, dy, dx)`: (B, C, H, W) -> (B, C, H, W)."""
    answer.compare(
        _shift_map,
        _cases(random),
        MISTAKES,
        result="a tensor (B, C, H, W) of x's shape",
        hints=HINTS,
    )
