"""Exercise 6: interpolation in a table of any number of pixels."""

from collections.abc import Sequence

import torch
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch10.simplices_mistakes import HINTS, MISTAKES
from dynconv_lite.course.checks.ch10.typed import Typed
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise

RESULT = "a float64 tensor (outputs,)"


def _simplex(values: Tensor, pixels: Sequence[int], interval: int) -> Tensor:
    """Interpolate in a table of n pixels, in the simplex that they lie in.

    At height t a pixel stands on the upper node if its fraction is above t; the mean over the q
    heights is what sorting, walking and weighing gives, with no sorting.

    Args:
        values: (L**n, outputs), L = 2**(8 - interval) + 1; the first pixel counts most.
        pixels: n values, 0..255.
        interval: the nodes are 2**interval apart.

    Returns:
        float64 (outputs,).
    """
    q, nodes = 2**interval, 2 ** (8 - interval) + 1
    height = torch.arange(q)
    index = torch.zeros(q, dtype=torch.int64)
    for pixel in pixels:
        index = index * nodes + pixel // q + (pixel % q > height)
    return values[index].double().sum(0) / q


@exercise("Exercise 6: the simplex", fallback=_simplex)
def simplex(answer: Answer, random: Random) -> None:
    """Check `simplex(values, pixels, interval)`: (L**n, outputs), n pixels -> (outputs,)."""

    def case(new: str, pixels: Sequence[int], outputs: int = 1, interval: int = 4) -> Case:
        nodes = 2 ** (8 - interval) + 1
        table = (random.uniform(nodes ** len(pixels), outputs) * 255).floor() - 127
        arguments = {"values": table.to(torch.int8), "pixels": list(pixels), "interval": interval}
        return Case(arguments, new)

    def any_pixels(count: int) -> list[int]:
        return [random.integer(0, 255) for _ in range(count)]

    low, high, base = random.integer(1, 6), random.integer(9, 15), 16 * random.integer(2, 9)
    cases = [
        case("two pixels on nodes", [base, 32]),
        case("one pixel", [base + high]),
        case("two pixels, the first one's fraction larger", [base + high, 80 + low]),
        case("two pixels, the second one's fraction larger", [96 + low, base + high]),
        case("several outputs", [base + low, 32 + high], random.integer(3, 5)),
        case("three pixels", [base + 7, 32 + high, 160 + low], 2),
        case("three pixels, the last one's fraction largest", [base + 3, 48 + 2, 80 + high], 2),
        case("nodes further apart", [64 + 9 + low, 32 + 30, 96 + 2], 2, 5),
        case("four pixels", [37, 165 + low, 101, 203], 2, 6),
        case("four pixels, in another order", [224 + low, 96 + 31, 18, 32 + 9], 2, 5),
        case("equal fractions", [base + low, 32 + low, 160 + high], 2),
        case("black and white", [255, 0, 255], 2),
        case("one cell only", any_pixels(5), 3, 8),
        case("any pixels", any_pixels(4), 16, 5),
    ]
    typed = Typed(
        answer.function,
        answer.name,
        answer.label,
        torch.float64,
        RESULT,
        "an int8 times a weight overflows, so make the entries values[index].double() first.",
    )
    typed.compare(_simplex, cases, MISTAKES, result=RESULT, hints=HINTS)
