"""Wrong walks through a simplex, made by replacing one step of the right one."""

import itertools
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from dynconv_lite.course.case import Function

Numbers = list[int]
# the order in which the pixels step up, given their fractions and their values
Order = Callable[[Numbers, Numbers], Numbers]
# the weights of the n + 1 corners, given q and the fractions in the order of the walk
Weigh = Callable[[int, Numbers], Sequence[float]]
# the strides of the pixels, given their number, L and q
Strides = Callable[[int, int, int], Numbers]
# the corners, given the base, and the strides in the order of the walk
Walk = Callable[[int, Numbers], Numbers]
Result = Callable[[Tensor, int], Tensor]


def descending(fractions: Numbers, pixels: Numbers) -> Numbers:
    """Put the largest fraction first, which is right."""
    return sorted(range(len(fractions)), key=lambda i: -fractions[i])


def ascending(fractions: Numbers, pixels: Numbers) -> Numbers:
    """Put the smallest fraction first."""
    return sorted(range(len(fractions)), key=lambda i: fractions[i])


def as_given(fractions: Numbers, pixels: Numbers) -> Numbers:
    """Leave the pixels in their order."""
    return list(range(len(fractions)))


def by_value(fractions: Numbers, pixels: Numbers) -> Numbers:
    """Put the largest pixel first."""
    return sorted(range(len(fractions)), key=lambda i: -pixels[i])


def ranks(fractions: Numbers, pixels: Numbers) -> Numbers:
    """Return the rank of every pixel, where the pixel of every rank is wanted."""
    order = descending(fractions, pixels)
    return [order.index(i) for i in range(len(order))]


def differences(q: int, f: Numbers) -> Sequence[float]:
    """Return the differences of neighbouring fractions, which is right."""
    return [a - b for a, b in itertools.pairwise([q, *f, 0])]


def powers(count: int, nodes: int, q: int) -> Numbers:
    """Return the powers of L, the first pixel's the highest, which is right."""
    return [nodes ** (count - 1 - i) for i in range(count)]


def upwards(base: int, strides: Numbers) -> Numbers:
    """Return the corners on the way up from the base, which is right."""
    return [base, *(base + s for s in itertools.accumulate(strides))]


def walked(
    order: Order = descending,
    weigh: Weigh = differences,
    strides: Strides = powers,
    walk: Walk = upwards,
    result: Result = lambda total, q: total / q,
    entries: Callable[[Tensor], Tensor] = lambda t: t.double(),
    weights_order: Order | None = None,
    steps: Strides | None = None,
    step: Callable[[int], int] = lambda interval: 2**interval,
) -> Function:
    """Return the exercise's function, or a mistake: with one of its steps replaced."""

    def simplex(values: Tensor, pixels: Numbers, interval: int) -> Tensor:
        q, nodes, n = step(interval), 2 ** (8 - interval) + 1, len(pixels)
        fractions = [p % q for p in pixels]
        way = order(fractions, pixels)
        f = [fractions[i] for i in (weights_order or order)(fractions, pixels)]
        stride = strides(n, nodes, q)
        base = sum(p // q * s for p, s in zip(pixels, stride, strict=True))
        up = (steps or strides)(n, nodes, q)
        corners = walk(base, [up[i] for i in way])
        weights = torch.tensor(weigh(q, f), dtype=torch.float64)
        table = values[corners]  # (n + 1, outputs)
        if entries(table).dtype == torch.int8:
            products = (weights.long()[:, None] * table).to(torch.int8)  # wrap around
            return result(products.sum(0, dtype=torch.int8).double(), q)
        return result((weights[:, None] * entries(table)).sum(0), q)

    return simplex


def multilinear(values: Tensor, pixels: Numbers, interval: int) -> Tensor:
    """Interpolate between all 2**n corners."""
    q, nodes, n = 2**interval, 2 ** (8 - interval) + 1, len(pixels)
    total = torch.zeros(values.shape[1], dtype=torch.float64)
    for corner in itertools.product((0, 1), repeat=n):
        index, weight = 0, 1.0
        for pixel, up in zip(pixels, corner, strict=True):
            index = index * nodes + pixel // q + up
            weight *= (pixel % q if up else q - pixel % q) / q
        total += weight * values[index]
    return total


def nearest(values: Tensor, pixels: Numbers, interval: int) -> Tensor:
    """Return the entry of the nearest node."""
    q, nodes = 2**interval, 2 ** (8 - interval) + 1
    index = 0
    for pixel in pixels:
        index = index * nodes + (pixel + q // 2) // q
    return values[index].double()


def alike(q: int, f: Numbers) -> Sequence[float]:
    """Weigh all corners alike."""
    return [q / (len(f) + 1)] * (len(f) + 1)
