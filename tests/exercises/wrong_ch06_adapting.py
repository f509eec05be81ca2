"""Answers to exercise 2 of chapter 6, as learners write them: pixel-adaptive convolution."""

import torch
import torch.nn.functional as F
from wrong_ch06_alike import alike, neighbour, shifted

from dynconv_lite.pac import adaptive_kernel, pixel_adaptive_conv2d


def by_taps(
    factor=shifted,
    matrix=lambda w, i, j: w[:, :, i, j],
    seen=lambda padded, i, j, high, wide: padded[:, :, i : i + high, j : j + wide],
    pad=lambda x, m: F.pad(x, (m, m, m, m)),
    divide=lambda y, total, taps: y,
    sizes=lambda x, m: x.shape[2:],
):
    """Return the exercise's function with one of its steps replaced."""

    def pixel_adaptive(x, guide, weight):
        k = weight.shape[-1]
        high, wide = sizes(x, k // 2)
        padded, y, total = pad(x, k // 2), 0, 0
        for i in range(k):
            for j in range(k):
                share = factor(guide, i - k // 2, j - k // 2).unsqueeze(1)
                here = seen(padded, i, j, high, wide) * share
                y = y + torch.einsum("oc,bchw->bohw", matrix(weight, i, j), here)
                total = total + share
        return divide(y, total, k * k)

    return pixel_adaptive


def by_unfold(x, guide, weight):
    """Cut out all windows: much memory, the same numbers."""
    k = weight.shape[-1]
    factors = adaptive_kernel(guide, k, padding=k // 2).flatten(3).flatten(1, 2)  # (B, K * K, HW)
    windows = F.unfold(x, k, padding=k // 2).unflatten(1, (x.shape[1], -1))  # (B, C, K * K, HW)
    y = torch.einsum("oct,bctp,btp->bop", weight.flatten(2), windows, factors)
    return y.unflatten(2, x.shape[2:])


def by_1x1(x, guide, weight):
    """Mix the channels by a 1 x 1 convolution for every tap, and then weight."""
    k = weight.shape[-1]
    y = x.new_zeros(len(x), len(weight), *x.shape[2:])
    for i in range(k):
        for j in range(k):
            dy, dx = i - k // 2, j - k // 2
            mixed = F.conv2d(neighbour(x, dy, dx), weight[:, :, i : i + 1, j : j + 1])
            y = y + mixed * shifted(guide, dy, dx)[:, None]
    return y


def scattered(x, guide, weight):
    """Weight where the neighbour is, looking back, and move the product."""
    m, y = weight.shape[-1] // 2, 0
    for dy in range(-m, m + 1):
        for dx in range(-m, m + 1):
            sent = neighbour(x * shifted(guide, -dy, -dx)[:, None], dy, dx)
            y = y + torch.einsum("oc,bchw->bohw", weight[:, :, m + dy, m + dx], sent)
    return y


def from_the_library(x, guide, weight):
    return pixel_adaptive_conv2d(x, guide, weight, padding=weight.shape[-1] // 2)


def carried(x, guide, weight):
    m, y = weight.shape[-1] // 2, 0
    for dy in range(-m, m + 1):
        for dx in range(-m, m + 1):
            sent = neighbour(x * shifted(guide, dy, dx)[:, None], dy, dx)
            y = y + torch.einsum("oc,bchw->bohw", weight[:, :, m + dy, m + dx], sent)
    return y


def unpadded(x, guide, weight):
    return pixel_adaptive_conv2d(x, guide, weight)


def overwritten(x, guide, weight):
    k = weight.shape[-1]
    padded = F.pad(x, [k // 2] * 4)
    for i in range(k):
        for j in range(k):
            share = shifted(guide, i - k // 2, j - k // 2)[:, None]
            here = padded[:, :, i : i + x.shape[2], j : j + x.shape[3]] * share
            y = torch.einsum("oc,bchw->bohw", weight[:, :, i, j], here)
    return y


def normalised_inside(x, guide, weight):
    return pixel_adaptive_conv2d(x, guide, weight, padding=weight.shape[-1] // 2, normalize=True)


def outside_the_sum(x, guide, weight):
    k = weight.shape[-1]
    factors = adaptive_kernel(guide, k, padding=k // 2)
    return F.conv2d(x, weight, padding=k // 2) * factors.sum((1, 2))[:, None]


def around(x, m):
    rows, columns = (torch.arange(-m, n + m) % n for n in x.shape[2:])
    return x[:, :, rows[:, None], columns]


def rolled(f, y, x):
    return alike(lambda f, y, x: f.roll((-y, -x), (2, 3)))(f, y, x)


def in_place(x, guide, weight):
    weight *= 2
    return from_the_library(x, guide, weight) / 2


def not_shaped(x, guide, weight):
    k, y = weight.shape[-1], 0
    padded = F.pad(x, [k // 2] * 4)
    for i in range(k):
        for j in range(k):
            here = padded[:, :, i : i + x.shape[2], j : j + x.shape[3]]
            here = here * shifted(guide, i - k // 2, j - k // 2)
            y = y + torch.einsum("oc,bchw->bohw", weight[:, :, i, j], here)
    return y


ADAPTIVE = {
    "plain": (
        lambda x, g, w: F.conv2d(x, w, padding=w.shape[-1] // 2),
        "This is a plain convolution",
    ),
    "normalised": (by_taps(divide=lambda y, total, n: y / total), "by the sum of the factors"),
    "normalised inside": (normalised_inside, "by the factors inside the image"),
    "mean": (by_taps(divide=lambda y, total, n: y / n), "This is the mean over the taps"),
    "flipped": (by_taps(matrix=lambda w, i, j: w[:, :, -1 - i, -1 - j]), "The kernel is flipped"),
    "swapped": (by_taps(matrix=lambda w, i, j: w[:, :, j, i]), "Rows and columns of the kernel"),
    "transposed": (
        by_taps(matrix=lambda w, i, j: w[:, :, i, j].T),
        "Inputs and outputs are swapped in the kernel",
    ),
    "transposed, 1 x 1": (lambda x, g, w: by_1x1(x, g, w.transpose(0, 1)), "is O x C"),
    "transposed, where it fits": (
        lambda x, g, w: from_the_library(x, g, w.transpose(0, 1) if len(w) == w.shape[1] else w),
        "Inputs and outputs are swapped in the kernel",
    ),
    "opposite factor": (
        by_taps(lambda f, y, x: shifted(f, -y, -x)),
        "The factor is that of the opposite neighbour",
    ),
    "opposite x": (
        by_taps(seen=lambda p, i, j, h, w: p.flip(2, 3)[:, :, i : i + h, j : j + w].flip(2, 3)),
        "x is moved the wrong way",
    ),
    "swapped factor": (
        by_taps(lambda f, y, x: shifted(f, x, y)),
        "Rows and columns are swapped in the factor",
    ),
    "squared": (by_taps(lambda f, y, x: shifted(f, y, x) ** 2), "The factor is squared, or lacks"),
    "no half": (by_taps(alike(value=lambda s: torch.exp(-s))), "The factor is squared, or lacks"),
    "root": (by_taps(alike(size=lambda d: d.norm(dim=1))), "falls with the distance, not with"),
    "mean over channels": (
        by_taps(alike(size=lambda d: (d**2).mean(1))),
        "The factor averages over the channels",
    ),
    "distance": (by_taps(alike(value=lambda s: s)), "The factor is the squared distance itself"),
    "no minus": (by_taps(alike(value=lambda s: torch.exp(s / 2))), "grows with the distance"),
    "x for a guide": (lambda x, g, w: from_the_library(x, x, w), "x is compared with itself"),
    "guide for x": (
        lambda x, g, w: from_the_library(g, g, w if g.shape == x.shape else w[:, :1]),
        "The guide is convolved",
    ),
    "first image": (
        by_taps(lambda f, y, x: shifted(f[:1], y, x)),
        "are given the factors of the first",
    ),
    "mean image": (
        by_taps(lambda f, y, x: shifted(f, y, x).mean(0, True)),
        "the same factors, the mean over the batch",
    ),
    "carried": (carried, "The factor is moved together with x"),
    "x not moved": (
        by_taps(
            seen=lambda p, i, j, h, w: p[:, :, (p.shape[2] - h) // 2 :, :][:, :, :h][
                ..., (p.shape[3] - w) // 2 : (p.shape[3] - w) // 2 + w
            ]
        ),
        "The guide is moved, but x is not",
    ),
    "unpadded": (unpadded, "The padding is forgotten"),
    "no padding": (by_taps(pad=lambda x, m: x), "pad x by K // 2 zeros"),
    "x wraps": (by_taps(pad=around), "x wraps around"),
    "both wrap": (by_taps(rolled, pad=around), "x wraps around"),
    "overwritten": (overwritten, "Only the last tap is left"),
    "outside the sum": (outside_the_sum, "weights the result of a plain convolution"),
    "not shaped": (not_shaped, "factor[:, None]"),
    "in place": (in_place, "changes its argument weight in place"),
    "float32": (
        lambda x, g, w: from_the_library(x.float(), g.float(), w.float()),
        "float64 in, float32 out",
    ),
    "guide in float32": (
        lambda x, g, w: by_1x1(x, g.float().to(g.dtype), w),
        "as exact as float32 only",
    ),
    "channels summed": (
        lambda x, g, w: from_the_library(x, g, w).sum(1),
        "a tensor (B, O, H, W)",
    ),
    "None": (lambda x, g, w: None, "returned None"),
}
