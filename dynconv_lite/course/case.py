"""What a check asks of an answer, and the wrong answers that it knows."""

import copy
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from dynconv_lite.course.compare import as_tensor, close, describe

Function = Callable[..., Any]


@dataclass(frozen=True)
class Case:
    """One call of the function.

    Attributes:
        arguments: names and values, in the order in which they are passed.
        new: what this case has that the cases before it had not.
    """

    arguments: Mapping[str, Any]
    new: str = ""

    @property
    def tensor(self) -> str:
        """The name of the first argument that is a tensor, or else of the first argument."""
        tensors = [n for n, value in self.arguments.items() if isinstance(value, Tensor)]
        return [*tensors, *self.arguments][0]

    def __str__(self) -> str:
        return ", ".join(f"{name} = {describe(value)}" for name, value in self.arguments.items())


@dataclass(frozen=True)
class Mistake:
    """A well-known wrong answer.

    Attributes:
        explanation: what is wrong, and what to try.
        imitate: the wrong function itself.
    """

    explanation: str
    imitate: Function


def always(case: Case) -> bool:
    """Let a hint hold for every case."""
    return True


@dataclass(frozen=True)
class Hint:
    """What to try when an answer raises a well-known error.

    Attributes:
        explanation: what is wrong, and what to try.
        pattern: a regular expression for "RuntimeError: the error's message".
        applies: tells for which cases the explanation holds.
    """

    explanation: str
    pattern: str
    applies: Callable[[Case], bool] = always


def advice(hints: Sequence[Hint], case: Case, error: Exception) -> str | None:
    """Return the explanation of the first hint that fits an error raised on a case."""
    text = f"{type(error).__name__}: {error}"
    fitting = (h for h in hints if re.search(h.pattern, text) and h.applies(case))
    return next((hint.explanation for hint in fitting), None)


def imitates(mistake: Mistake, case: Case, got: Tensor, atol: float) -> bool:
    """Tell whether a mistake, made on a case, gives the result `got`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            wrong = as_tensor(mistake.imitate(*copy.deepcopy(list(case.arguments.values()))))
    except (RuntimeError, ValueError, IndexError, TypeError, ArithmeticError):
        return False  # a mistake that cannot even be made on these arguments
    return wrong is not None and close(got, wrong, atol)
