"""Answers to exercise 1 of chapter 4, as learners write them: a kernel inside a larger one."""

import torch
import torch.nn.functional as F


def padded(weight, size):
    side = (size - weight.shape[2]) // 2
    return F.pad(weight, [side, side, side, side])


def by_slice(weight, size):
    o, c, s, _ = weight.shape
    first = (size - s) // 2
    large = weight.new_zeros(o, c, size, size)
    large[:, :, first : first + s, first : first + s] = weight
    return large


def by_transpose(weight, size):
    s = weight.shape[-1]
    place = torch.zeros(size, s, dtype=weight.dtype)
    for row in range(s):
        place[(size - s) // 2 + row, row] = 1
    return place @ weight @ place.T


def at(first):
    """Return an answer that lets the small kernel begin at another row and column."""

    def put_in_the_middle(weight, size):
        o, c, s, _ = weight.shape
        large = torch.zeros(o, c, size, size, dtype=weight.dtype)
        k = first(size, s)
        large[:, :, k : k + s, k : k + s] = weight
        return large

    return put_in_the_middle


def by_minus(weight, size):
    o, c, s, _ = weight.shape
    m = (size - s) // 2
    large = weight.new_zeros(o, c, size, size)
    large[:, :, m:-m, m:-m] = weight
    return large


def by_minus_added(weight, size):
    m = (size - weight.shape[2]) // 2
    large = weight.new_zeros(*weight.shape[:2], size, size)
    large[:, :, m:-m, m:-m] += weight
    return large


def with_sides(sides):
    return lambda weight, size: F.pad(weight, sides((size - weight.shape[2]) // 2))


def in_place(weight, size):
    large = padded(weight, size)
    weight.zero_()
    return large


MIDDLES = {
    "upper left": (at(lambda size, s: 0), "stands in the upper left corner"),
    "lower right": (at(lambda size, s: size - s), "stands in the lower right corner"),
    "two sides": (with_sides(lambda n: (n, n)), "The zeros stand to the left and right only"),
    "other two sides": (with_sides(lambda n: (0, 0, n, n)), "The zeros stand above and below"),
    "twice as many": (with_sides(lambda n: [2 * n] * 4), "size - s zeros are added on every"),
    "one": (lambda weight, size: F.pad(weight, (1, 1, 1, 1)), "One zero is added on every side"),
    "half of the size": (
        lambda weight, size: F.pad(weight, [size // 2] * 4),
        "That is right for s = 1 only",
    ),
    "begins in the middle": (
        lambda weight, size: (
            at(lambda size, s: size // 2)(weight, size)
            if weight.shape[2] == 1
            else F.pad(weight, [size // 2] * 4)
        ),
        "size // 2 zeros are added on every side",
    ),
    "one off": (
        lambda weight, size: at(lambda size, s: (size - s) // 2 + (s < size))(weight, size),
        "one pixel away from the middle",
    ),
    "a slice to -m": (by_minus, "a slice m:-m is 0:-0, which is empty"),
    "added to a slice to -m": (by_minus_added, "a slice m:-m is 0:-0, which is empty"),
    "replicated": (
        lambda weight, size: F.pad(weight, [(size - weight.shape[2]) // 2] * 4, "replicate"),
        "border are repeated outwards",
    ),
    "expanded": (
        lambda weight, size: weight.expand(-1, -1, size, size),
        "border are repeated outwards",
    ),
    "resized": (
        lambda weight, size: F.interpolate(weight, size=size, mode="nearest"),
        "enlarged like a picture",
    ),
    "transposed": (lambda w, size: padded(w.transpose(2, 3), size), "Rows and columns are swapped"),
    "flipped": (lambda w, size: padded(torch.flip(w, [2, 3]), size), "The kernel is flipped"),
    "channels": (lambda w, size: padded(w.permute(1, 0, 2, 3), size), "have changed places"),
    "as it is": (lambda weight, size: weight, "The small kernel comes back as it is"),
    "float padding": (
        lambda weight, size: F.pad(weight, [(size - weight.shape[2]) / 2] * 4),
        "divide with //, not with /",
    ),
    "ones": (
        lambda weight, size: by_slice(weight, size) + (size > weight.shape[2]),
        "The shape is right, but",
    ),
    "in place": (in_place, "changes its argument weight in place"),
    "float32": (lambda weight, size: padded(weight.float(), size), "float64 in, float32 out"),
    "None": (lambda weight, size: None, "returned None"),
}
