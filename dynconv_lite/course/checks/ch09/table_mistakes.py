"""What goes wrong in counting the bytes of a lookup table."""

from collections.abc import Callable
from typing import NamedTuple

from dynconv_lite.course.case import Function, Mistake


class Sizes(NamedTuple):
    """The exercise's arguments, in short."""

    taps: int
    interval: int
    outputs: int


Count = Callable[[Sizes], float]


def _bytes(
    nodes: Count = lambda s: 2 ** (8 - s.interval) + 1,
    entries: Callable[[float, Sizes], float] = lambda n, s: n**s.taps * s.outputs,
) -> Function:
    """Return the exercise's function, or a mistake: with one of its counts replaced."""

    def table_bytes(*sizes: int) -> float:
        s = Sizes(*sizes)
        return entries(nodes(s), s)

    return table_bytes


def _times(factor: float) -> Function:
    return _bytes(entries=lambda n, s: factor * n**s.taps * s.outputs)


def _entries(count: Callable[[float, Sizes], float]) -> Function:
    return _bytes(entries=count)


MISTAKES = [
    Mistake(
        "A node is missing on every axis: q = 2^interval goes 256 / q times into 256, and a fence "
        "of that many panels has one post more. Add 1 to 2 ** (8 - interval).",
        _bytes(lambda s: 256 >> s.interval),
    ),
    Mistake(
        "The last node, 256, is counted twice: there are 2 ** (8 - interval) + 1 on an axis.",
        _bytes(lambda s: (256 >> s.interval) + 2),
    ),
    Mistake(
        "The end nodes are left out: 0 and 256 both have one, so there is one more than panels, "
        "2 ** (8 - interval) + 1.",
        _bytes(lambda s: (256 >> s.interval) - 1),
    ),
    Mistake(
        "The 1 is added once for the whole table. Each axis has a node more: put the bracket "
        "around it, (... + 1) ** taps.",
        _bytes(lambda s: 256 >> s.interval, lambda n, s: (n**s.taps + 1) * s.outputs),
    ),
    Mistake(
        "The 1 is added in the exponent. It belongs behind the power: 2 ** (8 - interval) + 1.",
        _bytes(lambda s: 2 ** (8 - s.interval + 1)),
    ),
    Mistake(
        "The nodes are 2^interval apart, and this takes that for their number. They are "
        "2 ** (8 - interval) + 1.",
        _bytes(lambda s: 2**s.interval + 1),
    ),
    Mistake(
        "The nodes are 2^interval grey levels apart, not interval: 256 / 2^interval + 1 of them.",
        _bytes(lambda s: 256 // max(s.interval, 1) + 1),
    ),
    Mistake(
        "8 - interval is the number of bits that are left, not the number of nodes: raise 2 to it.",
        _bytes(lambda s: 8 - s.interval + 1),
    ),
    Mistake(
        "8 - interval is squared. It is the exponent: 2 ** (8 - interval).",
        _bytes(lambda s: (8 - s.interval) ** 2 + 1),
    ),
    Mistake(
        "A pixel has 8 bits, so the exponent is 8 - interval. This takes one less.",
        _bytes(lambda s: 2 ** (7 - s.interval) + 1),
    ),
    Mistake(
        "A pixel has 8 bits, so the exponent is 8 - interval. This takes one more.",
        _bytes(lambda s: 2 ** (9 - s.interval) + 1),
    ),
    Mistake(
        "The interval is forgotten: this table has a node at every grey level.",
        _bytes(lambda s: 257),
    ),
    Mistake(
        "The table has as many entries as there are pictures of such pixels, 256 ** taps. It is "
        "sampled: 2 ** (8 - interval) + 1 nodes on each axis.",
        _bytes(lambda s: 256),
    ),
    Mistake(
        "The nodes of the axes are added up. Every combination of them has an entry: raise to the "
        "power of taps.",
        _entries(lambda n, s: s.taps * n * s.outputs),
    ),
    Mistake(
        "Base and exponent are swapped: a table of two axes has L * L nodes, L ** taps.",
        _entries(lambda n, s: s.taps**n * s.outputs),
    ),
    Mistake(
        "The table has one axis. It needs one for every pixel: raise to the power of taps.",
        _entries(lambda n, s: n * s.outputs),
    ),
    Mistake(
        "The table always has two axes. It needs one for every pixel: raise to the power of taps.",
        _entries(lambda n, s: n**2 * s.outputs),
    ),
    Mistake(
        "taps is squared. It counts all pixels already: 4 for a window of 2 x 2.",
        _entries(lambda n, s: n ** (s.taps**2) * s.outputs),
    ),
    Mistake(
        "There is an axis too many: the outputs are no pixel. Multiply L ** taps by them.",
        _entries(lambda n, s: n ** (s.taps + 1) * s.outputs),
    ),
    Mistake(
        "There is an axis too few: L ** taps nodes, also without the outputs.",
        _entries(lambda n, s: n ** (s.taps - 1) * s.outputs),
    ),
    Mistake(
        "The outputs are forgotten: every node holds one byte for each of them.",
        _entries(lambda n, s: n**s.taps),
    ),
    Mistake(
        "The outputs are squared. They are counted already: 16 for a square of 4 x 4.",
        _entries(lambda n, s: n**s.taps * s.outputs**2),
    ),
    Mistake(
        "The outputs are added. Every node holds all of them: multiply.",
        _entries(lambda n, s: n**s.taps + s.outputs),
    ),
    Mistake(
        "The outputs are raised to the power of taps, too: the bracket is too wide.",
        _entries(lambda n, s: (n * s.outputs) ** s.taps),
    ),
    Mistake(
        "The outputs are taken for another axis of nodes. A node holds outputs bytes: multiply.",
        _entries(lambda n, s: n ** (s.taps + s.outputs)),
    ),
    Mistake("These are bits. An entry is one byte: do not multiply by 8.", _times(8)),
    Mistake(
        "An entry is counted as four bytes, as in float32. Here it is one: an 8-bit integer.",
        _times(4),
    ),
    Mistake("An entry is counted as two bytes. Here it is one: an 8-bit integer.", _times(2)),
    Mistake("These are kilobytes. Return bytes: do not divide.", _times(1 / 1024)),
    Mistake("These are kilobytes. Return bytes: do not divide.", _times(1 / 1000)),
    Mistake(
        "The grey levels of the pixels are stored at every node, too. They are the index: the "
        "place of an entry says them.",
        _entries(lambda n, s: n**s.taps * (s.outputs + s.taps)),
    ),
    Mistake(
        "These are the corners of one cell, two along each axis, which one look-up reads. Count "
        "all nodes of the table: 2 ** (8 - interval) + 1 along each axis.",
        _bytes(lambda s: 2),
    ),
]
