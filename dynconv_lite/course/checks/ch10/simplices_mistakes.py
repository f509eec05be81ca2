"""What goes wrong in interpolating in a simplex."""

from dynconv_lite.course.case import Hint, Mistake
from dynconv_lite.course.checks.ch10.simplices_walks import (
    alike,
    as_given,
    ascending,
    by_value,
    descending,
    differences,
    multilinear,
    nearest,
    powers,
    ranks,
    upwards,
    walked,
)

SORT = "Step up along the pixel with the largest fraction first, then the next, and so on."
WEIGHTS = "With f1 >= f2 >= ... the weights are q - f1, f1 - f2, ..., fn, and sum to q."
STRIDES = "A step along pixel i adds L ** (n - 1 - i) to the index: the first pixel counts most."
PAIRS = "Sort the pairs (fraction, stride) together."
HINTS = [
    Hint(
        "Any number of pixels may come. Go through them in a loop, not by names a, b, c, d.",
        "ValueError: .*unpack",
    ),
    Hint(
        "An index is no whole number. Base nodes are pixel // q, not pixel / q.",
        "IndexError: (only integers|.*valid indices)|TypeError: .*ind(ex|ices)",
    ),
    Hint(
        "An index is out of the table. For interval 4 there are L = 17 nodes, q = 16 levels apart; "
        "in general L = 2 ** (8 - interval) + 1 and q = 2 ** interval.",
        "IndexError",
        lambda case: case.arguments["interval"] != 4,
    ),
    Hint(
        "An index is out of the table: L = 2 ** (8 - interval) + 1 nodes on every axis, "
        f"q = 2 ** interval levels apart. {STRIDES}",
        "IndexError",
    ),
]
MISTAKES = [
    Mistake(
        "Entries of int8 are multiplied or added as int8, and wrap around beyond 127. "
        "Convert them first: values[index].double().",
        walked(entries=lambda t: t),
    ),
    Mistake(
        f"The walk steps along the smallest fraction first. {SORT}",
        walked(ascending, weights_order=descending),
    ),
    Mistake(f"Everything is sorted ascending, and weights are negative. {SORT}", walked(ascending)),
    Mistake(
        f"The fractions are sorted, but the walk keeps the pixels' order. {PAIRS}",
        walked(as_given, weights_order=descending),
    ),
    Mistake(
        f"The walk is sorted, but the weights keep the pixels' order. {PAIRS}",
        walked(weights_order=as_given),
    ),
    Mistake(f"Nothing is sorted, and weights are negative. {SORT}", walked(as_given)),
    Mistake(
        f"The pixels are sorted by their values, not by their fractions: pixel % q decides. {SORT}",
        walked(by_value),
    ),
    Mistake(
        "The walk follows the pixels' values, the weights their fractions: pixel % q decides. "
        f"{SORT}",
        walked(by_value, weights_order=descending),
    ),
    Mistake(
        "The order is taken for ranks, or the other way round: the walk's step k is along the "
        f"pixel whose fraction is in place k. {PAIRS}",
        walked(ranks, weights_order=descending),
    ),
    Mistake(
        f"The weights are shifted by one: the base has q - f1, not f1 - f2. {WEIGHTS}",
        walked(weigh=lambda q, f: [*differences(q, f)[1:], q - f[0]]),
    ),
    Mistake(
        f"The weights are turned around. {WEIGHTS}",
        walked(weigh=lambda q, f: differences(q, f)[::-1]),
    ),
    Mistake(
        f"The weights are the fractions themselves, not their differences. {WEIGHTS}",
        walked(weigh=lambda q, f: [q - f[0], *f]),
    ),
    Mistake(
        f"The base node is left out: q - f1 times its entry. {WEIGHTS}",
        walked(weigh=lambda q, f: [0, *differences(q, f)[1:]]),
    ),
    Mistake(
        f"The last corner is left out: fn times its entry. {WEIGHTS}",
        walked(weigh=lambda q, f: [*differences(q, f)[:-1], 0]),
    ),
    Mistake(f"All corners count alike. {WEIGHTS}", walked(weigh=alike)),
    Mistake(f"The result is not divided by q. {WEIGHTS}", walked(result=lambda t, q: t)),
    Mistake(f"The result is divided by q - 1. {WEIGHTS}", walked(result=lambda t, q: t / (q - 1))),
    Mistake(
        "The result is divided by 16, which is q for interval 4 only.",
        walked(result=lambda t, q: t / 16),
    ),
    Mistake(
        "The quotient is rounded down. Divide with /, not with //.",
        walked(result=lambda t, q: (t / q).floor()),
    ),
    Mistake(
        "The result is rounded. Keep its fraction: rotations are added up before rounding.",
        walked(result=lambda t, q: (t / q).round()),
    ),
    Mistake(
        "The fraction is dropped. Keep it: rotations are added up before rounding.",
        walked(result=lambda t, q: (t / q).trunc()),
    ),
    Mistake(
        "The result is the outputs' sum. Keep one number for each: (outputs,).",
        walked(result=lambda t, q: t.sum() / q),
    ),
    Mistake(
        "Only the first output is there. Keep one number for each: (outputs,).",
        walked(result=lambda t, q: t[:1] / q),
    ),
    Mistake(
        f"The strides are turned around: the last pixel counts most. {STRIDES}",
        walked(strides=lambda n, nodes, q: powers(n, nodes, q)[::-1]),
    ),
    Mistake(
        f"The base is right, but the steps' strides are turned around. {STRIDES}",
        walked(steps=lambda n, nodes, q: powers(n, nodes, q)[::-1]),
    ),
    Mistake(
        "The strides are powers of 2 ** (8 - interval). There is one node more on every axis: "
        "L = 2 ** (8 - interval) + 1.",
        walked(strides=lambda n, nodes, q: powers(n, nodes - 1, q)),
    ),
    Mistake(
        f"Every step adds 1 to the index. {STRIDES}", walked(steps=lambda n, nodes, q: [1] * n)
    ),
    Mistake(
        "Every corner is one step from the base: the steps are not added up. "
        "Keep the steps taken before.",
        walked(walk=lambda b, s: [b, *(b + t for t in s)]),
    ),
    Mistake(
        "The walk starts at the opposite corner and steps down. Start at the base node and "
        "step up.",
        walked(walk=lambda b, s: [b + sum(s) - t + b for t in upwards(b, s)]),
    ),
    Mistake(
        "The walk never leaves the base node: add the stride in every step.",
        walked(walk=lambda b, s: [b] * (len(s) + 1)),
    ),
    Mistake(
        f"This is multilinear interpolation, of 2 ** n corners. Take the n + 1 of the simplex. "
        f"{WEIGHTS}",
        multilinear,
    ),
    Mistake(f"This is the nearest node's entry, without interpolation. {WEIGHTS}", nearest),
    Mistake("The interval is always taken to be 4: q = 2 ** interval.", walked(step=lambda i: 16)),
]
