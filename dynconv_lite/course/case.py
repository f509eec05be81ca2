"""What a check asks of an answer, and the wrong answers that it knows."""

import copy
import warnings
from collections.abc import Callable, Mapping
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


def imitates(mistake: Mistake, case: Case, got: Tensor, atol: float) -> bool:
    """Tell whether a mistake, made on a case, gives the result `got`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            wrong = as_tensor(mistake.imitate(*copy.deepcopy(list(case.arguments.values()))))
    except (RuntimeError, ValueError, IndexError, TypeError, ArithmeticError):
        return False  # a mistake that cannot even be made on these arguments
    return wrong is not None and close(got, wrong, atol)
