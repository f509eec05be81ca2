"""Answers to exercise 6 of chapter 8, as learners write them: the correlation of ranks."""

import numpy as np
import torch
from scipy.stats import kendalltau, pearsonr, rankdata, spearmanr


def counted(a):
    below = (a < a[:, None]).sum(1)
    same = (a == a[:, None]).sum(1)
    return below + 0.5 * same + 0.5


def pearson(r, s):
    r, s = r - r.mean(), s - s.mean()
    return (r @ s) / (r.norm() * s.norm())


def correlated(of_a=counted, of_b=None, formula=pearson):
    """Return the exercise's function with one of its steps replaced."""
    return lambda a, b: float(formula(of_a(a).double(), (of_b or of_a)(b).double()))


def by_scipy(method):
    def ranks(a):
        return torch.from_numpy(np.asarray(rankdata(a.numpy(), method=method), dtype=float))

    return ranks


def by_sorting(a):
    """Go through the sorted numbers, and give every group its mean rank."""
    order = sorted(range(len(a)), key=lambda i: float(a[i]))
    ranks, i = torch.zeros(len(a)), 0
    while i < len(order):
        j = i
        while j < len(order) and a[order[j]] == a[order[i]]:
            j += 1
        for place in order[i:j]:
            ranks[place] = (i + 1 + j) / 2
        i = j
    return ranks


def by_corrcoef(a, b):
    return torch.corrcoef(torch.stack([counted(a), counted(b)]).double())[0, 1]


def by_library(a, b):
    with np.errstate(invalid="ignore"):  # its p-value is 0 / 0 where n is 2
        return spearmanr(a.numpy(), b.numpy()).statistic


def by_std(a, b):
    r, s = counted(a), counted(b)
    return ((r - r.mean()) * (s - s.mean())).sum() / (len(a) - 1) / (r.std() * s.std())


def six(power=2, factor=6, one=1, below=lambda n: n * (n**2 - 1)):
    def formula(r, s):
        return one - factor * ((r - s).abs() ** power).sum() / below(len(r))

    return correlated(formula=formula)


def mixed(correction):
    def formula(r, s):
        r, s = r - r.mean(), s - s.mean()
        first, second = (t.std(correction=correction) for t in (r, s))
        return (r * s).sum() / (len(r) - 1 + correction) / (first * second)

    return correlated(formula=formula)


def covariance(divisor):
    def formula(r, s):
        return ((r - r.mean()) * (s - s.mean())).sum() / divisor(len(r))

    return correlated(formula=formula)


def cosine(r, s):
    return r @ s / (r.norm() * s.norm())


def slope(of, on):
    def formula(r, s):
        pair = (r - r.mean(), s - s.mean())
        return (pair[of] @ pair[on]) / pair[on].square().sum()

    return correlated(formula=formula)


def rootless(r, s):
    r, s = r - r.mean(), s - s.mean()
    return (r @ s) / ((r @ r) * (s @ s))


def jointly(a, b):
    ranks = counted(torch.cat([a, b]))
    return float(pearson(ranks[: len(a)], ranks[len(a) :]))


def without_ties(a, b):
    kept = [i for i in range(len(a)) if (a == a[i]).sum() == 1 and (b == b[i]).sum() == 1]
    return float(pearson(counted(a[kept]), counted(b[kept])))


def pairs(a, b):
    n, total = len(a), 0.0
    for i in range(n):
        for j in range(i):
            total += float(torch.sign(a[i] - a[j]) * torch.sign(b[i] - b[j]))
    return 2 * total / (n * (n - 1))


def in_place(a, b):
    value = float(by_corrcoef(a, b))
    a -= a.mean()
    return value


FORMULA = "The formula with 6 d**2 is not used as it stands"
COVARIANCE = "This is the covariance of the ranks"
RANKS = {
    "Pearson": (correlated(lambda a: a), "The values are correlated"),
    "corrcoef": (
        lambda a, b: float(torch.corrcoef(torch.stack([a, b]))[0, 1]),
        "The values are correlated",
    ),
    "ranks of a": (correlated(counted, lambda b: b), "The values of b are correlated"),
    "ranks of b": (correlated(lambda a: a, counted), "The values of a are correlated"),
    "argsort": (correlated(torch.argsort), "These are no ranks: argsort says"),
    "sorted": (correlated(lambda a: a.sort().values), "The numbers are sorted, each row"),
    "argsort twice": (
        correlated(lambda a: a.argsort(stable=True).argsort()),
        "ranked in the order in which they come",
    ),
    "ordinal": (correlated(by_scipy("ordinal")), "ranked in the order in which they come"),
    "min": (correlated(by_scipy("min")), "given the smallest of their ranks"),
    "less": (
        correlated(lambda a: (a < a[:, None]).sum(1)),
        "given the smallest of their ranks",
    ),
    "max": (correlated(by_scipy("max")), "given the largest of their ranks"),
    "less or equal": (
        correlated(lambda a: (a <= a[:, None]).sum(1)),
        "given the largest of their ranks",
    ),
    "dense": (correlated(by_scipy("dense")), "take up one rank together"),
    "rounded": (correlated(lambda a: counted(a).long()), "The mean ranks are rounded down"),
    "without ties": (without_ties, "Numbers that occur twice are left out"),
    "ties of a": (correlated(counted, by_scipy("ordinal")), "by their mean in a only"),
    "ties of b": (correlated(by_scipy("ordinal"), counted), "by their mean in b only"),
    "six": (six(), "exact only where no number occurs twice"),
    "not squared": (six(power=1), FORMULA),
    "without six": (six(factor=1), FORMULA),
    "without one": (six(one=0), FORMULA),
    "n squared": (six(below=lambda n: n**2 - 1), FORMULA),
    "n cubed": (six(below=lambda n: n**3), FORMULA),
    "descending": (
        correlated(counted, lambda b: len(b) + 1 - counted(b)),
        "The sign is wrong",
    ),
    "minus": (lambda a, b: -float(by_corrcoef(a, b)), "The sign is wrong"),
    "abs": (lambda a, b: abs(float(by_corrcoef(a, b))), "The sign is lost"),
    "square": (lambda a, b: float(by_corrcoef(a, b)) ** 2, "This is the square"),
    "distance": (lambda a, b: 1 - float(by_corrcoef(a, b)), "a distance"),
    "n - 1 below": (mixed(1), "n and n - 1 are mixed"),
    "cov over std": (mixed(0), "n and n - 1 are mixed"),
    "cosine": (correlated(formula=cosine), "The means are not subtracted from the ranks"),
    "cosine from 0": (
        correlated(lambda a: counted(a) - 1, formula=cosine),
        "The ranks start at 0",
    ),
    "no root": (correlated(formula=rootless), "The root is forgotten"),
    "slope of b": (slope(1, 0), "by the squares of a's alone"),
    "slope of a": (slope(0, 1), "by the squares of b's alone"),
    "products": (covariance(lambda n: 1), COVARIANCE),
    "covariance": (covariance(lambda n: n - 1), COVARIANCE),
    "mean product": (covariance(lambda n: n), COVARIANCE),
    "jointly": (jointly, "Both rows are ranked as one"),
    "pairs": (pairs, "This is Kendall's correlation"),
    "Kendall": (
        lambda a, b: float(kendalltau(a.numpy(), b.numpy()).statistic),
        "This is Kendall's correlation",
    ),
    "p": (lambda a, b: spearmanr(a.numpy(), b.numpy()).pvalue, "This is the p-value. Return"),
    "p of values": (
        lambda a, b: float(pearsonr(a.numpy(), b.numpy()).pvalue),
        "the p-value of the values'",
    ),
    "float32": (
        lambda a, b: float(by_corrcoef(a.float(), b.float())),
        "that only float64 can tell apart",
    ),
    "both": (lambda a, b: spearmanr(a.numpy(), b.numpy()), "expected one number"),
    "a matrix": (
        lambda a, b: torch.corrcoef(torch.stack([counted(a), counted(b)])),
        "returned shape (2, 2)",
    ),
    "in place": (in_place, "changes its argument a in place"),
    "None": (lambda a, b: None, "returned None"),
}
