"""A learner's function under test: it is called on copies, and what it does wrong is named."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from torch import Tensor

from dynconv_lite.course.case import Case, Function, Hint, Mistake, advice, imitates
from dynconv_lite.course.compare import (
    as_tensor,
    close,
    describe,
    difference,
    imprecise,
    side_effect,
)
from dynconv_lite.course.failure import CheckFailed, Unsolved, is_stub, own_frames


@dataclass(frozen=True)
class Answer:
    """A learner's function.

    Attributes:
        function: the function.
        name: its name in the lesson.
        label: the exercise's number and function, as every message begins.
    """

    function: Function
    name: str
    label: str

    def compare(
        self,
        reference: Function,
        cases: Sequence[Case],
        mistakes: Sequence[Mistake] = (),
        *,
        result: str = "one number",
        atol: float = 0.0,
        hints: Sequence[Hint] = (),
    ) -> None:
        """Compare the function with a reference, from the simplest case to the hardest.

        Args:
            reference: takes the same arguments; returns a tensor or a number.
            cases: the calls to make.
            mistakes: wrong answers to recognise.
            result: what the function must return, in words.
            atol: absolute tolerance, for numbers that cancel.
            hints: errors to recognise.

        Raises:
            CheckFailed: at the first case that differs.
            Unsolved: if the function is not written yet.
        """
        for index, case in enumerate(cases):
            expected = as_tensor(reference(*copy.deepcopy(list(case.arguments.values()))))
            assert expected is not None
            raw = self.call(case, index, hints)
            got = as_tensor(raw)
            if got is None:
                self.fail(f"The function returned {describe(raw)}, expected {result}.", case)
            if expected.ndim == 0 and got.numel() == 1 and got.ndim > 0:
                self.fail(
                    f"The function returned shape {tuple(got.shape)}, expected {result}, "
                    "not a list with one number in it.",
                    case,
                )
            precision = imprecise(raw, got, expected, case.tensor)
            if precision:
                self.fail(precision, case)
            if not close(got, expected, atol):
                known = self._recognise(mistakes, cases, index, got, atol)
                self.fail(known or difference(got, expected, result), case, index, not known)

    def compare_integers(
        self,
        reference: Function,
        cases: Sequence[Case],
        mistakes: Sequence[Mistake],
        names: Sequence[str],
    ) -> None:
        """Compare a function that returns several integers, named `names`, with a reference.

        Raises:
            CheckFailed: at the first case that differs.
            Unsolved: if the function is not written yet.
        """
        wanted = f"({', '.join(names)}), {len(names)} integers"
        for index, case in enumerate(cases):
            expected = reference(*copy.deepcopy(list(case.arguments.values())))
            raw = self.call(case, after=index)
            if not isinstance(raw, (tuple, list)) or len(raw) != len(names):
                self.fail(f"The function returned {describe(raw)}, expected {wanted}.", case)
            got = as_tensor(raw)
            if got is None:
                self.fail(
                    f"The function returned {describe(raw)}, expected {wanted}: divide with //, "
                    "not with /, or do not divide at all.",
                    case,
                )
            wrong = [n for n, a, b in zip(names, raw, expected, strict=True) if a != b]
            if wrong:
                known = self._recognise(mistakes, cases, index, got, 0.0)
                text = known or f"Wrong here: {' and '.join(wrong)}."
                returned = f"The function returned {tuple(raw)}, expected {tuple(expected)}."
                self.fail(f"{text}\n{returned}", case, index, not known)

    def call(self, case: Case, after: int = 0, hints: Sequence[Hint] = ()) -> Any:
        """Call the function on copies of a case's arguments and return what it returns.

        Args:
            case: the call.
            after: how many cases it has got right before.
            hints: errors to recognise.

        Raises:
            CheckFailed: if it raises, returns nothing or changes an argument.
            Unsolved: if it is not written yet.
        """
        if not callable(self.function):
            self.fail(
                f"The check needs the function itself, got {describe(self.function)}: "
                f"write {self.name}, without brackets behind it."
            )
        arguments = copy.deepcopy(dict(case.arguments))
        try:
            value = self.function(*arguments.values())
        except Exception as error:
            own = own_frames(error.__traceback__)
            if isinstance(error, NotImplementedError) and is_stub(own):
                raise Unsolved from None
            what = f"The function raised {type(error).__name__}: {error}".rstrip(": ")
            if own is None and isinstance(error, TypeError):
                what = f"The function does not take these arguments. {what}"
            hint = advice(hints, case, error)
            what = f"{what}\n{hint}" if hint else what
            self.fail(what, case, after, True, error.with_traceback(own))
        for name, before in case.arguments.items():
            changed = side_effect(name, before, arguments[name])
            if changed:
                self.fail(changed, case)
        if value is None:
            self.fail("The function returned None. Is there a `return` at its end?", case)
        return value

    def fail(
        self,
        what: str,
        case: Case | None = None,
        after: int = 0,
        contrast: bool = False,
        cause: BaseException | None = None,
    ) -> NoReturn:
        """Raise `CheckFailed` about a case; `contrast` says what set it apart from those before."""
        lines = [f"{self.label} is not right yet. {what}"]
        if case is not None:
            lines.append(f"Called with {case}.")
            if contrast and after and case.new:
                lines.append(f"Simpler calls were right; new in this one: {case.new}.")
        raise CheckFailed("\n".join(lines)) from cause

    def _recognise(
        self,
        mistakes: Sequence[Mistake],
        cases: Sequence[Case],
        index: int,
        got: Tensor,
        atol: float,
    ) -> str | None:
        """Return the explanation of the mistake that gives `got`, and most other results too."""
        found = [m for m in mistakes if imitates(m, cases[index], got, atol)]
        if not found:
            return None
        results = [(case, result) for case in cases if (result := self._attempt(case)) is not None]

        def agreement(mistake: Mistake) -> int:
            return sum(imitates(mistake, case, result, atol) for case, result in results)

        best = max(found, key=agreement)
        # A single number may agree by chance, as int(1.63) with another formula's 1.
        chance = got.numel() == 1 and 2 * agreement(best) < len(results)
        return None if chance else best.explanation

    def _attempt(self, case: Case) -> Tensor | None:
        try:
            return as_tensor(self.call(case))
        except (CheckFailed, Unsolved):
            return None
