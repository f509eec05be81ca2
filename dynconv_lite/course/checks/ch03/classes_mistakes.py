"""What goes wrong in measuring how much of the attention's variance is a matter of the class."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.case import Function, Hint, Mistake

Number = Callable[[Tensor, Tensor, Tensor], Tensor]


def class_means(attention: Tensor, labels: Tensor) -> Tensor:
    """Return the mean of every picture's class: attention (N, K), labels (N,) -> (N, K)."""
    same = (labels[:, None] == labels).to(attention)  # (N, N)
    return same @ attention / same.sum(1, keepdim=True)


def _distinct(attention: Tensor, labels: Tensor) -> Tensor:
    """Return the mean of every class: (classes, K)."""
    return torch.stack([attention[labels == label].mean(0) for label in labels.unique()])


def _of(number: Number) -> Function:
    """Return number(a, m, c), with the attention, its class means (N, K) and its mean (K,)."""
    return lambda a, labels: number(a, class_means(a, labels), a.mean(0))


def _of_classes(number: Number) -> Function:
    """Return number(a, m, c) with the class means as (classes, K) instead."""
    return lambda a, labels: number(a, _distinct(a, labels), a.mean(0))


def _squares(x: Tensor) -> Tensor:
    return x.square().sum()


def _empty_class(a: Tensor, labels: Tensor) -> Tensor:
    """Divide by the number of a class's pictures, also where it is 0."""
    members = F.one_hot(labels).to(a)  # (N, classes)
    counts = members.sum(0)
    means = members.T @ a / counts[:, None]
    between = (counts[:, None] * (means - a.mean(0)).square()).sum()
    return between / _squares(a - a.mean(0))


def _balanced_centre(a: Tensor, labels: Tensor) -> Tensor:
    centre = _distinct(a, labels).mean(0)
    return _squares(class_means(a, labels) - centre) / _squares(a - a.mean(0))


def _one_way(a: Tensor, labels: Tensor) -> Tensor:
    classes, pictures = len(labels.unique()), len(labels)
    between = _squares(class_means(a, labels) - a.mean(0)) / (classes - 1)
    return between / (_squares(a - a.mean(0)) / (pictures - 1))


HINTS = [
    Hint(
        "The class means and the pictures are different in number: give every picture the mean of "
        "its own class, means[labels] if row c of means is class c's.",
        "RuntimeError: (The size of tensor|.*shapes cannot be multiplied)",
    ),
    Hint(
        "The labels need not be 0, 1, 2, ...: a class may have no picture. Make labels.max() + 1 "
        "rows, or go over labels.unique().",
        "IndexError: index|RuntimeError: index",
    ),
]
MISTAKES = [
    Mistake(
        "All classes count the same. A class counts as often as it has pictures: sum over the "
        "pictures, each with the mean of its class.",
        _of_classes(lambda a, m, c: (m - c).square().sum(1).mean() * len(a) / _squares(a - c)),
    ),
    Mistake(
        "The sum runs over the classes, each taken once. Sum over the pictures: a class counts as "
        "often as it has pictures.",
        _of_classes(lambda a, m, c: _squares(m - c) / _squares(a - c)),
    ),
    Mistake(
        "This is the variance of the class means, each taken once and less 1 in the denominator. "
        "Sum over the pictures, each with the mean of its class, around the mean of all pictures.",
        _of_classes(lambda a, m, c: m.var(0).sum() / a.var(0).sum()),
    ),
    Mistake(
        "The class means are taken each once, around their own mean. Sum over the pictures, each "
        "with the mean of its class, around the mean of all pictures.",
        _of_classes(lambda a, m, c: m.var(0, correction=0).sum() / a.var(0, correction=0).sum()),
    ),
    Mistake(
        "The class means are compared with their own mean. Compare them with the mean of all "
        "pictures: attention.mean(0).",
        _balanced_centre,
    ),
    Mistake(
        "The sums are divided by the degrees of freedom, as in a test of significance. Here it is "
        "the bare ratio of the two sums.",
        _one_way,
    ),
    Mistake(
        "This is the part within the classes. The part between them is 1 minus it: take the class "
        "means' distance from the overall mean.",
        _of(lambda a, m, c: _squares(a - m) / _squares(a - c)),
    ),
    Mistake(
        "The variance between the classes is divided by that within them. Divide by all of it: "
        "the distances from the overall mean.",
        _of(lambda a, m, c: _squares(m - c) / _squares(a - m)),
    ),
    Mistake(
        "The fraction is upside down: the part of the class means belongs on top, and the result "
        "is at most 1.",
        _of(lambda a, m, c: _squares(a - c) / _squares(m - c)),
    ),
    Mistake(
        "This is a ratio of standard deviations. Leave the root out: a part of the variance is a "
        "ratio of squares.",
        _of(lambda a, m, c: (_squares(m - c) / _squares(a - c)).sqrt()),
    ),
    Mistake(
        "The ratio is squared once too often. Divide the sums of squares, and leave it at that.",
        _of(lambda a, m, c: (_squares(m - c) / _squares(a - c)).square()),
    ),
    Mistake(
        "This is the mean of the kernels' ratios. Sum over the kernels above and below first, and "
        "divide once.",
        _of(lambda a, m, c: ((m - c).square().sum(0) / (a - c).square().sum(0)).mean()),
    ),
    Mistake(
        "There is one ratio for each kernel. Sum over the pictures and the kernels, and divide "
        "once.",
        _of(lambda a, m, c: (m - c).square().sum(0) / (a - c).square().sum(0)),
    ),
    Mistake(
        "This is the mean of the pictures' ratios. Sum over the pictures above and below first, "
        "and divide once.",
        _of(lambda a, m, c: ((m - c).square().sum(1) / (a - c).square().sum(1)).mean()),
    ),
    Mistake(
        "Distances are added up, not their squares. A variance is a mean of squares.",
        _of(lambda a, m, c: (m - c).abs().sum() / (a - c).abs().sum()),
    ),
    Mistake(
        "The overall mean is never subtracted. Both sums are of squared distances from it.",
        _of(lambda a, m, c: _squares(m) / _squares(a)),
    ),
    Mistake(
        "The overall mean is subtracted below, but not above: above stands the class means' "
        "distance from it.",
        _of(lambda a, m, c: _squares(m) / _squares(a - c)),
    ),
    Mistake(
        "The distances are from 1 / K. Take them from the overall mean, attention.mean(0).",
        _of(lambda a, m, c: _squares(m - 1 / len(c)) / _squares(a - 1 / len(c))),
    ),
    Mistake(
        "Only the first kernel is looked at. Sum over all K.",
        _of(lambda a, m, c: _squares(m[:, 0] - c[0]) / _squares(a[:, 0] - c[0])),
    ),
    Mistake(
        "This is the sum above the fraction bar, alone. Divide it by that of all pictures' "
        "distances from the overall mean.",
        _of(lambda a, m, c: _squares(m - c)),
    ),
    Mistake(
        "This is a percentage. Return a part: a number from 0 to 1.",
        _of(lambda a, m, c: 100 * _squares(m - c) / _squares(a - c)),
    ),
    Mistake(
        "A class without pictures has the mean 0 / 0, which is NaN. Go over labels.unique(), or "
        "divide by counts.clamp(min=1).",
        _empty_class,
    ),
]
