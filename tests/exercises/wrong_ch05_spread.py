"""Answers to exercise 5 of chapter 5, as learners write them: how far a stack spreads."""

import math

import numpy as np
import torch
import torch.nn.functional as F


def hump(kernel_size, layers, first=1):
    """Return `layers` uniform kernels, convolved in a row."""
    total = np.ones(first) / first
    for _ in range(layers):
        total = np.convolve(total, np.ones(kernel_size) / kernel_size)
    return total


def measured(kernel_size, layers):
    box = torch.full((1, 1, kernel_size), 1 / kernel_size, dtype=torch.float64)
    row = torch.ones(1, 1, 1, dtype=torch.float64)
    for _ in range(layers):
        row = F.conv1d(row, box, padding=kernel_size - 1)
    place = torch.arange(row.shape[-1], dtype=torch.float64)
    mean = (place * row[0, 0]).sum()
    return ((place - mean) ** 2 * row[0, 0]).sum().sqrt()


def from_the_middle(kernel_size, layers):
    heights = hump(kernel_size, layers)
    place = np.arange(len(heights)) - (len(heights) - 1) / 2
    return np.sqrt((heights * place**2).sum())


def derived(kernel_size, layers):
    return math.sqrt(layers * (kernel_size**2 - 1) / 12)


def added(kernel_size, layers):
    taps = [tap - (kernel_size - 1) / 2 for tap in range(kernel_size)]
    return sum(sum(tap**2 for tap in taps) / kernel_size for _ in range(layers)) ** 0.5


def by_polynomials(kernel_size, layers):
    """Use exact integers: the coefficients of (1 + z + ... ) ** layers."""
    row = [1]
    for _ in range(layers):
        new = [0] * (len(row) + kernel_size - 1)
        for i, value in enumerate(row):
            for j in range(kernel_size):
                new[i + j] += value
        row = new
    total = sum(row)
    first = sum(i * value for i, value in enumerate(row)) / total
    return math.sqrt(sum((i - first) ** 2 * value / total for i, value in enumerate(row)))


def from_the_edge(kernel_size, layers):
    heights = hump(kernel_size, layers)
    return math.sqrt((heights * np.arange(len(heights)) ** 2).sum())


def same_size(kernel_size, layers):
    """Convolve without room: what leaves the kernel's size is lost."""
    box = torch.full((1, 1, kernel_size), 1 / kernel_size)
    row = box
    for _ in range(layers - 1):
        row = F.conv1d(row, box, padding=kernel_size // 2)
    place = torch.arange(row.shape[-1]) - (row.shape[-1] - 1) / 2
    return float((place**2 * row[0, 0]).sum().sqrt())


SPREADS = {
    "linear": (lambda k, n: n * derived(k, 1), "The depth stands outside the root"),
    "K squared": (lambda k, n: k * math.sqrt(n / 12), "which holds for a continuous box"),
    "range": (lambda k, n: 1 + n * (k - 1), "the size of the theoretical receptive field"),
    "half the range": (lambda k, n: n * (k - 1) / 2, "of the theoretical field"),
    "half": (lambda k, n: derived(k, n) / 2, "This is half of the standard deviation"),
    "variance": (lambda k, n: measured(k, n) ** 2, "This is the variance"),
    "K / sqrt(12) * L": (lambda k, n: n * k / math.sqrt(12), "The function returned"),
    "law": (lambda k, n: k * math.sqrt(n), "the law K * sqrt(L) without its constant"),
    "one layer": (lambda k, n: derived(k, 1), "The depth is ignored"),
    "one too many": (
        lambda k, n: np.sqrt(
            (hump(k, n, k) * (np.arange((n + 1) * (k - 1) + 1) - (n + 1) * (k - 1) / 2) ** 2).sum()
        ),
        "There is a kernel too many",
    ),
    "one too few": (lambda k, n: measured(k, n - 1), "There is a kernel too few"),
    "from the edge": (from_the_edge, "The mean is not subtracted"),
    "multiplied": (lambda k, n: derived(k, 1) ** n, "The kernels' spreads are multiplied"),
    "twice": (lambda k, n: 2 * derived(k, n), "The variance of a box is divided by 3"),
    "divided by 6": (lambda k, n: derived(k, n) * 2**0.5, "divided by 6"),
    "sample variance": (lambda k, n: math.sqrt(n * k * (k + 1) / 12), "The function returned"),
    "standard deviation of the heights": (lambda k, n: hump(k, n).std(), "The function returned"),
    "same size": (same_size, "The function returned"),
    "heights": (hump, "expected one number"),
    "a list of one": (lambda k, n: [int(derived(k, n))], "not a list with one number in it"),
    "None": (lambda k, n: None, "returned None"),
}
