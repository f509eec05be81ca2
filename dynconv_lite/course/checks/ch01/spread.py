"""Exercise 7: the width of what a unit of a stack mostly sees."""

import math

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case, Mistake
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise


def _stack_std(kernel_size: int, depth: int) -> float:
    """Return the standard deviation, in pixels, of `depth` box kernels convolved in a row."""
    return math.sqrt(depth * (kernel_size**2 - 1) / 12)


MISTAKES = [
    Mistake(
        "This is the variance. The standard deviation is its square root.",
        lambda k, depth: depth * (k**2 - 1) / 12,
    ),
    Mistake(
        "The variance of a box is taken as K / 12. For K pixels in a row it is (K**2 - 1) / 12.",
        lambda k, depth: math.sqrt(depth * k / 12),
    ),
    Mistake(
        "The variance of a box is taken as K**2 / 12, which holds for a continuous box. For K "
        "separate pixels it is (K**2 - 1) / 12: a 1x1 kernel spreads nothing.",
        lambda k, depth: math.sqrt(depth * k**2 / 12),
    ),
    Mistake(
        "The variance of a box is taken as (K - 1) / 12. The size is squared: (K**2 - 1) / 12.",
        lambda k, depth: math.sqrt(depth * (k - 1) / 12),
    ),
    Mistake(
        "The variance of a box is taken as (K - 1)**2 / 12. Square first: (K**2 - 1) / 12.",
        lambda k, depth: math.sqrt(depth * (k - 1) ** 2 / 12),
    ),
    Mistake(
        "The variance of a box is taken as (K**2 + 1) / 12. It is (K**2 - 1) / 12.",
        lambda k, depth: math.sqrt(depth * (k**2 + 1) / 12),
    ),
    Mistake(
        "The depth stands outside the root: variances add up, standard deviations do not.",
        lambda k, depth: depth * math.sqrt((k**2 - 1) / 12),
    ),
    Mistake(
        "The depth is ignored: the variances of all layers add up.",
        lambda k, depth: math.sqrt((k**2 - 1) / 12),
    ),
    Mistake(
        "This is the radius (K - 1) / 2 * L of the theoretical field, which no unit fills evenly.",
        lambda k, depth: depth * (k - 1) / 2,
    ),
    Mistake(
        "This is the size of the theoretical receptive field. The effective one is narrower: its "
        "variance is the sum of the layers' variances.",
        lambda k, depth: depth * (k - 1) + 1,
    ),
    Mistake(
        "This is the law K * sqrt(L) without its constant. The exact width is wanted.",
        lambda k, depth: k * math.sqrt(depth),
    ),
    Mistake(
        "This is the width of a normal distribution at half height. Return its standard deviation.",
        lambda k, depth: 2 * math.sqrt(2 * math.log(2)) * _stack_std(k, depth),
    ),
    *(
        Mistake(
            f"The variance of a box is divided by {n}: the sum of squares of K pixels "
            "around their mean, over K, is (K**2 - 1) / 12.",
            lambda k, depth, n=n: math.sqrt(depth * (k**2 - 1) / n),
        )
        for n in (1, 2, 3, 4, 6, 24)
    ),
]  # fmt: skip


@exercise("Exercise 7: the width of a stack of box kernels", fallback=_stack_std)
def stack_std(answer: Answer, random: Random) -> None:
    """Check `stack_std(kernel_size, depth)` -> pixels."""
    sizes = [
        (3, 4, "a 3x3 kernel"),
        (random.integer(2, 5) * 2 + 1, random.integer(5, 20), "a larger kernel"),
        (7, 1, "a single layer"),
        (1, 8, "a 1x1 kernel, which spreads nothing"),
        (31, 9, "a very large kernel"),
    ]
    cases = [Case({"kernel_size": k, "depth": depth}, new) for k, depth, new in sizes]
    answer.compare(_stack_std, cases, MISTAKES, result="one number, in pixels")
