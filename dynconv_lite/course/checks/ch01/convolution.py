"""Exercises 2 and 3: a whole convolution, as a loop and as one matrix product."""

from typing import Any

import torch
import torch.nn.functional as F

from dynconv_lite import locality
from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch01 import convolution_mistakes, unfold_mistakes
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise

RESULT = "a tensor (B, O, H', W') with H' = (H + 2 * padding - kh) // stride + 1, and W' alike"


def _cases(random: Random) -> list[Case]:
    """Return calls of growing difficulty, each new in one thing."""

    def case(new: str, b: int = 1, c: int = 1, o: int = 1, k: Any = (3, 3), **options: Any) -> Case:
        dtype = options.pop("dtype", torch.float32)
        height, width = k[0] + random.integer(2, 3), k[1] + random.integer(4, 5)
        o = o or width - k[1] + 1  # as many as columns, so that both can be mixed up
        x = random.normal(b, c, height, width, dtype=dtype)
        weight = random.normal(o, c, *k, dtype=dtype)
        bias = random.normal(o, dtype=dtype) if options.pop("bias", False) else None
        extra = {"bias": bias, **options} if options or bias is not None else {}
        return Case({"x": x, "weight": weight, **extra}, new)

    b, c, o = random.integer(2, 3), random.integer(2, 3), random.integer(3, 4)
    return [
        case("one image, one channel, one kernel"),
        case("several input channels", c=c),
        case("several output channels", c=c, o=o),
        case("a batch of several images", b=b, c=c, o=o),
        case("a kernel that is not square", b=b, c=c, o=o, k=(2, 3)),
        case("a bias", c=c, o=0, bias=True),
        case("stride 2", c=c, o=o, stride=2),
        case("padding 1", c=c, o=o, stride=1, padding=1),
        case("stride 3 and padding 2", o=2, stride=3, padding=2),
        case("everything together", b=b, c=c, o=o, k=(3, 2), bias=True, stride=2, padding=1),
        case("float64", c=c, o=2, dtype=torch.float64, bias=True, stride=2, padding=1),
    ]


@exercise("Exercise 2: convolution as a loop", fallback=locality.conv2d_loop)
def conv2d_loop(answer: Answer, random: Random) -> None:
    """Check `conv2d_loop(x, weight, bias=None, stride=1, padding=0)`."""
    answer.compare(F.conv2d, _cases(random), convolution_mistakes.MISTAKES, result=RESULT)


@exercise("Exercise 3: convolution as one matrix product", fallback=locality.conv2d_unfold)
def conv2d_unfold(answer: Answer, random: Random) -> None:
    """Check `conv2d_unfold(x, weight, bias=None, stride=1, padding=0)`."""
    mistakes = [*unfold_mistakes.MISTAKES, *convolution_mistakes.MISTAKES]
    cases, hints = _cases(random), unfold_mistakes.HINTS
    answer.compare(F.conv2d, cases, mistakes, result=RESULT, hints=hints)
