"""Exercise 9: from one stage of tables to the next."""

import torch
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch10.quantising_mistakes import HINTS, MISTAKES
from dynconv_lite.course.checks.ch10.typed import Typed
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise

RESULT = "a uint8 tensor of the shape of `sums`"
FINE = 16  # the interpolated outputs are whole multiples of 1/16


def _requantised(sums: Tensor, count: int) -> Tensor:
    """Return the pixels that the next stage of tables looks up.

    Args:
        sums: of `count` interpolated outputs, about -127 to 127 each; any shape, whole numbers or
            multiples of 1/16.
        count: tables times rotations.

    Returns:
        uint8, of the same shape: round(clip(sums / count + 127, 0, 255)), halves to even.
    """
    numerator = (sums.double() * FINE).round().long() + 127 * FINE * count
    denominator = FINE * count
    whole = numerator.div(denominator, rounding_mode="floor")
    twice = 2 * (numerator - whole * denominator)  # from 0 to below 2 * denominator
    up = (twice > denominator) | ((twice == denominator) & (whole % 2 == 1))
    return (whole + up.long()).clamp(0, 255).to(torch.uint8)


@exercise("Exercise 9: between two stages", fallback=_requantised)
def requantised(answer: Answer, random: Random) -> None:
    """Check `requantised(sums, count)` -> uint8, the shape of `sums`."""

    def sums(count: int, reach: float, *shape: int) -> Tensor:
        return ((2 * random.uniform(*shape) - 1) * reach * count).round()

    def case(new: str, numbers: Tensor, count: int) -> Case:
        return Case({"sums": numbers, "count": count}, new)

    # k + 1/2 for even and odd k, between 0 and 255 after the step
    halves = 12 * torch.arange(-40, 40) + 6
    halves = halves[random.uniform(len(halves)).argsort()]
    cases = [
        case("the average is a whole number", 4 * torch.arange(-60, 60).view(10, 12), 4),
        case("an average between whole numbers", sums(12, 100, 8, 9).long(), 12),
        case("another number of outputs", sums(4, 100, 8, 9).long(), 4),
        case("averages in the middle between whole numbers", halves.view(8, 10), 12),
        case("averages beyond what a byte holds", sums(12, 300, 9, 12).long(), 12),
        case("sums that are no whole numbers", sums(12, 1600, 9, 12) / FINE, 12),
        case("three axes", sums(8, 1800, 3, 5, 6) / FINE, 8),
        case("a single output", sums(1, 1800, 5, 6) / FINE, 1),
    ]
    typed = Typed(
        answer.function,
        answer.name,
        answer.label,
        torch.uint8,
        RESULT,
        "round and clip first, .to(torch.uint8) last.",
    )
    typed.compare(_requantised, cases, MISTAKES, result=RESULT, hints=HINTS)
