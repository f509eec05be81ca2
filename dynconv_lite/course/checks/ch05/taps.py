"""Exercise 2: a depth-wise convolution as a loop over the taps of its kernels."""

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch03.calls import Calls
from dynconv_lite.course.checks.ch05.taps_mistakes import HINTS, MISTAKES
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise

RESULT = "a tensor (B, C, H, W), of the shape of x"


def _depthwise_by_taps(x: Tensor, weight: Tensor) -> Tensor:
    """Return every channel correlated with a kernel of its own, tap by tap.

    Args:
        x: (B, C, H, W).
        weight: (C, 1, K, K), K odd.

    Returns:
        (B, C, H, W): beyond its edges the map is zero.
    """
    size, (height, width) = weight.shape[-1], x.shape[2:]
    padded = F.pad(x, [size // 2] * 4)  # (B, C, H + K - 1, W + K - 1)
    y = torch.zeros_like(x)
    for i in range(size):
        for j in range(size):
            moved = padded[..., i : i + height, j : j + width]  # (B, C, H, W)
            y += weight[:, 0, i, j, None, None] * moved
    return y


@exercise("Exercise 2: a convolution, tap by tap", fallback=_depthwise_by_taps)
def depthwise_by_taps(answer: Answer, random: Random) -> None:
    """Check `depthwise_by_taps(x, weight)`, and that it calls no convolution."""
    answer.compare(_depthwise_by_taps, cases(random), MISTAKES, result=RESULT, hints=HINTS)
    without_convolution(answer, random, "Sum over the K * K taps, each the map moved and weighted.")


def without_convolution(answer: Answer, random: Random, remedy: str) -> None:
    """Refuse an answer that leaves the work to a convolution or an unfold."""
    case = Case({"x": random.normal(2, 3, 6, 7), "weight": random.normal(3, 1, 3, 3)})
    with Calls() as calls:
        answer.call(case)
    if calls.groups or calls.cuts:
        what = "a convolution" if calls.groups else "an unfold"
        answer.fail(f"The values are right, but {what} is called. {remedy}", case)


def cases(random: Random) -> list[Case]:
    """Return calls from a single tap to kernels larger than the map."""

    def case(
        new: str, b: int, c: int, k: int, size: tuple[int, int], dtype: torch.dtype = torch.float32
    ) -> Case:
        x, weight = random.normal(b, c, *size, dtype=dtype), random.normal(c, 1, k, k, dtype=dtype)
        return Case({"x": x, "weight": weight}, new)

    b, high, wide = random.integer(2, 3), random.integer(6, 7), random.integer(9, 10)
    return [
        case("one channel, and a kernel of one pixel", 1, 1, 1, (6, 6)),
        case("a kernel of 3 x 3 pixels", 1, 1, 3, (6, 6)),
        case("a map that is wider than high", 1, 1, 3, (high, wide)),
        case("several channels, each with its kernel", 1, 4, 3, (high, wide)),
        case("several images", b, 4, 3, (high, wide)),
        case("as many images as channels as rows and columns", 5, 5, 5, (5, 5)),
        case("kernels of 5 x 5 pixels", b, 3, 5, (high, wide)),
        case("a map of even size that is higher than wide", b, 3, 5, (10, 8)),
        case("kernels larger than the map", b, 2, 11, (high, 5)),
        case("float64", b, 3, 7, (high, wide), torch.float64),
    ]
