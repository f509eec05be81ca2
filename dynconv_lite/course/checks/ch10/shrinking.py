"""Exercise 1: bicubic shrinking as a matrix."""

import torch
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch10.shrinking_mistakes import HINTS, MISTAKES
from dynconv_lite.course.checks.ch10.typed import Typed
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise

RESULT = "a float64 matrix (length // scale, length)"


def _cubic_weights(length: int, scale: int) -> Tensor:
    """Return the matrix that shrinks a row of pixels as MATLAB's bicubic interpolation does.

    Args:
        length: pixels of the row, a multiple of the scale, at least twice as many.
        scale: pixels that become one.

    Returns:
        float64 (length // scale, length); every row sums to 1.
    """
    rows = []
    for i in range(length // scale):
        row = [0.0] * length
        middle = (2 * i + 1) * scale  # in half pixels, so that it is a whole number
        for k in range(-length, 2 * length):
            folded = k % (2 * length)  # 1 0 | 0 1 2 | 2 1
            row[min(folded, 2 * length - 1 - folded)] += _keys((2 * k + 1 - middle) / (2 * scale))
        rows.append([weight / scale for weight in row])  # Keys' kernel sums to 1 on whole steps
    return torch.tensor(rows, dtype=torch.float64)


def _keys(x: float) -> float:
    """Return Keys' cubic kernel, a = -1/2, by Horner's rule."""
    x = abs(x)
    if x <= 1:
        return (1.5 * x - 2.5) * x * x + 1
    return ((-0.5 * x + 2.5) * x - 4) * x + 2 if x < 2 else 0.0


@exercise("Exercise 1: bicubic shrinking", fallback=_cubic_weights)
def cubic_weights(answer: Answer, random: Random) -> None:
    """Check `cubic_weights(length, scale)` -> float64 (length // scale, length)."""
    cases = [
        Case({"length": length, "scale": scale}, new)
        for new, length, scale in (
            ("half the size", 16, 2),
            ("a quarter", 32, 4),
            ("a third: the new pixel's middle is that of an old one", 21, 3),
            ("a row that is hardly longer than the kernel", 12, 4),
            ("another scale", 5 * random.integer(4, 6), 5),
            ("the original size", random.integer(6, 9), 1),
            ("any length", 4 * random.integer(5, 9), 4),
            ("two new pixels", 6, 3),
        )
    ]
    typed = Typed(
        answer.function,
        answer.name,
        answer.label,
        torch.float64,
        RESULT,
        "make the positions with dtype=torch.float64.",
    )
    typed.compare(_cubic_weights, cases, MISTAKES, result=RESULT, hints=HINTS)
