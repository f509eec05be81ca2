"""What goes wrong in placing pieces side by side."""

import math
from collections.abc import Callable

from dynconv_lite.course.case import Function, Mistake

# an integer, given the large kernel M, the small one n, and perhaps the number of pieces P
Count = Callable[[int, int], int]
Number = Callable[[int, int, int], int]


def _row(
    count: Count = lambda m, n: math.ceil(m / n),
    first: Number = lambda m, n, p: -(p * n // 2) + n // 2,
    step: Count = lambda m, n: n,
) -> Function:
    """Return the exercise's function, or a mistake: with one of its numbers replaced."""

    def piece_offsets(large_kernel: int, small_kernel: int) -> list[int]:
        pieces = count(large_kernel, small_kernel)
        start = first(large_kernel, small_kernel, pieces)
        return [start + i * step(large_kernel, small_kernel) for i in range(pieces)]

    return piece_offsets


def _middles(cut: Callable[[float], int]) -> Function:
    """Return the mistake of making an integer of every middle by itself."""

    def piece_offsets(large_kernel: int, small_kernel: int) -> list[int]:
        pieces = math.ceil(large_kernel / small_kernel)
        return [cut((i - (pieces - 1) / 2) * small_kernel) for i in range(pieces)]

    return piece_offsets


MISTAKES = [
    Mistake(
        "The number of pieces is rounded down, and they do not reach as far as the kernel. Round "
        "up: ceil(M / n).",
        _row(lambda m, n: m // n),
    ),
    Mistake(
        "There is a piece too many where n divides M. ceil(M / n) is then M / n: -(-M // n).",
        _row(lambda m, n: m // n + 1),
    ),
    Mistake(
        "There is a piece too many. As few as reach M are wanted: ceil(M / n).",
        _row(lambda m, n: math.ceil(m / n) + 1),
    ),
    Mistake(
        "There is one piece for every pixel of the kernel. Each covers n: ceil(M / n) pieces.",
        _row(lambda m, n: m),
    ),
    Mistake(
        "The row begins at -(M // 2), as the original's does, and is off centre where n does not "
        "divide M. The pieces have P * n pixels together: begin at -(P * n // 2).",
        _row(first=lambda m, n, p: -(m // 2) + n // 2),
    ),
    Mistake(
        "These are the pieces' left edges. Their middles are n // 2 further to the right.",
        _row(first=lambda m, n, p: -(p * n // 2)),
    ),
    Mistake(
        "These are the pieces' left edges, of a row that begins at -(M // 2). The middles are "
        "n // 2 further to the right, and the row begins at -(P * n // 2).",
        _row(first=lambda m, n, p: -(m // 2)),
    ),
    Mistake(
        "These are the pieces' right edges. Their middles are n // 2 further to the left.",
        _row(first=lambda m, n, p: -(p * n // 2) + n - 1),
    ),
    Mistake(
        "These are distances from the kernel's left edge. Count from the output's pixel, in the "
        "middle: subtract P * n // 2.",
        _row(first=lambda m, n, p: n // 2),
    ),
    Mistake(
        "The row begins at the output's pixel. That is its middle: subtract P * n // 2.",
        _row(first=lambda m, n, p: 0),
    ),
    Mistake(
        "The pieces stand one pixel apart, and overlap. Side by side they are n pixels apart.",
        _row(first=lambda m, n, p: -(p // 2), step=lambda m, n: 1),
    ),
    Mistake(
        "The pieces stand one pixel apart, and overlap. Side by side they are n pixels apart.",
        _row(step=lambda m, n: 1),
    ),
    Mistake(
        "The pieces overlap by one pixel: they are n pixels apart, not n - 1.",
        _row(step=lambda m, n: n - 1),
    ),
    Mistake(
        "The pieces leave a pixel free between them: they are n pixels apart, not n + 1.",
        _row(step=lambda m, n: n + 1),
    ),
    Mistake(
        "If P is even the row is half a pixel off to the right. It should be off to the left: "
        "it begins at -(P * n // 2).",
        _row(first=lambda m, n, p: -((p * n - 1) // 2) + n // 2),
    ),
    Mistake(
        "If P is even the row is off by half a piece: the middle lies between two pieces, not in "
        "one. It begins at -(P * n // 2).",
        _row(first=lambda m, n, p: -(p // 2) * n),
    ),
    Mistake(
        "-P * n // 2 is not -(P * n // 2): // rounds down, so that -9 // 2 is -5 and -(9 // 2) is "
        "-4. Where P * n is odd the row is one pixel off to the left: set the brackets.",
        _row(first=lambda m, n, p: -p * n // 2 + n // 2),
    ),
    Mistake(
        "These are the pieces' left edges, and -P * n // 2 is not -(P * n // 2): // rounds down, "
        "so that -9 // 2 is -5. Set the brackets; the middles are n // 2 further to the right.",
        _row(first=lambda m, n, p: -p * n // 2),
    ),
    Mistake(
        "The row begins at -M // 2, which is not even -(M // 2): // rounds down, so that -9 // 2 "
        "is -5. And the pieces have P * n pixels together, not M: begin at -(P * n // 2).",
        _row(first=lambda m, n, p: -m // 2 + n // 2),
    ),
    Mistake("The list runs from right to left. Turn it around.", lambda m, n: _row()(m, n)[::-1]),
    Mistake(
        "The signs are wrong: a piece on the left has a negative offset.",
        lambda m, n: [-offset for offset in _row()(m, n)],
    ),
    Mistake(
        "These are the shifts of maps that were padded by n - 1, as in the original code. Return "
        "where the pieces' middles stand.",
        lambda m, n: [m // 2 - i * n - n + 1 for i in range(math.ceil(m / n))],
    ),
    Mistake(
        "If P is even the middles lie between pixels, and each is rounded by itself: the pieces "
        "are no longer n pixels apart. Find the first, and go on in steps of n.",
        _middles(int),
    ),
    Mistake(
        "If P is even the middles lie between pixels, and each is rounded by itself: the pieces "
        "are no longer n pixels apart. Find the first, and go on in steps of n.",
        _middles(round),
    ),
]
