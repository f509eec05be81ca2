"""Exercise 3: which cell of the table some pixels lie in."""

import operator
from collections.abc import Sequence
from typing import Any

from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case, Hint, Mistake
from dynconv_lite.course.checks.ch10.locating_mistakes import HINTS, MISTAKES
from dynconv_lite.course.compare import as_tensor, describe
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise


def _cell(pixels: Sequence[int], interval: int) -> tuple[int, tuple[int, ...]]:
    """Return the place of the cell's lowest corner in the flat table, and the fractions in it.

    Args:
        pixels: values 0..255, the first one counting most in the table.
        interval: the nodes are 2**interval apart.

    Returns:
        (index, fractions), as many fractions as pixels, in the same order.
    """
    nodes = (256 >> interval) + 1
    strides = [nodes ** (len(pixels) - 1 - i) for i in range(len(pixels))]
    index = sum((p >> interval) * stride for p, stride in zip(pixels, strides, strict=True))
    return index, tuple(p & ((1 << interval) - 1) for p in pixels)


class Cells(Answer):
    """An answer that returns an index and fractions."""

    def call(self, case: Case, after: int = 0, hints: Sequence[Hint] = ()) -> tuple[int, ...]:
        """Call the function, and return (index, *fractions)."""
        value = super().call(case, after, hints)
        count = len(case.arguments["pixels"])
        integers = "integer" if count == 1 else "integers"
        wanted = f"(index, fractions), an integer and a tuple of {count} {integers}"
        if not isinstance(value, tuple | list) or len(value) != 2:
            self.fail(f"The function returned {describe(value)}, expected {wanted}.", case)
        index, fractions = value
        if isinstance(index, tuple | list):
            self.fail(
                f"The function returned {describe(value)}, expected {wanted}: the base node is "
                "one place in the flat table, ((a * L + b) * L + c) * L + d.",
                case,
            )
        if not isinstance(fractions, tuple | list | Tensor) or len(fractions) != count:
            self.fail(f"The function returned {describe(value)}, expected {wanted}.", case)
        if not _are_whole(index):
            self.fail(
                f"The index is {describe(index)}, expected a whole number: it is made of "
                "pixel // q, not of pixel / q.",
                case,
            )
        if not _are_whole(*fractions):
            self.fail(
                f"The fractions are {describe(tuple(fractions))}, expected whole numbers from 0 "
                "to q - 1: pixel % q, not divided by q.",
                case,
            )
        return operator.index(index), *map(operator.index, fractions)

    def compare_cells(self, cases: Sequence[Case]) -> None:
        """Compare the index and the fractions, from the simplest case to the hardest."""
        for count, case in enumerate(cases):
            got, expected = self.call(case, count, HINTS), _cell(*case.arguments.values())
            flat = (expected[0], *expected[1])
            if got == flat:
                continue
            parts = {"the index": got[0] != flat[0], "the fractions": got[1:] != flat[1:]}
            wrong = " and ".join(name for name, differs in parts.items() if differs)
            known = self._recognise(FLAT, cases, count, _tensor(got), 0.0)
            what = known or f"Wrong here: {wrong}."
            returned = f"The function returned {(got[0], got[1:])}, expected {expected}."
            self.fail(f"{what}\n{returned}", case, count, not known)


def _are_whole(*numbers: Any) -> bool:
    try:
        return all(operator.index(number) is not None for number in numbers)
    except TypeError:
        return False


def _flat(mistake: Mistake) -> Mistake:
    """Let a mistake return (index, *fractions), as `Cells.call` does."""

    def flat(pixels: Sequence[int], interval: int) -> tuple[int, ...]:
        index, fractions = mistake.imitate(pixels, interval)
        return index, *fractions

    return Mistake(mistake.explanation, flat)


FLAT = [_flat(mistake) for mistake in MISTAKES]


def _tensor(numbers: tuple[int, ...]) -> Tensor:
    tensor = as_tensor(numbers)
    assert tensor is not None
    return tensor


@exercise("Exercise 3: the cell of a table", fallback=_cell)
def cell(answer: Answer, random: Random) -> None:
    """Check `cell(pixels, interval)` -> (index, fractions)."""

    def values(*bounds: tuple[int, int]) -> list[int]:
        return [random.integer(low, high) for low, high in bounds]

    cases = []
    for new, pixels, interval in (
        ("one pixel", values((35, 39)), 4),
        ("one pixel next to the node above", values((73, 78)), 4),
        ("two pixels", values((20, 30), (170, 175)), 4),
        ("four pixels", values(*[(1, 250)] * 4), 4),
        ("nodes further apart", values((40, 60), (200, 220)), 5),
        ("nodes nearer to each other", values((9, 15), (9, 99)), 3),
        ("three pixels", values(*[(1, 250)] * 3), 6),
        ("pixels on the nodes", [48, 240, 0], 4),
        ("the highest value", [255, 0, 255, 254], 4),
        ("one cell only", values((1, 250), (1, 250)), 8),
        ("many pixels", values(*[(0, 255)] * 6), 7),
    ):
        cases.append(Case({"pixels": pixels, "interval": interval}, new))
    Cells(answer.function, answer.name, answer.label).compare_cells(cases)
