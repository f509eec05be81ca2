"""Exercise 7: whole pieces are dropped, the smallest ones."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case, Hint
from dynconv_lite.course.checks.ch06.pruning_mistakes import HINTS, MISTAKES
from dynconv_lite.course.compare import describe
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise

RESULT = "a mask (C, P) of bool"


def _kept_after(weights: Tensor, share: float) -> Tensor:
    """Return which places keep their pieces when a share of all places loses them.

    Args:
        weights: (paths, C, P, n, n).
        share: of the C * P places, rounded down; those of the smallest L1 norm go.

    Returns:
        bool (C, P), True where pieces are kept.
    """
    sizes = weights.abs().sum((0, 3, 4))  # (C, P)
    dropped = sizes.flatten().argsort()[: math.floor(share * sizes.numel())]
    kept = torch.ones(sizes.numel(), dtype=torch.bool)
    kept[dropped] = False
    return kept.view_as(sizes)


class Masks(Answer):
    """An answer that returns a mask."""

    def call(self, case: Case, after: int = 0, hints: Sequence[Hint] = ()) -> Tensor:
        """Call the function, and return its mask."""
        value = super().call(case, after, hints)
        if not isinstance(value, Tensor):
            self.fail(f"The function returned {describe(value)}, expected {RESULT}.", case)
        if value.dtype != torch.bool:
            name = str(value.dtype).removeprefix("torch.")
            self.fail(f"The result is {name}, expected {RESULT}: True where kept.", case)
        return value


@exercise("Exercise 7: the smallest pieces", fallback=_kept_after)
def kept_after(answer: Answer, random: Random) -> None:
    """Check `kept_after(weights, share)`: (paths, C, P, n, n) -> bool (C, P)."""
    c = random.integer(5, 7)
    cases = []
    for new, paths, channels, places, n, share in (
        ("half of four pieces of one pixel", 1, 1, 4, 1, 0.5),
        ("many pieces of one pixel", 1, 1, 40, 1, 0.25),
        ("pieces of 3 x 3 pixels", 1, 1, 40, 3, 0.25),
        ("several channels", 1, c, 8, 3, 0.25),
        ("several paths", 3, c, 8, 3, 0.75),
        ("a share that is no whole number of pieces", 2, 7, 9, 3, 0.35),
        ("another such share", 2, 5, 9, 5, 0.65),
        ("all sizes the same", 5, 5, 5, 5, 0.5),
        ("a share of less than one piece", 2, 3, 4, 3, 0.05),
        ("nothing to drop", 2, 3, 4, 3, 0.0),
        ("many pieces", 2, 24, 11, 5, 0.4),
    ):
        # large and small channels, and single weights that stand out, so that every norm differs
        weights = random.normal(paths, channels, places, n, n) ** 3
        weights = weights * (0.3 + random.uniform(channels, 1, 1, 1).float())
        cases.append(Case({"weights": weights, "share": share}, new))
    masks = Masks(answer.function, answer.name, answer.label)
    masks.compare(_kept_after, cases, MISTAKES, result=RESULT, hints=HINTS)
