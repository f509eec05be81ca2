"""An answer that must be a tensor, as the cells after the exercise calculate with it."""

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case, Hint
from dynconv_lite.course.compare import describe


@dataclass(frozen=True)
class TensorAnswer(Answer):
    """An answer that returns a tensor, and nothing that merely holds the same numbers.

    Attributes:
        result: What the function must return, in words.
    """

    result: str

    def call(self, case: Case, after: int = 0, hints: Sequence[Hint] = ()) -> Tensor:
        """Call the function, and return its tensor."""
        value = super().call(case, after, hints)
        if not isinstance(value, Tensor):
            self.fail(f"The function returned {describe(value)}, expected {self.result}.", case)
        return value
