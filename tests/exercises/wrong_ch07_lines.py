"""Wrong answers to exercise 4 of chapter 7, as learners write them: shift_line(line, offset)."""

import math

import numpy as np
import torch
import torch.nn.functional as F


def from_zeros(line, j):
    return line[..., j] if 0 <= j < line.shape[-1] else torch.zeros_like(line[..., 0])


def two_neighbours(
    whole=math.floor,
    part=lambda offset: offset - math.floor(offset),
    look_up=from_zeros,
    swapped=False,
):
    """Return the mean of two neighbours, with one of its parts replaced."""

    def shift_line(line, offset):
        k, f = whole(offset), part(offset)
        near, far = (f, 1 - f) if swapped else (1 - f, f)
        y = torch.zeros_like(line)
        for i in range(line.shape[-1]):
            y[..., i] = near * look_up(line, i - k) + far * look_up(line, i - k - 1)
        return y

    return shift_line


def double_loop(line, offset, weight=lambda d: max(0.0, 1 - abs(d)), normalise=False):
    n = line.shape[-1]
    y = torch.zeros_like(line)
    for i in range(n):
        weights = [weight(i - j - offset) for j in range(n)]
        if normalise and sum(weights) > 1e-9:
            weights = [w / sum(weights) for w in weights]
        for j in range(n):
            y[..., i] += weights[j] * line[..., j]
    return y


def numpy_interp(line, offset, **options):
    place = np.arange(line.shape[-1])
    rows = line.reshape(-1, line.shape[-1]).numpy()
    moved = np.stack([np.interp(place - offset, place, row, **options) for row in rows])
    return torch.from_numpy(moved).to(line.dtype).reshape(line.shape)


def by_matrix(line, offset, weight=lambda t: (1 - t.abs()).clamp(min=0)):
    place = torch.arange(line.shape[-1], dtype=line.dtype)
    return line @ weight(place[:, None] - place - offset).T


def gathered(line, offset):
    place = torch.arange(line.shape[-1], dtype=line.dtype) - offset  # where each entry comes from
    below = place.floor()
    part = place - below
    padded = F.pad(line, (1, 1))  # entry 0 and the last one are zeros
    last = line.shape[-1] + 1
    left = padded[..., (below.long() + 1).clamp(0, last)]
    right = padded[..., (below.long() + 2).clamp(0, last)]
    return (1 - part) * left + part * right


def three_taps(line, offset):
    padded = F.pad(line, (1, 1))
    weights = [max(0.0, 1 - abs(k - offset)) for k in (1, 0, -1)]
    return sum(w * padded[..., k : k + line.shape[-1]] for k, w in enumerate(weights))


def with_slices(line, offset):
    k = math.floor(offset)
    f = offset - k
    y = torch.zeros_like(line)
    y[..., k:] += (1 - f) * line[..., :-k]
    y[..., k + 1 :] += f * line[..., : -k - 1]
    return y


def by_list(line, offset):
    numbers = line.tolist()
    k, f = math.floor(offset), offset - math.floor(offset)
    y = [(1 - f) * numbers[i - k] + f * numbers[i - k + 1] for i in range(len(numbers))]
    return torch.tensor(y, dtype=line.dtype)


def in_place(line, offset):
    y = by_matrix(line, offset)
    line *= 0
    return y


def clamped(line, j):
    return line[..., max(0, min(line.shape[-1] - 1, j))]


def mirrored(line, j):
    n = line.shape[-1]
    j = abs(j) % (2 * n - 2)
    return line[..., j if j < n else 2 * n - 2 - j]


def from_the_end(line, j):
    n = line.shape[-1]
    return line[..., j] if -n <= j < n else torch.zeros_like(line[..., 0])


def whole_pixels(rounding):
    return lambda line, offset: double_loop(line, rounding(offset))


LINES = {
    "rounded": (whole_pixels(round), "rounded to whole pixels"),
    "floored": (whole_pixels(math.floor), "cut down to whole pixels"),
    "truncated": (whole_pixels(int), "cut to whole pixels, towards 0"),
    "raised": (whole_pixels(math.ceil), "raised to whole pixels"),
    "swapped weights": (two_neighbours(swapped=True), "The two weights are swapped"),
    "the other way": (lambda line, d: by_matrix(line, -d), "The line moves the other way"),
    "int for floor": (
        two_neighbours(int, lambda d: d - int(d)),
        "int(-0.3) is 0 and the part left is -0.3",
    ),
    "int and % 1": (two_neighbours(int, lambda d: d % 1), "the whole part is cut towards 0, but"),
    "absolute": (lambda line, d: by_matrix(line, abs(d)), "as a positive one does"),
    "negative ignored": (
        lambda line, d: by_matrix(line, d) if d > 0 else line,
        "A negative offset does nothing",
    ),
    "replicated": (two_neighbours(look_up=clamped), "The border pixel is repeated"),
    "np.interp": (numpy_interp, "The border pixel is repeated"),
    "np.interp with zeros": (
        lambda line, d: numpy_interp(line, d, left=0, right=0),
        "between the last pixel and the zeros",
    ),
    "wrapped": (
        two_neighbours(look_up=lambda line, j: line[..., j % line.shape[-1]]),
        "comes in at the other",
    ),
    "from the end": (two_neighbours(look_up=from_the_end), "Negative places are looked up"),
    "mirrored": (two_neighbours(look_up=mirrored), "mirrored at its ends"),
    "normalised": (lambda line, d: double_loop(line, d, normalise=True), "divided by their sum"),
    "three taps": (three_taps, "Beyond one pixel it goes wrong"),
    "part only": (lambda line, d: by_matrix(line, d % 1), "2.3 is two pixels"),
    "part only, signed": (lambda line, d: by_matrix(line, math.fmod(d, 1)), "-2.3 is two pixels"),
    "cut to one": (lambda line, d: by_matrix(line, max(-1, min(1, d))), "are cut to one"),
    "one too far": (two_neighbours(lambda d: math.floor(d) + 1), "one pixel too far to the right"),
    "one too little": (
        two_neighbours(lambda d: math.floor(d) - 1),
        "one pixel too little to the right",
    ),
    "unmoved": (lambda line, d: line, "has not moved at all"),
    "distance": (
        lambda line, d: double_loop(line, d, lambda t: abs(t) if abs(t) < 1 else 0.0),
        "the distance itself",
    ),
    "no maximum": (lambda line, d: double_loop(line, d, lambda t: 1 - abs(t)), "lack max(0, ...)"),
    "no absolute value": (
        lambda line, d: double_loop(line, d, lambda t: max(0.0, 1 - t)),
        "lack the absolute value",
    ),
    "first axis": (
        lambda line, d: by_matrix(line.movedim(0, -1), d).movedim(-1, 0),
        "The first axis is moved",
    ),
    "looked up anywhere": (
        two_neighbours(math.ceil, lambda d: 1 - d % 1, lambda line, j: line[..., j + 2], True),
        "look up line[..., j] only for",
    ),
    "a list": (by_list, "look up line[..., j] only for"),
    "a slice of floats": (lambda line, d: line[..., d:], "Split it first"),
    "slices": (with_slices, "Slices of the line do not fit"),
    "in place": (in_place, "changes its argument line in place"),
    "float32": (lambda line, d: by_matrix(line.float(), d), "float64 in, float32 out"),
    "float32 inside": (
        lambda line, d: by_matrix(line.float(), d).to(line.dtype),
        "as exact as float32 only",
    ),
    "longer": (lambda line, d: F.pad(by_matrix(line, d), (0, 1)), "(..., W) of the line's shape"),
    "None": (lambda line, d: None, "returned None"),
}
