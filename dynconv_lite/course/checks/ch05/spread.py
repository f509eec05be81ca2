"""Exercise 5: how far uniform kernels in a row spread."""

import math

import numpy as np

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case, Mistake
from dynconv_lite.course.checks.ch01.spread import MISTAKES as OF_CHAPTER_1
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise


def _stacked_spread(kernel_size: int, layers: int) -> float:
    """Return the standard deviation, in pixels, of uniform kernels convolved in a row.

    It is measured, not derived: the kernels are convolved.

    Args:
        kernel_size: taps of each kernel, in one dimension.
        layers: how many kernels.
    """
    hump = np.ones(1)
    for _ in range(layers):
        hump = np.convolve(hump, np.full(kernel_size, 1 / kernel_size))
    place = np.arange(len(hump))
    mean = np.average(place, weights=hump)
    return math.sqrt(np.average((place - mean) ** 2, weights=hump))


def _exact(k: int, layers: int) -> float:
    return math.sqrt(layers * (k**2 - 1) / 12)


# Chapter 1 asks for the same number by formula; these are of those who measure it.
MISTAKES = [
    *OF_CHAPTER_1,
    Mistake(
        "This is half of the standard deviation.",
        lambda k, layers: _exact(k, layers) / 2,
    ),
    Mistake(
        "There is a kernel too many. Start from a single 1, not from a kernel.",
        lambda k, layers: _exact(k, layers + 1),
    ),
    Mistake(
        "There is a kernel too few. Convolve `layers` kernels in all.",
        lambda k, layers: _exact(k, layers - 1),
    ),
    Mistake(
        "The mean is not subtracted: this is the distance from the hump's first place. Take that "
        "from its middle.",
        lambda k, layers: math.hypot(_exact(k, layers), layers * (k - 1) / 2),
    ),
    Mistake(
        "The kernels' spreads are multiplied. Variances add up.",
        lambda k, layers: _exact(k, 1) ** layers,
    ),
]


@exercise("Exercise 5: how far a stack spreads", fallback=_stacked_spread)
def stacked_spread(answer: Answer, random: Random) -> None:
    """Check `stacked_spread(kernel_size, layers)` -> pixels."""
    size = random.integer(3, 7) * 2 + 1
    cases = [
        Case({"kernel_size": k, "layers": layers}, new)
        for new, k, layers in (
            ("one kernel of three taps", 3, 1),
            ("a larger kernel", size, 1),
            ("several layers", 3, random.integer(3, 6)),
            ("several layers of larger kernels", size, random.integer(2, 9)),
            ("kernels of one tap, which spread nothing", 1, 8),
            ("kernels of an even number of taps", 4, 3),
            ("very large kernels", 31, random.integer(4, 9)),
        )
    ]
    answer.compare(_stacked_spread, cases, MISTAKES, result="one number, in pixels")
