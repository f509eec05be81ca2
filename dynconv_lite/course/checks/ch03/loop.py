"""Exercise 3: every image by its own kernel, one after another."""

from typing import Any

import torch
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch03.loop_mistakes import HINTS, MISTAKES, convolve
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise

RESULT = "a tensor (B, O, H', W') with H' = H + 2 * padding - k + 1, and W' alike"


def _convolve_by_loop(x: Tensor, kernels: Tensor, padding: int) -> Tensor:
    """Return every image convolved by the kernel of its own.

    Args:
        x: (B, C, H, W).
        kernels: (B, O, C, k, k).
        padding: zeros on every side.

    Returns:
        (B, O, H', W').
    """
    return convolve(x, kernels, padding)


def cases(random: Random) -> list[Case]:
    """Return calls of growing difficulty, each new in one thing."""

    def case(new: str, b: int, c: int, o: int, k: int = 3, padding: int = 0, **kind: Any) -> Case:
        height, width = random.integer(6, 7), random.integer(8, 9)
        x = random.normal(b, c, height, width, **kind)
        kernels = random.normal(b, o, c, k, k, **kind)
        return Case({"x": x, "kernels": kernels, "padding": padding}, new)

    b = random.integer(2, 3)
    return [
        case("one image", 1, 4, 5),
        case("several images", b, 4, 5),
        case("padding 1", b, 4, 5, padding=1),
        case("fewer output than input channels", b, 6, 4, padding=1),
        case("kernels of one pixel", b, 4, 5, k=1),
        case("kernels of 5 x 5 pixels and padding 2", b, 5, 4, k=5, padding=2),
        case("more padding than a kernel needs", b, 4, 5, padding=2),
        case("more images than channels", 5, 3, 2, padding=1),
        case("one input and one output channel", b, 1, 1, padding=1),
        case("as many input as output channels as images", 3, 3, 3, padding=1),
        case("float64", b, 4, 5, padding=1, dtype=torch.float64),
    ]


@exercise("Exercise 3: a convolution for every image", fallback=_convolve_by_loop)
def convolve_by_loop(answer: Answer, random: Random) -> None:
    """Check `convolve_by_loop(x, kernels, padding)`: (B, C, H, W), (B, O, C, k, k) -> (B, O, ...).

    How it is computed is left to the learner.
    """
    answer.compare(_convolve_by_loop, cases(random), MISTAKES, result=RESULT, hints=HINTS)
