"""An answer whose result has a dtype of its own, whatever the arguments have."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

import torch
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case, Hint
from dynconv_lite.course.compare import describe

INEXACT = "as exact as float32 only"


@dataclass(frozen=True)
class Typed(Answer):
    """An answer that returns a tensor of one dtype.

    Attributes:
        dtype: what the result must have.
        result: what the function must return, in words.
        remedy: how to get the dtype.
    """

    dtype: torch.dtype
    result: str
    remedy: str

    def call(self, case: Case, after: int = 0, hints: Sequence[Hint] = ()) -> Tensor:
        """Call the function, and return its tensor if it has the dtype."""
        value = super().call(case, after, hints)
        if not isinstance(value, Tensor):
            self.fail(f"The function returned {describe(value)}, expected {self.result}.", case)
        if value.dtype != self.dtype:
            name = str(value.dtype).removeprefix("torch.")
            self.fail(f"The result is {name}, expected {self.result}: {self.remedy}", case)
        return value

    def fail(
        self,
        what: str,
        case: Case | None = None,
        after: int = 0,
        contrast: bool = False,
        cause: BaseException | None = None,
    ) -> NoReturn:
        """Raise `CheckFailed`; of a lack of precision, no argument shows the remedy."""
        if INEXACT in what:
            what = f"The result is float64, but {INEXACT}: {self.remedy}"
        super().fail(what, case, after, contrast, cause)
