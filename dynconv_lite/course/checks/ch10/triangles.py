"""Exercise 5: interpolation in a table of two pixels."""

import torch
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch10.triangles_mistakes import HINTS, MISTAKES
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise


def _triangle(values: Tensor, a: int, b: int, interval: int) -> float:
    """Interpolate in a table of two pixels, in the triangle that they lie in.

    The way over the corners is walked in q small steps here: at height t a pixel stands on the
    upper node if its fraction is above t. The mean over all heights is what the weights of the
    triangle's corners give, with no sorting.

    Args:
        values: (L, L), L = 2**(8 - interval) + 1, a counts along the rows.
        a: a pixel, 0..255.
        b: the other.
        interval: the nodes are 2**interval apart.
    """
    q = 2**interval
    height = torch.arange(q)
    rows, columns = (v // q + (v % q > height).long() for v in (a, b))
    return float(values.double()[rows, columns].sum()) / q


@exercise("Exercise 5: the triangle", fallback=_triangle)
def triangle(answer: Answer, random: Random) -> None:
    """Check `triangle(values, a, b, interval)`: (L, L), two pixels -> one number."""

    def case(new: str, a: int, b: int, interval: int = 4) -> Case:
        nodes = 2 ** (8 - interval) + 1
        values = (40 * random.normal(nodes, nodes, dtype=torch.float64)).round()
        return Case({"values": values, "a": a, "b": b, "interval": interval}, new)

    low, high, base = random.integer(1, 6), random.integer(9, 15), 16 * random.integer(2, 9)
    cases = [
        case("two pixels on nodes", base, 32),
        case("a pixel between two nodes of a column", base + high, 48),
        case("a pixel between two nodes of a row", 64, base + low),
        case("fractions that differ, the first one larger", base + high, 80 + low),
        case("fractions that differ, the second one larger", 96 + low, base + high),
        case("the first larger, both small", base + 4, 16 + 2),
        case("the second larger, both large", base + 9, 112 + 14),
        case("two equal fractions", base + low, 144 + low),
        case("nodes further apart", 32 + 7, 64 + 21 + low, 5),
        case("nodes nearer to each other", 8 * low + 6, 8 * high + 3, 3),
        case("the highest values", 255, 250),
        case("one cell only", random.integer(140, 250), random.integer(1, 120), 8),
    ]
    answer.compare(_triangle, cases, MISTAKES, atol=1e-6, hints=HINTS)
