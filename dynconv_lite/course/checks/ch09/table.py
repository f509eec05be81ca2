"""Exercise 1: how many bytes a lookup table takes."""

import operator

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch09.table_mistakes import MISTAKES
from dynconv_lite.course.compare import describe
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise


def _table_bytes(taps: int, interval: int, outputs: int) -> int:
    """Return the bytes of a table over some pixels of 8 bits, one byte an entry.

    Args:
        taps: pixels that the table is indexed by.
        interval: from 0 to 8; each pixel has nodes at 0, q, 2 q, ..., 256, with q = 2^interval.
        outputs: entries at every node.
    """
    return (2 ** (8 - interval) + 1) ** taps * outputs


@exercise("Exercise 1: the size of a table", fallback=_table_bytes)
def table_bytes(answer: Answer, random: Random) -> None:
    """Check `table_bytes(taps, interval, outputs)` -> an integer."""
    names = ("taps", "interval", "outputs")
    cases = [
        Case(dict(zip(names, values, strict=True)), new)
        for new, *values in (
            ("one pixel, one output", 1, 4, 1),
            ("another interval", 1, 5, 1),
            ("two pixels", 2, 5, 1),
            ("several outputs", 2, 5, random.integer(3, 9)),
            ("SR-LUT's table, for 4 x 4 pixels out of 2 x 2", 4, 4, 16),
            ("its smaller one, of three pixels", 3, 4, 16),
            ("interval 0: a node at every grey level", 2, 0, 4),
            ("interval 8: nodes at 0 and 256 only", random.integer(3, 6), 8, 1),
            ("any numbers", random.integer(2, 5), random.integer(1, 3), 16),
            ("nine pixels", 9, random.integer(6, 7), 4),
        )
    ]
    answer.compare(_table_bytes, cases, MISTAKES, result="one integer")
    for case in cases:  # the values are right: a wrong one has had its own message
        _check_whole(answer, case)


def _check_whole(answer: Answer, case: Case) -> None:
    value = answer.call(case)
    try:
        operator.index(value)
    except TypeError:
        answer.fail(
            f"The number is right, but {describe(value)} is no integer, and bytes are whole: take "
            "2 ** (8 - interval), or divide with //, and leave out what makes floats, as / and "
            "math.pow do.",
            case,
        )
