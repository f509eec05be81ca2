"""Answers to exercise 1 of chapter 10, as learners write them: bicubic shrinking."""

from fractions import Fraction

import numpy as np
import torch
import torch.nn.functional as F

from data_utils.resize import weight_matrix


def keys(x):
    x = x.abs()
    near = 1.5 * x**3 - 2.5 * x**2 + 1
    far = -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
    return torch.where(x <= 1, near, torch.where(x < 2, far, 0))


def key(x):
    x = abs(x)
    if x <= 1:
        return 1.5 * x**3 - 2.5 * x**2 + 1
    return -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2 if x < 2 else 0.0


def mirrored(
    centre=lambda i, s: (i + 0.5) * s,
    pixel=lambda j: j + 0.5,
    stretch=lambda d, s: d / s,
    kernel=keys,
    fold=lambda left, inside, right: left.flip(1) + inside + right.flip(1),
    norm=lambda w, s: w / w.sum(1, keepdim=True),
    dtype=torch.float64,
    rows=lambda n, s: n // s,
):
    """Return the exercise's function with one of its steps replaced."""

    def cubic_weights(length, scale):
        middles = centre(torch.arange(rows(length, scale), dtype=dtype), scale)
        places = pixel(torch.arange(-length, 2 * length, dtype=dtype))
        w = kernel(stretch(places - middles[:, None], scale))
        return norm(fold(*w.split(length, 1)), scale)

    return cubic_weights


def windowed(
    fold=lambda k, n: min(k % (2 * n), 2 * n - 1 - k % (2 * n)),
    put=lambda m, i, j, w: m[i, j] + w,
    reach=lambda s: 2 * s,
    centre=lambda i, s: (i + 0.5) * s,
):
    """Return the exercise as loops over windows, with one of its steps replaced."""

    def cubic_weights(length, scale):
        matrix = torch.zeros(length // scale, length, dtype=torch.float64)
        for i in range(length // scale):
            middle = centre(i, scale)
            first, last = int(middle - reach(scale)), int(middle + reach(scale))
            for k in range(first, last + 1):
                w = key((k + 0.5 - middle) / scale)
                j = fold(k, length)
                if j is not None and abs(k + 0.5 - middle) < reach(scale):
                    matrix[i, j] = put(matrix, i, j, w)
        return matrix / matrix.sum(1, keepdim=True)

    return cubic_weights


def by_index_add(length, scale):
    middles = (torch.arange(length // scale).double() + 0.5) * scale
    taps = torch.arange(-2 * scale, length + 2 * scale)
    w = keys((taps + 0.5 - middles[:, None]) / scale)
    folded = taps.clone()
    folded[taps < 0] = -1 - taps[taps < 0]
    folded[taps >= length] = 2 * length - 1 - taps[taps >= length]
    matrix = torch.zeros(length // scale, length, dtype=torch.float64)
    return matrix.index_add(1, folded, w) / scale


def by_unit_rows(length, scale):
    """Shrink every unit row, by a convolution with a stride."""
    rows = torch.eye(length, dtype=torch.float64)
    pad = 2 * length
    index = torch.arange(-pad, length + pad) % (2 * length)
    index = torch.where(index < length, index, 2 * length - 1 - index)
    taps = torch.arange(-2 * scale, 3 * scale)
    kernel = keys((taps.double() + 0.5 - scale / 2) / scale)
    kernel = kernel / kernel.sum()
    wide = rows[:, index][:, None]  # (length, 1, length + 2 * pad)
    start = pad - 2 * scale
    need = (length // scale - 1) * scale + len(kernel)
    small = F.conv1d(wide[..., start : start + need], kernel[None, None], stride=scale)
    return small[:, 0].T


def library(length, scale):
    if scale not in (2, 3, 4):
        return by_index_add(length, scale)  # the library knows no others
    return torch.from_numpy(weight_matrix(length, Fraction(1, scale)))


def torch_bicubic(antialias):
    def cubic_weights(length, scale):
        rows = torch.eye(length, dtype=torch.float64).view(length, 1, 1, length)
        size = (1, length // scale)
        small = F.interpolate(
            rows, size=size, mode="bicubic", antialias=antialias, align_corners=False
        )
        return small.view(length, -1).T

    return cubic_weights


def clamped(left, inside, right):
    w = inside.clone()
    w[:, 0] += left.sum(1)
    w[:, -1] += right.sum(1)
    return w


def without_the_edge(left, inside, right):
    w = inside.clone()
    w[:, 1:] += left.flip(1)[:, :-1]
    w[:, :-1] += right.flip(1)[:, 1:]
    return w


def no_fold(k, n):
    return k


SHRINK = {
    "not stretched": (mirrored(stretch=lambda d, s: d), "The kernel is not stretched"),
    "squeezed": (mirrored(stretch=lambda d, s: d * s), "The kernel is squeezed"),
    "half the stretch": (mirrored(stretch=lambda d, s: 2 * d / s), "The kernel is not stretched"),
    "not normalised": (mirrored(norm=lambda w, s: w), "The rows sum to the scale"),
    "columns normalised": (mirrored(norm=lambda w, s: w / w.sum(0)), "(the columns do that)"),
    "all normalised": (mirrored(norm=lambda w, s: w / w.sum()), "All rows together sum to 1"),
    "softmax": (mirrored(norm=lambda w, s: w.softmax(1)), "The shape is right, but"),
    "clamped": (mirrored(fold=clamped), "extended by its edge pixels"),
    "zeros": (
        mirrored(fold=lambda a, b, c: b, norm=lambda w, s: w / s),
        "rows at the edges do not sum to 1",
    ),
    "left out": (mirrored(fold=lambda a, b, c: b), "the other weights are scaled up"),
    "left out, window": (
        windowed(lambda k, n: k if 0 <= k < n else None),
        "the other weights are scaled up",
    ),
    "reflect": (mirrored(fold=without_the_edge), "The mirror does not repeat the edge"),
    "reflect, abs": (
        windowed(lambda k, n: abs(k) if k < n else 2 * n - 2 - k),
        "The mirror does not repeat the edge",
    ),
    "circular": (mirrored(fold=lambda a, b, c: a + b + c), "The row goes round"),
    "left mirror only": (
        windowed(lambda k, n: -1 - k if k < 0 else min(k, n - 1)),
        "Only the left edge is a mirror",
    ),
    "not folded": (windowed(no_fold), "A tap lies outside of the row"),
    "overwritten": (windowed(put=lambda m, i, j, w: w), "written over others"),
    "middles at i * scale": (mirrored(lambda i, s: i * s), "at i * scale, off by half"),
    "pixels at j": (mirrored(pixel=lambda j: j), "The old pixels' middles"),
    "both at whole numbers": (
        mirrored(lambda i, s: i * s, lambda j: j),
        "All middles are taken to be at whole",
    ),
    "align corners": (
        lambda n, s: mirrored(lambda i, s: 0.5 + i * (n - 1) / (n // s - 1))(n, s),
        "(align_corners)",
    ),
    "middles cut": (mirrored(lambda i, s: ((i + 0.5) * s).floor()), "middles are rounded"),
    "one pixel right": (mirrored(lambda i, s: (i + 0.5) * s + 1), "off by one old pixel"),
    "four taps": (
        windowed(reach=lambda s: 2),
        "cut off at 2 pixels",
    ),
    "half the reach": (windowed(reach=lambda s: s), "The kernel's negative part is missing"),
    "linear": (
        mirrored(kernel=lambda x: torch.relu(1 - x.abs())),
        "This is the triangle of linear interpolation",
    ),
    "box": (
        mirrored(kernel=lambda x: (x.abs() < 0.5).double()),
        "This is the mean of `scale` pixels",
    ),
    "no negative weights": (
        mirrored(kernel=lambda x: keys(x).relu()),
        "The kernel's negative part is missing",
    ),
    "absolute weights": (mirrored(kernel=lambda x: keys(x).abs()), "All weights are positive"),
    "transposed": (lambda n, s: mirrored()(n, s).T, "The matrix is transposed"),
    "from right to left": (lambda n, s: library(n, s).flip(0), "The matrix is turned around"),
    "torch": (torch_bicubic(False), "torch's bicubic does not stretch"),
    "torch, antialiased": (torch_bicubic(True), "scaled up for them"),
    "enlarging": (lambda n, s: torch.from_numpy(weight_matrix(n, 2)), "The result has shape"),
    "float32": (mirrored(dtype=torch.float32), "The result is float32, expected a float64"),
    "float32 on the way": (
        lambda n, s: mirrored(dtype=torch.float32)(n, s).double(),
        "as exact as float32 only",
    ),
    "an array": (lambda n, s: weight_matrix(n, Fraction(1, s)), "returned a float64 array"),
    "rows and scale": (mirrored(rows=lambda n, s: s), "The result has shape"),
    "nested lists": (lambda n, s: np.eye(n).tolist(), "expected a float64 matrix"),
    "None": (lambda n, s: None, "returned None"),
}
