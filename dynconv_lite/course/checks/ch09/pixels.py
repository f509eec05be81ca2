"""What the exercises on sets of pixels share: how a set is checked, and how a call is shown."""

import copy
from collections.abc import Collection, Sequence
from numbers import Integral
from typing import Any

import torch
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case, Function, Hint, Mistake
from dynconv_lite.course.compare import close, describe

Pixel = tuple[int, int]
Stages = list[list[Pixel]]
RESULT = "a set of pairs (dy, dx) of integers"
JOINED = (
    " + joins two tuples end to end: add dy to dy and dx to dx, and make a new pair of the sums."
)
MOST = 12  # pixels that a message writes out


class Shown(Case):
    """A call whose message writes out sets and nested lists of pixels, and what a function does."""

    def __str__(self) -> str:
        return ", ".join(f"{name} = {_shown(value)}" for name, value in self.arguments.items())


def _shown(value: Any) -> str:
    if isinstance(value, set):
        return written(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_shown, value))}]"
    return str(value) if callable(value) and not isinstance(value, Tensor) else describe(value)


def written(pixels: Collection[Pixel]) -> str:
    """Write a set of pixels in order, and only the first of a large one."""
    rest = len(pixels) - MOST
    first = ", ".join(map(str, sorted(pixels)[:MOST]))
    return f"{{{first}, and {rest} more}}" if rest > 0 else f"{{{first}}}"


def _ordered(pixels: Collection[Pixel]) -> Tensor:
    """Return a set of pixels as a tensor (N, 2), which can be compared."""
    numbers = [[int(n) for n in pixel] for pixel in sorted(pixels)]
    return torch.tensor(numbers, dtype=torch.float64).reshape(-1, 2)


class PixelAnswer(Answer):
    """An answer that returns a set of pixels; `call` gives them in order, as a tensor (N, 2)."""

    def call(self, case: Case, after: int = 0, hints: Sequence[Hint] = ()) -> Tensor:
        """Call the function, and refuse what is no set of pixels."""
        value = super().call(case, after, hints)
        if not isinstance(value, (set, frozenset)):
            remedy = ": put the pairs into a set, set(...)" if isinstance(value, list) else ""
            self.fail(f"The function returned {describe(value)}, expected {RESULT}{remedy}.", case)
        odd = sorted(describe(element) for element in value if not _is_pixel(element))
        if odd:
            remedy = JOINED if any(_is_joined(element) for element in value) else ""
            self.fail(f"The set holds {odd[0]}, expected pairs (dy, dx) of integers.{remedy}", case)
        return _ordered(value)

    def compare_pixels(
        self,
        reference: Function,
        cases: Sequence[Case],
        mistakes: Sequence[Mistake],
        hints: Sequence[Hint] = (),
    ) -> None:
        """Compare the function with a reference, and say which pixels are too many or missing.

        Raises:
            CheckFailed: at the first case that differs.
            Unsolved: if the function is not written yet.
        """
        in_order = [Mistake(m.explanation, _in_order(m.imitate)) for m in mistakes]
        for index, case in enumerate(cases):
            expected = _ordered(reference(*copy.deepcopy(list(case.arguments.values()))))
            got = self.call(case, index, hints)
            if close(got, expected):
                continue
            known = self._recognise(in_order, cases, index, got, 0.0)
            told = _apart(_pixels(got), _pixels(expected))
            self.fail(f"{known}\n{told}" if known else told, case, index, not known)


def _is_pixel(element: Any) -> bool:
    if not isinstance(element, tuple) or len(element) != 2:
        return False
    return all(isinstance(n, Integral) for n in element)


def _is_joined(element: Any) -> bool:
    return isinstance(element, tuple) and len(element) > 2


def _in_order(function: Function) -> Function:
    return lambda *arguments: _ordered(function(*arguments))


def _pixels(ordered: Tensor) -> set[Pixel]:
    return {(int(dy), int(dx)) for dy, dx in ordered.tolist()}


def _apart(got: set[Pixel], expected: set[Pixel]) -> str:
    """Say in which pixels two sets differ."""
    parts = []
    if expected - got:
        parts.append(f"Missing: {written(expected - got)}.")
    if got - expected:
        parts.append(f"Too many: {written(got - expected)}.")
    return " ".join(parts)
