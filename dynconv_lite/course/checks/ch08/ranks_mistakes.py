"""What goes wrong in correlating ranks."""

from collections.abc import Callable
from typing import Any

import torch
from scipy.stats import kendalltau, pearsonr, spearmanr
from torch import Tensor

from dynconv_lite.course.case import Function, Mistake

# the ranks of numbers (n,)
Ranks = Callable[[Tensor], Tensor]


def _less(a: Tensor) -> Tensor:
    return (a[None, :] < a[:, None]).sum(1).double()


def _equal(a: Tensor) -> Tensor:
    return (a[None, :] == a[:, None]).sum(1).double()


def _mean_ranks(a: Tensor) -> Tensor:
    return _less(a) + (_equal(a) + 1) / 2


def _in_turn(a: Tensor) -> Tensor:
    """Rank equal numbers in the order in which they come."""
    return a.argsort(stable=True).argsort().double() + 1


def _dense(a: Tensor) -> Tensor:
    return a.unique(return_inverse=True)[1].double()


def _values(a: Tensor) -> Tensor:
    return a.double()


def _pearson(r: Tensor, s: Tensor) -> Any:
    """Return the correlation of two rows of numbers."""
    r, s = r - r.mean(), s - s.mean()
    return (r * s).sum() / (r.square().sum() * s.square().sum()).sqrt()


def _correlation(
    of_a: Ranks = _mean_ranks,
    of_b: Ranks | None = None,
    formula: Callable[[Tensor, Tensor], Any] = _pearson,
) -> Function:
    """Return the exercise's function, or a mistake: with other ranks or another formula."""
    return lambda a, b: float(formula(of_a(a), (of_b or of_a)(b)))


def _spread(r: Tensor) -> Tensor:
    return (r - r.mean()).square().sum()


def _covariance(divisor: Callable[[int], int]) -> Function:
    return _correlation(
        formula=lambda r, s: ((r - r.mean()) * (s - s.mean())).sum() / divisor(len(r))
    )


def _from_differences(
    power: int = 2, six: int = 6, one: int = 1, divisor: Callable[[int], int] = lambda n: n**3 - n
) -> Function:
    """Return the formula for ranks without ties, or what becomes of it."""
    return _correlation(
        formula=lambda r, s: one - six * (r - s).abs().pow(power).sum() / divisor(len(r))
    )


def _together(a: Tensor, b: Tensor) -> float:
    """Rank both among all 2n numbers."""
    ranks = _mean_ranks(torch.cat([a, b]))
    return float(_pearson(ranks[: len(a)], ranks[len(a) :]))


def _without_ties(a: Tensor, b: Tensor) -> float:
    """Leave out what occurs twice."""
    kept = (_equal(a) == 1) & (_equal(b) == 1)
    return float(_correlation()(a[kept], b[kept]))


def _kendall(variant: str) -> Function:
    def correlation(a: Tensor, b: Tensor) -> float:
        signs = ((a[:, None] - a).sign() * (b[:, None] - b).sign()).sum()
        if variant == "a":
            return float(signs) / (len(a) * (len(a) - 1))
        return float(kendalltau(a.numpy(), b.numpy()).statistic)

    return correlation


TIES = (
    "{} Equal numbers share the mean of the ranks that they take up together: in 3, 5, 5, 7 the "
    "ranks are 1, 2.5, 2.5, 4."
)
SIX = (
    "The formula with 6 d**2 is not used as it stands: it is 1 - 6 * (d**2).sum() / "
    "(n * (n**2 - 1)), and holds only where no number occurs twice. Correlate the ranks instead."
)
MIXED = (
    "n and n - 1 are mixed: the products are averaged in one way, the squares in the other. Use "
    "sums throughout, and no n is needed."
)
MISTAKES = [
    Mistake("The values are correlated. Replace them by their ranks first.", _correlation(_values)),
    Mistake(
        "The values of b are correlated with the ranks of a. Rank both.",
        _correlation(_mean_ranks, _values),
    ),
    Mistake(
        "The values of a are correlated with the ranks of b. Rank both.",
        _correlation(_values, _mean_ranks),
    ),
    Mistake(
        "These are no ranks: argsort says where the smallest number stands, then the next. The "
        "argsort of that gives ranks, as far as no number occurs twice.",
        _correlation(lambda a: a.argsort(stable=True).double()),
    ),
    Mistake(
        "The numbers are sorted, each row by itself, so that pairs are torn apart. Replace every "
        "number by its rank, where it stands.",
        _correlation(lambda a: a.sort()[0].double()),
    ),
    Mistake(
        TIES.format("Equal numbers are ranked in the order in which they come."),
        _correlation(_in_turn),
    ),
    Mistake(
        TIES.format("Equal numbers are given the smallest of their ranks."),
        _correlation(_less),
    ),
    Mistake(
        TIES.format("Equal numbers are given the largest of their ranks."),
        _correlation(lambda a: _less(a) + _equal(a)),
    ),
    Mistake(
        TIES.format("Equal numbers take up one rank together, as if they were one."),
        _correlation(_dense),
    ),
    Mistake(
        TIES.format("The mean ranks are rounded down."),
        _correlation(lambda a: _mean_ranks(a).floor()),
    ),
    Mistake(TIES.format("Numbers that occur twice are left out."), _without_ties),
    Mistake(
        TIES.format("Equal numbers are ranked by their mean in a only, not in b."),
        _correlation(_mean_ranks, _in_turn),
    ),
    Mistake(
        TIES.format("Equal numbers are ranked by their mean in b only, not in a."),
        _correlation(_in_turn, _mean_ranks),
    ),
    Mistake(
        "The formula with 6 d**2 is exact only where no number occurs twice. Correlate the ranks: "
        "sum their products, less their means, and divide by the root of the sums of squares.",
        _from_differences(),
    ),
    Mistake(SIX, _from_differences(power=1)),
    Mistake(SIX, _from_differences(six=1)),
    Mistake(SIX, _from_differences(one=0)),
    Mistake(SIX, _from_differences(divisor=lambda n: n**2 - 1)),
    Mistake(SIX, _from_differences(divisor=lambda n: n**3)),
    Mistake(
        "The sign is wrong: one of the rows is ranked from the largest down. Give 1 to the "
        "smallest in both.",
        _correlation(of_b=lambda b: -_mean_ranks(b)),
    ),
    Mistake(
        "The sign is lost. It is negative where one goes down as the other goes up.",
        _correlation(formula=lambda r, s: _pearson(r, s).abs()),
    ),
    Mistake(
        "This is the square of the correlation. Return the correlation, with its sign.",
        _correlation(formula=lambda r, s: _pearson(r, s) ** 2),
    ),
    Mistake(
        "This is 1 - the correlation, a distance. Return the correlation.",
        _correlation(formula=lambda r, s: 1 - _pearson(r, s)),
    ),
    Mistake(MIXED, _correlation(formula=lambda r, s: _pearson(r, s) * len(r) / (len(r) - 1))),
    Mistake(MIXED, _correlation(formula=lambda r, s: _pearson(r, s) * (len(r) - 1) / len(r))),
    Mistake(
        "The means are not subtracted from the ranks. Subtract each row's own.",
        _correlation(formula=lambda r, s: (r * s).sum() / (r.norm() * s.norm())),
    ),
    Mistake(
        "The ranks start at 0, and their means are not subtracted. Subtract each row's own.",
        _correlation(
            lambda a: _mean_ranks(a) - 1,
            formula=lambda r, s: (r * s).sum() / (r.norm() * s.norm()),
        ),
    ),
    Mistake(
        "The root is forgotten: divide by the root of the product of the two sums of squares.",
        _correlation(formula=lambda r, s: _pearson(r, s) / (_spread(r) * _spread(s)).sqrt()),
    ),
    Mistake(
        "This is the slope of a line through the ranks: it divides by the squares of a's alone. "
        "Divide by the root of both sums' product.",
        _correlation(formula=lambda r, s: _pearson(r, s) * (_spread(s) / _spread(r)).sqrt()),
    ),
    Mistake(
        "This is the slope of a line through the ranks: it divides by the squares of b's alone. "
        "Divide by the root of both sums' product.",
        _correlation(formula=lambda r, s: _pearson(r, s) * (_spread(r) / _spread(s)).sqrt()),
    ),
    *(
        Mistake(
            "This is the covariance of the ranks. Divide the sum of the products by the root of "
            "the product of the two sums of squares.",
            _covariance(divisor),
        )
        for divisor in (lambda n: 1, lambda n: n, lambda n: n - 1)
    ),
    Mistake(
        "Both rows are ranked as one of 2 n numbers. Rank each by itself, from 1 to n.",
        _together,
    ),
    *(
        Mistake(
            "This is Kendall's correlation, which counts pairs in order. Correlate the ranks.",
            _kendall(variant),
        )
        for variant in "ab"
    ),
    Mistake(
        "This is the p-value. Return the correlation.",
        lambda a, b: float(spearmanr(a.numpy(), b.numpy()).pvalue),
    ),
    Mistake(
        "This is the p-value of the values' correlation. Return the correlation of the ranks.",
        lambda a, b: float(pearsonr(a.numpy(), b.numpy()).pvalue),
    ),
]
