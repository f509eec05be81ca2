"""Exercise 12: what to answer if one does not know, and why that is a blurred picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case, Hint, Mistake
from dynconv_lite.course.checks.ch10.blurring_mistakes import (
    HINTS,
    MISTAKES_OF_GUESSES,
    MISTAKES_OF_SCORES,
)
from dynconv_lite.course.compare import as_tensor, describe
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise

WANTED = "(guess, decibels), a tensor of a candidate's shape and one number"
GUESS, SCORE = 0, 1


def _best_guess(candidates: Tensor, probabilities: Tensor) -> tuple[Tensor, float]:
    """Return the patch of least expected squared error, and the PSNR of that error.

    The expected error is the variance here, mean of squares minus square of the mean, so that no
    candidate is compared with the guess.

    Args:
        candidates: (m, H, W), what the true patch may be.
        probabilities: (m,), of sum 1.

    Returns:
        The guess (H, W), and 10 log10(255**2 / error) in dB.
    """
    guess = torch.einsum("m,mhw->hw", probabilities, candidates)
    squares = torch.einsum("m,mhw->hw", probabilities, candidates.square())
    error = (squares - guess.square()).mean()
    return guess, float(10 * torch.log10(255**2 / error))


@dataclass(frozen=True)
class Guesses(Answer):
    """An answer that returns a patch and its PSNR, one of which is looked at.

    Attributes:
        part: `GUESS` or `SCORE`.
    """

    part: int

    def call(self, case: Case, after: int = 0, hints: Sequence[Hint] = ()) -> Any:
        """Call the function, and return one part of what it returned."""
        value = super().call(case, after, hints)
        if not isinstance(value, tuple | list) or len(value) != 2:
            self.fail(f"The function returned {describe(value)}, expected {WANTED}.", case)
        guess, score = value
        number = as_tensor(score)
        if not isinstance(guess, Tensor) or number is None or number.ndim > 0:
            self.fail(f"The function returned {describe(value)}, expected {WANTED}.", case)
        return value[self.part]


def _part(mistakes: Sequence[Mistake], part: int) -> list[Mistake]:
    """Let mistakes return one part only, as `Guesses.call` does."""

    def taken(mistake: Mistake) -> Mistake:
        return Mistake(mistake.explanation, lambda *given: mistake.imitate(*given)[part])

    return [taken(mistake) for mistake in mistakes]


@exercise("Exercise 12: the best guess", fallback=_best_guess)
def best_guess(answer: Answer, random: Random) -> None:
    """Check `best_guess(candidates, probabilities)`: (m, H, W), (m,) -> (H, W) and one number."""
    cases = []
    for new, count, high, wide in (
        ("three patches, not equally likely", 3, 2, 2),
        ("patches that are wider than high", 4, 2, 5),
        ("many candidates", random.integer(7, 9), 4, 3),
        ("as many candidates as rows and columns", 3, 3, 3),
    ):
        candidates = (256 * random.uniform(count, high, wide)).floor()
        chances = 0.1 + random.uniform(count).sort().values
        chances[0] *= 0.5
        probabilities = chances / chances.sum()
        cases.append(Case({"candidates": candidates, "probabilities": probabilities}, new))
    edges = torch.tensor([[[0.0, 0, 0, 255]], [[0.0, 0, 255, 255]]], dtype=torch.float64)
    half = torch.full((2,), 0.5, dtype=torch.float64)
    cases.insert(0, Case({"candidates": edges, "probabilities": half}, "two edges, equally likely"))
    given = (answer.function, answer.name, answer.label)
    Guesses(*given, GUESS).compare(
        lambda *arguments: _best_guess(*arguments)[GUESS],
        cases,
        _part(MISTAKES_OF_GUESSES, GUESS),
        result="a guess (H, W)",
        hints=HINTS,
    )
    Guesses(*given, SCORE).compare(
        lambda *arguments: _best_guess(*arguments)[SCORE],
        cases,
        _part(MISTAKES_OF_SCORES, SCORE),
        result="one number, in dB",
    )
