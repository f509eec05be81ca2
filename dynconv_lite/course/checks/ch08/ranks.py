"""Exercise 6: the correlation of ranks."""

import numpy as np
import torch
from scipy.stats import rankdata
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch08.ranks_mistakes import MISTAKES
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise


def _rank_correlation(a: Tensor, b: Tensor) -> float:
    """Return Spearman's correlation, with mean ranks for numbers that are equal.

    Args:
        a: (n,), n >= 2, not all the same.
        b: (n,), as a.

    Returns:
        From -1 to 1.
    """
    # scipy.stats.spearmanr is the same, but warns of its p-value where n is 2
    return float(np.corrcoef(rankdata(a.numpy()), rankdata(b.numpy()))[0, 1])


def _shuffled(random: Random, *values: float, dtype: torch.dtype = torch.float32) -> Tensor:
    """Return these numbers in a random order."""
    return torch.tensor(values, dtype=dtype)[random.uniform(len(values)).argsort()]


def _related(random: Random, a: Tensor, slope: float) -> Tensor:
    return slope * a + random.normal(len(a), dtype=a.dtype)


def _astray(random: Random, n: int) -> tuple[Tensor, Tensor]:
    """Return two unrelated rows of numbers, but for one place where both are very large."""
    a, b = random.normal(n), random.normal(n)
    a[n // 2], b[n // 2] = 40.0, 60.0
    return a, b


@exercise("Exercise 6: rank correlation", fallback=_rank_correlation)
def rank_correlation(answer: Answer, random: Random) -> None:
    """Check `rank_correlation(a, b)`: two rows (n,) -> a number."""
    n = random.integer(9, 12)
    a, falling, many = random.normal(n), random.normal(n), random.normal(200)
    close = _shuffled(random, *range(n), dtype=torch.float64)
    cases = [
        Case({"a": first, "b": second}, new)
        for new, first, second in (
            ("numbers that all differ", a, _related(random, a, 0.7)),
            ("one goes down when the other goes up", falling, _related(random, falling, -1.5)),
            ("two numbers only", torch.tensor([1.0, 3.0]), torch.tensor([5.0, -2.0])),
            ("one run that went astray", *_astray(random, n)),
            ("a grows with b, but not in proportion", a, a.exp()),
            ("equal numbers in a", _shuffled(random, 1, 1, 2, 5, 5, 5, 6, 9), random.normal(8)),
            ("equal numbers in b", random.normal(7), _shuffled(random, 2, 2, 2, 3, 4, 4, 8)),
            (
                "equal numbers in both",
                _shuffled(random, -1, -1, 0, 0, 0, 2, 7, 8, 8),
                _shuffled(random, 3, 3, 3, 3, 4, 5, 5, 6, 7),
            ),
            ("many numbers", many, _related(random, many, 0.5)),
            ("float64", random.normal(n, dtype=torch.float64), close),
            (
                "numbers that only float64 can tell apart",
                1 + 1e-12 * close,
                _related(random, close, 0.3),
            ),
        )
    ]
    answer.compare(_rank_correlation, cases, MISTAKES, result="one number", atol=1e-6)
