"""What goes wrong in finding the cell of a table."""

from collections.abc import Callable, Sequence

from dynconv_lite.course.case import Function, Hint, Mistake

# a number, given the interval
Number = Callable[[int], int]
# a number, given a pixel's value and the distance of the nodes
Part = Callable[[int, int], float]
# an order of the tuple
Order = Callable[[Sequence[float]], Sequence[float]]


def _same(values: Sequence[float]) -> Sequence[float]:
    return values


def _horner(bases: Sequence[float], nodes: int) -> float:
    index: float = 0
    for base in bases:
        index = index * nodes + base
    return index


def _cell(
    nodes: Number = lambda n: 2 ** (8 - n) + 1,
    step: Number = lambda n: 2**n,
    base: Part = lambda value, q: value // q,
    fraction: Part = lambda value, q: value % q,
    order: Order = _same,
    fractions_order: Order = _same,
    join: Callable[[Sequence[float], int], float] = _horner,
) -> Function:
    """Return the exercise's function, or a mistake: with one of its steps replaced."""

    def cell(pixels: Sequence[int], interval: int) -> tuple[float, tuple[float, ...]]:
        q, count = step(interval), nodes(interval)
        bases = [base(value, q) for value in pixels]
        fractions = [fraction(value, q) for value in pixels]
        return join(order(bases), count), tuple(fractions_order(fractions))

    return cell


def _fixed(interval: int) -> Function:
    return lambda pixels, _: _cell()(pixels, interval)


INDEX = "index = ((a * L + b) * L + c) * L + d, with a = first pixel // q and so on."
NODES = "L = 2 ** (8 - interval) + 1: the nodes are 0, q, 2 q, ..., 256."
STEP = "The nodes are q = 2 ** interval apart."
FRACTION = "A pixel's fraction is pixel % q, how far it lies above the base node."
HINTS = [
    Hint(
        "Any number of pixels may come: go through them in a loop, index = index * L + base.",
        "ValueError: .*unpack|IndexError",
    ),
]
MISTAKES = [
    Mistake(
        f"A node is missing on every axis: the one at 256. {NODES}", _cell(lambda n: 2 ** (8 - n))
    ),
    Mistake(
        f"There is one node too many on every axis. {NODES}", _cell(lambda n: 2 ** (8 - n) + 2)
    ),
    Mistake(f"The table is taken to have 256 nodes on every axis. {NODES}", _cell(lambda n: 256)),
    Mistake(f"The table is taken to have 257 nodes on every axis. {NODES}", _cell(lambda n: 257)),
    Mistake(
        f"The number of nodes and their distance are confused. {NODES}", _cell(lambda n: 2**n + 1)
    ),
    Mistake(f"L is taken to be q. {NODES}", _cell(lambda n: 2**n)),
    Mistake(f"There are always 17 nodes. {NODES}", _cell(lambda n: 17)),
    Mistake(f"The interval is always taken to be 4. {STEP}", _fixed(4)),
    Mistake(
        f"The interval itself is taken for the distance of the nodes. {STEP}",
        _cell(step=lambda n: n),
    ),
    Mistake(f"q is taken to be interval ** 2. {STEP}", _cell(step=lambda n: n**2)),
    Mistake(f"q is taken to be 2 * interval. {STEP}", _cell(step=lambda n: 2 * n)),
    Mistake(
        f"q is taken to be 2 ** (8 - interval), the number of cells. {STEP}",
        _cell(step=lambda n: 2 ** (8 - n)),
    ),
    Mistake(f"q is one too small. {STEP}", _cell(step=lambda n: 2**n - 1)),
    Mistake(f"q is one too large. {STEP}", _cell(step=lambda n: 2**n + 1)),
    Mistake(
        f"The last pixel counts most. It is the first one that does: {INDEX}",
        _cell(order=lambda v: v[::-1]),
    ),
    Mistake(
        "The last pixel counts most, and the fractions are turned around as well. Keep the "
        f"order of the pixels: {INDEX}",
        _cell(order=lambda v: v[::-1], fractions_order=lambda v: v[::-1]),
    ),
    Mistake(
        f"The fractions are turned around. Keep the order of the pixels. {FRACTION}",
        _cell(fractions_order=lambda v: v[::-1]),
    ),
    Mistake(
        f"The fractions are sorted. Keep the order of the pixels; sorting comes later. {FRACTION}",
        _cell(fractions_order=sorted),
    ),
    Mistake(
        f"The fractions are sorted, descending. Keep the order of the pixels; sorting comes "
        f"later. {FRACTION}",
        _cell(fractions_order=lambda v: sorted(v)[::-1]),
    ),
    Mistake(
        f"The base is the nearest node. It is the one below: round down. {INDEX}",
        _cell(base=lambda v, q: (v + q // 2) // q),
    ),
    Mistake(
        "The base is the nearest node, and the fraction the distance from it, with a sign. "
        f"Take the node below: round down. {FRACTION}",
        _cell(base=lambda v, q: (v + q // 2) // q, fraction=lambda v, q: v - (v + q // 2) // q * q),
    ),
    Mistake(
        f"The base is the node above the pixel. It is the one below: round down. {INDEX}",
        _cell(base=lambda v, q: v // q + 1),
    ),
    Mistake(
        f"The base is rounded up. It is the node below the pixel: round down. {INDEX}",
        _cell(base=lambda v, q: -(-v // q)),
    ),
    Mistake(
        f"The base is the node's value, not its number. {INDEX}",
        _cell(base=lambda v, q: v // q * q),
    ),
    Mistake(f"The pixels themselves are put into the index. {INDEX}", _cell(base=lambda v, q: v)),
    Mistake(f"The index is made of the fractions. {INDEX}", _cell(base=lambda v, q: v % q)),
    Mistake(
        f"The nodes' numbers are added up. They are digits to the base L: {INDEX}",
        _cell(join=lambda v, count: sum(v)),
    ),
    Mistake(
        f"The index is multiplied by L once too often. {INDEX}",
        _cell(join=lambda v, count: _horner(v, count) * count),
    ),
    Mistake(
        f"The index counts from 1. {INDEX}", _cell(join=lambda v, count: _horner(v, count) + 1)
    ),
    Mistake(
        f"Every pixel counts L times as much; the strides are powers of L. {INDEX}",
        _cell(join=lambda v, count: sum(v[:-1]) * count + v[-1]),
    ),
    Mistake(
        f"The fractions are the distances from the node above. {FRACTION}",
        _cell(fraction=lambda v, q: q - v % q),
    ),
    Mistake(
        f"The fractions are counted in nodes, not in levels. {FRACTION}",
        _cell(fraction=lambda v, q: v // q),
    ),
    Mistake(f"The fractions are the pixels themselves. {FRACTION}", _cell(fraction=lambda v, q: v)),
]
