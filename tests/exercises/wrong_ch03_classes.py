"""Answers to exercise 7 of chapter 3, as learners write them: the part of the class."""

import torch
import torch.nn.functional as F


def by_class(attention, labels):
    centre = attention.mean(0)
    between = 0
    for label in labels.unique():
        members = attention[labels == label]
        between += len(members) * ((members.mean(0) - centre) ** 2).sum()
    return between / ((attention - centre) ** 2).sum()


def by_one_hot(attention, labels):
    members = F.one_hot(labels).to(attention)  # (N, classes)
    means = members.T @ attention / members.sum(0).clamp(min=1)[:, None]
    offset = means[labels] - attention.mean(0)
    return (offset.square().sum() / (attention - attention.mean(0)).square().sum()).item()


def by_einsum(attention, labels):
    off = attention - attention.mean(0)
    same = (labels[:, None] == labels[None]).to(attention)
    projection = same / same.sum(1, keepdim=True)  # onto the class means
    between = torch.einsum("nk,nm,mk->", off, projection, off)
    return between / torch.einsum("nk,nk->", off, off)


def less_the_rest(attention, labels):
    within = attention.new_zeros(())
    for label in labels.unique():
        members = attention[labels == label]
        within += (members - members.mean(0)).pow(2).sum()
    return 1 - within / (attention - attention.mean(0)).pow(2).sum()


def by_variances(attention, labels):
    means = attention.clone()
    for label in labels.tolist():
        means[labels == label] = attention[labels == label].mean(0)
    return means.var(0, correction=0).sum() / attention.var(0, correction=0).sum()


def means_of(attention, labels):
    """Return the mean of every class: (classes, K)."""
    return torch.stack([attention[labels == label].mean(0) for label in labels.unique()])


def picture_means(attention, labels):
    """Return the mean of every picture's class: (N, K)."""
    return torch.stack([attention[labels == label].mean(0) for label in labels])


def ratio(number, means=picture_means):
    """Return number(attention, class means, overall mean)."""
    return lambda a, labels: number(a, means(a, labels), a.mean(0))


def within(attention, labels):
    return 1 - less_the_rest(attention, labels)


def never_filled(attention, labels):
    counts = torch.bincount(labels)
    sums = attention.new_zeros(len(counts), attention.shape[1]).index_add_(0, labels, attention)
    means = sums / counts[:, None]
    between = (counts[:, None] * (means - attention.mean(0)) ** 2).sum()
    return between / ((attention - attention.mean(0)) ** 2).sum()


def rows_by_label(attention, labels):
    means, centre = means_of(attention, labels), attention.mean(0)
    return ((means[labels] - centre) ** 2).sum() / ((attention - centre) ** 2).sum()


def centred_in_place(attention, labels):
    attention -= attention.mean(0)
    return by_class(attention, labels)


def relabelled(attention, labels):
    labels += 1
    return by_class(attention, labels)


CLASSES = {
    "mean over classes": (
        ratio(lambda a, m, c: (m - c).square().mean() / (a - c).square().mean(), means_of),
        "All classes count the same",
    ),
    "sum over classes": (
        ratio(lambda a, m, c: ((m - c) ** 2).sum() / ((a - c) ** 2).sum(), means_of),
        "The sum runs over the classes, each taken once",
    ),
    "variance of the means": (
        lambda a, labels: means_of(a, labels).var(0).sum() / a.var(0).sum(),
        "each taken once and less 1",
    ),
    "variance of the means, biased": (
        lambda a, labels: (
            means_of(a, labels).var(0, unbiased=False).mean() / a.var(0, unbiased=False).mean()
        ),
        "around their own mean",
    ),
    "within": (within, "This is the part within the classes"),
    "F": (lambda a, labels: by_class(a, labels) / within(a, labels), "divided by that within them"),
    "upside down": (lambda a, labels: 1 / by_class(a, labels), "The fraction is upside down"),
    "standard deviations": (
        lambda a, labels: by_class(a, labels) ** 0.5,
        "This is a ratio of standard deviations",
    ),
    "squared": (lambda a, labels: by_class(a, labels) ** 2, "squared once too often"),
    "degrees of freedom": (
        lambda a, labels: by_class(a, labels) * (len(a) - 1) / (len(labels.unique()) - 1),
        "divided by the degrees of freedom",
    ),
    "mean of ratios": (
        lambda a, labels: torch.stack([by_class(col[:, None], labels) for col in a.T]).mean(),
        "This is the mean of the kernels' ratios",
    ),
    "a ratio for each kernel": (
        ratio(lambda a, m, c: ((m - c) ** 2).mean(0) / ((a - c) ** 2).mean(0)),
        "There is one ratio for each kernel",
    ),
    "mean over pictures": (
        ratio(lambda a, m, c: (((m - c) ** 2).sum(1) / ((a - c) ** 2).sum(1)).mean()),
        "This is the mean of the pictures' ratios",
    ),
    "absolute": (
        ratio(lambda a, m, c: (m - c).abs().mean() / (a - c).abs().mean()),
        "Distances are added up, not their squares",
    ),
    "not centred": (
        ratio(lambda a, m, c: m.square().sum() / a.square().sum()),
        "The overall mean is never subtracted",
    ),
    "half centred": (
        ratio(lambda a, m, c: m.square().sum() / (a - c).square().sum()),
        "is subtracted below, but not above",
    ),
    "centre of the means": (
        lambda a, labels: (
            (picture_means(a, labels) - means_of(a, labels).mean(0)).square().sum()
            / (a - a.mean(0)).square().sum()
        ),
        "compared with their own mean",
    ),
    "one over K": (
        ratio(lambda a, m, c: (m - 1 / m.shape[1]).norm() ** 2 / (a - 1 / m.shape[1]).norm() ** 2),
        "The distances are from 1 / K",
    ),
    "first kernel": (lambda a, labels: by_class(a[:, :1], labels), "Only the first kernel"),
    "last kernel": (lambda a, labels: by_class(a[:, -1:], labels), "The function returned"),
    "not divided": (ratio(lambda a, m, c: (m - c).square().sum()), "the fraction bar, alone"),
    "percent": (lambda a, labels: 100 * by_class(a, labels), "This is a percentage"),
    "empty class": (never_filled, "A class without pictures has the mean 0 / 0"),
    "means and pictures": (
        ratio(lambda a, m, c: (m - a).square().sum(), means_of),
        "The class means and the pictures are different in number",
    ),
    "rows by label": (rows_by_label, "The labels need not be 0, 1, 2"),
    "in place": (centred_in_place, "changes its argument attention in place"),
    "labels in place": (relabelled, "changes its argument labels in place"),
    "a list of one": (lambda a, labels: by_class(a, labels)[None], "not a list with one number"),
    "None": (lambda a, labels: None, "returned None"),
}
