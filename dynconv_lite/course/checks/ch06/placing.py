"""Exercise 4: where the pieces of a large kernel stand."""

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case, Hint
from dynconv_lite.course.checks.ch06.placing_mistakes import MISTAKES
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise
from dynconv_lite.shiftwise import offsets


def _piece_offsets(large_kernel: int, small_kernel: int) -> list[int]:
    """Return how far the middle of each piece stands from the output's pixel, left to right.

    Args:
        large_kernel: M, odd: what the pieces reach together, at least.
        small_kernel: n, odd: pixels of a piece.
    """
    return list(offsets(large_kernel, small_kernel))


class Integers(Answer):
    """An answer that returns a row of integers; a tensor of them is as good as a list."""

    def call(self, case: Case, after: int = 0, hints: Sequence[Hint] = ()) -> Any:
        """Call the function, and return what it returns, a tensor as a list."""
        value = super().call(case, after, hints)
        return value.tolist() if isinstance(value, Tensor) else value


@exercise("Exercise 4: where the pieces stand", fallback=_piece_offsets)
def piece_offsets(answer: Answer, random: Random) -> None:
    """Check `piece_offsets(large_kernel, small_kernel)` -> a list of integers."""
    small = 2 * random.integer(1, 3) + 1
    cases = [
        Case({"large_kernel": m, "small_kernel": n}, new)
        for new, m, n in (
            ("three pieces that fill the kernel", 9, 3),
            ("five pieces", 5 * small, small),
            ("one piece, as large as the kernel", small, small),
            ("pieces of one pixel", 7, 1),
            ("pieces that reach beyond the kernel", 7, 3),
            ("the paper's largest kernel", 51, 5),
            ("an even number of pieces", 5, 3),
            ("another even number of pieces", 17, 5),
            ("any sizes", 2 * random.integer(12, 30) + 1, small),
        )
    ]
    Integers(answer.function, answer.name, answer.label).compare(
        _piece_offsets,
        cases,
        MISTAKES,
        result="a list of integers (divide with //, not with /)",
    )
