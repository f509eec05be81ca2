"""Answers to exercise 4 of chapter 6, as learners write them: where the pieces stand."""

import math

import numpy as np
import torch


def counted(
    count=lambda m, n: math.ceil(m / n),
    first=lambda m, n, p: n // 2 - p * n // 2,
    step=lambda n: n,
    result=lambda places: places,
):
    """Return the exercise's function with one of its steps replaced."""

    def piece_offsets(large_kernel, small_kernel):
        p = count(large_kernel, small_kernel)
        start = first(large_kernel, small_kernel, p)
        return result([start + i * step(small_kernel) for i in range(p)])

    return piece_offsets


def from_edges(large_kernel, small_kernel):
    """Lay the pieces from 0 on, and subtract the middle."""
    middles = []
    edge = 0
    while edge < large_kernel:
        middles.append(edge + small_kernel // 2)
        edge += small_kernel
    return [middle - edge // 2 for middle in middles]


def by_arange(large_kernel, small_kernel):
    count = -(-large_kernel // small_kernel)
    places = torch.arange(count) * small_kernel + small_kernel // 2
    return places - count * small_kernel // 2


def by_numpy(large_kernel, small_kernel):
    count = int(np.ceil(large_kernel / small_kernel))
    return tuple(np.arange(count) * small_kernel - (count * small_kernel - small_kernel + 1) // 2)


def by_floor(large_kernel, small_kernel):
    """Round every middle down, which leaves them n apart."""
    count = (large_kernel + small_kernel - 1) // small_kernel
    return [math.floor((i - (count - 1) / 2) * small_kernel) for i in range(count)]


def middles(cut):
    def piece_offsets(large_kernel, small_kernel):
        count = math.ceil(large_kernel / small_kernel)
        return [cut((i - (count - 1) / 2) * small_kernel) for i in range(count)]

    return piece_offsets


PLACES = {
    "floor": (counted(lambda m, n: m // n), "The number of pieces is rounded down"),
    "floor and one": (counted(lambda m, n: m // n + 1), "a piece too many where n divides M"),
    "one too many": (counted(lambda m, n: math.ceil(m / n) + 1), "There is a piece too many. As"),
    "every pixel": (counted(lambda m, n: m), "one piece for every pixel"),
    "rounded": (counted(lambda m, n: round(m / n)), "The number of pieces is rounded down"),
    "original": (
        counted(first=lambda m, n, p: -(m // 2) + n // 2),
        "The row begins at -(M // 2), as the original's does",
    ),
    "floor of a negative": (
        counted(first=lambda m, n, p: -p * n // 2 + n // 2),
        "-P * n // 2 is not -(P * n // 2)",
    ),
    "left edges": (
        counted(first=lambda m, n, p: -(p * n) // 2),
        "left edges, and -P * n // 2 is not -(P * n // 2)",
    ),
    "floor of -M": (
        counted(first=lambda m, n, p: -m // 2 + n // 2),
        "begins at -M // 2, which is not even",
    ),
    "two to the right": (
        counted(first=lambda m, n, p: -(p * n // 2) + n // 2 + 2),
        "The shape is right, but",
    ),
    "left edges, centred": (
        counted(first=lambda m, n, p: -(p * n // 2)),
        "These are the pieces' left edges. Their",
    ),
    "original left edges": (
        counted(first=lambda m, n, p: -(m // 2)),
        "of a row that begins at -(M // 2)",
    ),
    "right edges": (counted(first=lambda m, n, p: n - 1 - p * n // 2), "pieces' right edges"),
    "from the edge": (counted(first=lambda m, n, p: n // 2), "from the kernel's left edge"),
    "from 0": (counted(first=lambda m, n, p: 0), "The row begins at the output's pixel"),
    "spacing 1": (
        counted(first=lambda m, n, p: -(p // 2), step=lambda n: 1),
        "stand one pixel apart",
    ),
    "spacing 1, right start": (counted(step=lambda n: 1), "stand one pixel apart"),
    "spacing n - 1": (counted(step=lambda n: n - 1), "overlap by one pixel"),
    "spacing n + 1": (counted(step=lambda n: n + 1), "leave a pixel free"),
    "half a pixel right": (
        counted(first=lambda m, n, p: n // 2 - (p * n - 1) // 2),
        "half a pixel off to the right",
    ),
    "half a piece": (counted(first=lambda m, n, p: -(p // 2) * n), "off by half a piece"),
    "reversed": (counted(result=lambda o: o[::-1]), "runs from right to left"),
    "negative": (counted(result=lambda o: [-i for i in o]), "The signs are wrong"),
    "shifts": (
        lambda m, n: [m // 2 - i * n - (n - 1) for i in range(math.ceil(m / n))],
        "the shifts of maps that were padded",
    ),
    "cut": (middles(int), "each is rounded by itself"),
    "rounded each": (middles(round), "each is rounded by itself"),
    "floats": (middles(float), "a list of integers (divide with //"),
    "a range": (lambda m, n: range(-(m // 2), m // 2, n), "returned a range, expected a list"),
    "a number": (lambda m, n: math.ceil(m / n), "expected (3,): a list of integers"),
    "a float slice": (lambda m, n: [i for i in range(m / n)], "raised TypeError"),
    "None": (lambda m, n: None, "returned None"),
}
