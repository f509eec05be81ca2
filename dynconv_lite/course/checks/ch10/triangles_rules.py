"""Wrong rules for the corners of a cell, and ways to look for them."""

from collections.abc import Callable, Sequence

from torch import Tensor

from dynconv_lite.course.case import Function

# a number, given the cell's corners v[i][j] (i up along a, j along b), both fractions and q
Rule = Callable[[Sequence[Sequence[float]], int, int, int], float]
# a node, given a pixel, q and the number of nodes
Node = Callable[[int, int, int], int]


def by_triangle(v: Sequence[Sequence[float]], fa: int, fb: int, q: int) -> float:
    """Interpolate in the triangle, which is right."""
    large, small = max(fa, fb), min(fa, fb)
    along = v[1][0] if fa >= fb else v[0][1]
    return ((q - large) * v[0][0] + (large - small) * along + small * v[1][1]) / q


def in_cell(
    rule: Rule = by_triangle,
    below: Node = lambda x, q, nodes: x // q,
    above: Node = lambda x, q, nodes: x // q + 1,
    step: Callable[[int], int] = lambda interval: 2**interval,
    turned: bool = False,
) -> Function:
    """Return the exercise's function, or a mistake: with one of its steps replaced."""

    def triangle(values: Tensor, a: int, b: int, interval: int) -> float:
        q, nodes = step(interval), len(values)
        rows, columns = ([below(x, q, nodes), above(x, q, nodes)] for x in (a, b))
        table = (values.T if turned else values).double()
        corners = table[rows][:, columns].tolist()  # 2 x 2
        return rule(corners, a % q, b % q, q)

    return triangle


def bilinear(v: Sequence[Sequence[float]], fa: int, fb: int, q: int) -> float:
    """Interpolate between all four corners."""
    left = (q - fa) * v[0][0] + fa * v[1][0]
    right = (q - fa) * v[0][1] + fa * v[1][1]
    return ((q - fb) * left + fb * right) / q**2


def other_diagonal(v: Sequence[Sequence[float]], fa: int, fb: int, q: int) -> float:
    """Cut the cell from (0, 1) to (1, 0)."""
    if fa + fb <= q:
        return ((q - fa - fb) * v[0][0] + fa * v[1][0] + fb * v[0][1]) / q
    return ((fa + fb - q) * v[1][1] + (q - fb) * v[1][0] + (q - fa) * v[0][1]) / q


def along_a(v: Sequence[Sequence[float]], fa: int, fb: int, q: int) -> float:
    """Step along a first, whatever the fractions are."""
    return ((q - fa) * v[0][0] + (fa - fb) * v[1][0] + fb * v[1][1]) / q


def along_b(v: Sequence[Sequence[float]], fa: int, fb: int, q: int) -> float:
    """Step along b first, whatever the fractions are."""
    return ((q - fb) * v[0][0] + (fb - fa) * v[0][1] + fa * v[1][1]) / q


def along_the_smaller(v: Sequence[Sequence[float]], fa: int, fb: int, q: int) -> float:
    """Step along the smaller fraction first."""
    large, small = max(fa, fb), min(fa, fb)
    along = v[0][1] if fa >= fb else v[1][0]
    return ((q - large) * v[0][0] + (large - small) * along + small * v[1][1]) / q


def weighed(weights: Callable[[int, int, int], tuple[float, float, float]]) -> Rule:
    """Weigh the right three corners by other numbers, given q and the fractions, large first."""

    def rule(v: Sequence[Sequence[float]], fa: int, fb: int, q: int) -> float:
        along = v[1][0] if fa >= fb else v[0][1]
        w = weights(q, max(fa, fb), min(fa, fb))
        return (w[0] * v[0][0] + w[1] * along + w[2] * v[1][1]) / q

    return rule
