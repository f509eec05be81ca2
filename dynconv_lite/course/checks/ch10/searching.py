"""Exercise 7: finding the fractions at which somebody's walk goes wrong."""

import itertools
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import numpy as np
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch10.searching_mistakes import (
    NOTHING,
    right_walk,
    wrong_numbers,
    wrong_search,
)
from dynconv_lite.course.compare import describe
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise

Corner = tuple[int, int, int, int]
Walk = Callable[[Sequence[int]], list[Corner]]


def _counterexample(broken: Walk) -> Corner:
    """Return four different fractions for which a walk takes a wrong corner.

    Args:
        broken: from the fractions of four taps, 0..15, to the five corners of its walk. Which
            ones these should be depends on the fractions' order only, so 24 calls are enough.
    """
    for a, b, c, d in itertools.permutations((3, 2, 1, 0)):
        if broken((a, b, c, d)) != right_walk((a, b, c, d)):
            return a, b, c, d
    raise ValueError("broken must be wrong for one order of the fractions, it is right for all")


def _broken(order: Sequence[int], place: int) -> Walk:
    """Return a walk that is wrong for one order of the fractions.

    Args:
        order: the taps, by descending fraction, for which it is wrong.
        place: this step and the next are swapped there, so that one corner is wrong.
    """
    swapped = list(order)
    swapped[place : place + 2] = swapped[place : place + 2][::-1]
    as_if = [4 - swapped.index(tap) for tap in range(4)]

    def broken(fractions: Sequence[int]) -> list[Corner]:
        first, second, third, fourth = (fractions[tap] for tap in order)
        wrong = first > second > third > fourth
        return right_walk(as_if if wrong else fractions)

    return broken


class Search(Answer):
    """An answer that searches."""

    def fail(
        self,
        what: str,
        case: Case | None = None,
        after: int = 0,
        contrast: bool = False,
        cause: BaseException | None = None,
    ) -> NoReturn:
        """Raise `CheckFailed`; a search without a result is told what it may have missed."""
        if what.startswith("The function returned None"):
            what = NOTHING
        super().fail(what, case, after, contrast, cause)

    def check(self, case: Case, after: int, before: list[list[int]]) -> list[int]:
        """Call the function, and return its fractions if the walk is wrong there.

        Args:
            case: the call.
            after: how many it has got right before.
            before: what it returned for those.
        """
        value: Any = self.call(case, after)
        plain = value.tolist() if isinstance(value, Tensor | np.ndarray) else value
        wrong = wrong_numbers(plain)
        if wrong:
            self.fail(f"The function returned {describe(plain)}. {wrong}", case)
        fractions = [int(number) for number in plain]
        wrong = wrong_search(fractions, case.arguments["broken"], before)
        if wrong:
            self.fail(wrong, case, after, contrast=True)
        return fractions


@exercise("Exercise 7: a counterexample", fallback=_counterexample)
def counterexample(answer: Answer, random: Random) -> None:
    """Check `counterexample(broken)` -> four different fractions 0..15."""
    orders = list(itertools.permutations(range(4)))
    cases = [
        Case({"broken": _broken(order, place)}, new)
        for new, order, place in (
            ("a wrong corner in the middle of the walk", (2, 3, 0, 1), 1),
            ("another order is wrong, and the corner after the first step", (0, 1, 2, 3), 0),
            ("another order is wrong, and the corner before the last step", (3, 2, 1, 0), 2),
            ("another order is wrong", orders[random.integer(1, 11)], random.integer(0, 2)),
            ("another order is wrong", orders[random.integer(12, 22)], random.integer(0, 2)),
        )
    ]
    search = Search(answer.function, answer.name, answer.label)
    found: list[list[int]] = []
    for case in cases:
        found.append(search.check(case, len(found), found))
