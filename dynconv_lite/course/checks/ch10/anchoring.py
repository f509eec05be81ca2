"""Exercise 11: ridge regression in closed form, so that nothing is left to solve."""

import torch
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch10.anchoring_mistakes import HINTS, MISTAKES
from dynconv_lite.course.checks.ch10.tensors import TensorAnswer
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise

RESULT = "a tensor, the matrix (p, d)"


def _projection(low: Tensor, high: Tensor, penalty: float) -> Tensor:
    """Return the matrix that predicts large patches best from small ones.

    The penalty is written as d samples more here, of which each asks for a small column. What
    remains is least squares, and no inverse is formed.

    Args:
        low: (n, d), a small patch in each row.
        high: (n, p), the large patch that belongs to it.
        penalty: on the sum of the matrix's squared entries.

    Returns:
        (p, d): a prediction is this matrix times a small patch.
    """
    size = low.shape[1]
    more = penalty**0.5 * torch.eye(size, dtype=low.dtype)
    rows = torch.cat([low, more])
    aims = torch.cat([high, high.new_zeros(size, high.shape[1])])
    return torch.linalg.lstsq(rows, aims, driver="gelsd").solution.T


@exercise("Exercise 11: solved in advance", fallback=_projection)
def projection(answer: Answer, random: Random) -> None:
    """Check `projection(low, high, penalty)`: (n, d), (n, p) -> (p, d)."""
    cases = []
    for new, count, size, outputs, penalty, offset in (
        ("one number in, one out", 5, 1, 1, 0.5, 0.0),
        ("several numbers in", 8, 3, 1, 0.5, 0.0),
        ("several numbers out", 8, 3, 5, 0.5, 0.0),
        ("as many out as in", 9, 4, 4, 0.2, 0.0),
        ("patches far from 0", 9, 4, random.integer(5, 7), 0.1, 2.0),
        ("a strong penalty", 9, 4, 5, 7.0, 1.0),
        ("fewer patches than numbers in", 4, 7, 5, 0.1, 0.5),
        ("many patches", 60, 5, 8, 0.3, 0.5),
    ):
        low = random.normal(count, size, dtype=torch.float64) + offset
        truth = random.normal(size, outputs, dtype=torch.float64)
        noise = random.normal(count, outputs, dtype=torch.float64)
        arguments = {"low": low, "high": low @ truth + noise + offset, "penalty": penalty}
        cases.append(Case(arguments, new))
    low, high = random.normal(12, 4), random.normal(12, 6)
    cases.append(Case({"low": low, "high": high, "penalty": 0.5}, "float32"))
    tensors = TensorAnswer(answer.function, answer.name, answer.label, RESULT)
    tensors.compare(_projection, cases, MISTAKES, result=RESULT, hints=HINTS)
