"""Answers to exercise 2 of chapter 5, as learners write them: tap by tap."""

import torch
import torch.nn.functional as F


def by_taps(
    pad=lambda x, k: F.pad(x, (k // 2, k // 2, k // 2, k // 2)),
    tap=lambda w, i, j: w[:, 0, i, j].view(1, -1, 1, 1),
    sizes=lambda x, padded, k: x.shape[2:],
    turns=lambda k: [(i, j) for i in range(k) for j in range(k)],
):
    """Return the exercise's function with one of its steps replaced."""

    def depthwise_by_taps(x, weight):
        k = weight.shape[-1]
        padded = pad(x, k)
        high, wide = sizes(x, padded, k)
        y = 0
        for i, j in turns(k):
            y = y + tap(weight, i, j) * padded[:, :, i : i + high, j : j + wide]
        return y

    return depthwise_by_taps


def pixel_by_pixel(x, weight):
    k = weight.shape[-1]
    padded = F.pad(x, [k // 2] * 4)
    y = torch.empty_like(x)
    for row in range(x.shape[2]):
        for column in range(x.shape[3]):
            window = padded[:, :, row : row + k, column : column + k]
            y[:, :, row, column] = (window * weight[:, 0]).sum((2, 3))
    return y


def without_padding(x, weight):
    """Add into the part of the result that a tap reaches."""
    k, (high, wide) = weight.shape[-1], x.shape[2:]
    y = x.new_zeros(x.shape)
    for i in range(-(k // 2), k // 2 + 1):
        for j in range(-(k // 2), k // 2 + 1):
            if abs(i) >= high or abs(j) >= wide:
                continue
            to = (slice(max(0, -i), high - max(0, i)), slice(max(0, -j), wide - max(0, j)))
            start = (slice(max(0, i), high - max(0, -i)), slice(max(0, j), wide - max(0, -j)))
            number = weight[:, 0, i + k // 2, j + k // 2][:, None, None]
            y[:, :, *to] += number * x[:, :, *start]
    return y


def by_strides(x, weight):
    k = weight.shape[-1]
    windows = F.pad(x, [k // 2] * 4).unfold(2, k, 1).unfold(3, k, 1)  # (B, C, H, W, K, K)
    return torch.einsum("bchwij,cij->bchw", windows, weight[:, 0])


def rolled(sign):
    def depthwise_by_taps(x, weight):
        m = weight.shape[-1] // 2
        y = torch.zeros_like(x)
        for i in range(2 * m + 1):
            for j in range(2 * m + 1):
                shift = (sign * (i - m), sign * (j - m))
                y += weight[:, 0, i, j, None, None] * x.roll(shift, (2, 3))
        return y

    return depthwise_by_taps


def overwritten(x, weight):
    k, (high, wide) = weight.shape[-1], x.shape[2:]
    padded = F.pad(x, [k // 2] * 4)
    for i in range(k):
        for j in range(k):
            y = weight[:, 0, i, j, None, None] * padded[..., i : i + high, j : j + wide]
    return y


def not_shaped(x, weight):
    k = weight.shape[-1]
    return by_taps(tap=lambda w, i, j: w[:, 0, i, j])(x, weight) if k else x


def beyond(x, weight):
    y = torch.zeros_like(x)
    for row in range(x.shape[2]):
        for i in range(weight.shape[2]):
            y[:, :, row] += weight[:, 0, i, 0, None] * x[:, :, row + i]
    return y


def in_zeros(place):
    """Write what fits without padding into zeros of the map's size."""

    def depthwise_by_taps(x, weight):
        k, y = weight.shape[-1], torch.zeros_like(x)
        high, wide = x.shape[2] - k + 1, x.shape[3] - k + 1
        for row in range(high):
            for column in range(wide):
                window = x[:, :, row : row + k, column : column + k]
                at = (row + place(k), column + place(k))
                y[:, :, at[0], at[1]] = (window * weight[:, 0]).sum((2, 3))
        return y

    return depthwise_by_taps


def cut_without_padding(x, weight):
    """Take H rows from row i on where there are only H - i."""
    y, (high, wide) = torch.zeros_like(x), x.shape[2:]
    for i in range(weight.shape[2]):
        for j in range(weight.shape[3]):
            y += weight[:, 0, i, j, None, None] * x[:, :, i : i + high, j : j + wide]
    return y


def in_place(x, weight):
    x *= 2
    return by_taps()(x, weight) / 2


def kernel_in_place(x, weight):
    return by_taps()(x, weight.neg_()).neg_()


def single_precision(x, weight):
    return by_taps()(x.float(), weight.float())


def single_zeros(x, weight):
    y = torch.zeros(x.shape)
    y += by_taps()(x, weight)
    return y


def by_conv2d(x, weight):
    return F.conv2d(x, weight, padding=weight.shape[-1] // 2, groups=x.shape[1])


def by_unfold(x, weight):
    k = weight.shape[-1]
    windows = F.unfold(x, k, padding=k // 2).unflatten(1, (x.shape[1], -1))  # (B, C, K * K, H * W)
    return torch.einsum("bctp,ct->bcp", windows, weight.flatten(1)).view_as(x)


TAPS = {
    "flipped": (by_taps(tap=lambda w, i, j: w[:, 0, -1 - i, -1 - j, None, None]), "are flipped. T"),
    "rows flipped": (
        by_taps(tap=lambda w, i, j: w[:, 0, -1 - i, j, None, None]),
        "The rows of the kernels are flipped",
    ),
    "columns flipped": (
        by_taps(tap=lambda w, i, j: w[:, 0, i, -1 - j, None, None]),
        "The columns of the kernels are flipped",
    ),
    "swapped": (
        by_taps(tap=lambda w, i, j: w[:, 0, j, i, None, None]),
        "Rows and columns of the kernels are swapped",
    ),
    "rolled": (rolled(-1), "The map wraps around"),
    "rolled the other way": (rolled(1), "flipped, and the map wraps around"),
    "no padding": (
        by_taps(lambda x, k: x, sizes=lambda x, p, k: (x.shape[2] - k + 1, x.shape[3] - k + 1)),
        "The padding is forgotten",
    ),
    "no padding, cut": (cut_without_padding, "The padding is forgotten: a map that is cut"),
    "no padding, no zeros": (
        by_taps(lambda x, k: x),
        "The padding is forgotten: a map that is cut",
    ),
    "no padding, in a corner": (in_zeros(lambda k: 0), "at the top left of a map of zeros"),
    "no padding, in the middle": (
        in_zeros(lambda k: k // 2),
        "around the result is left at zero",
    ),
    "full padding": (
        by_taps(
            lambda x, k: F.pad(x, [k - 1] * 4),
            sizes=lambda x, p, k: (x.shape[2] + k - 1, x.shape[3] + k - 1),
        ),
        "padded by K - 1 zeros on every side",
    ),
    "zeros behind": (
        by_taps(lambda x, k: F.pad(x, (0, k - 1, 0, k - 1))),
        "as if all zeros were added below",
    ),
    "zeros before": (
        by_taps(lambda x, k: F.pad(x, (k - 1, 0, k - 1, 0))),
        "as if all zeros were added above",
    ),
    "one too early": (
        by_taps(lambda x, k: F.pad(x, (k // 2 - 1, k // 2 + 1, k // 2 - 1, k // 2 + 1))),
        "moved by one pixel, up and to the left",
    ),
    "mean": (
        lambda x, weight: by_taps()(x, weight) / weight.shape[-1] ** 2,
        "This is the mean over the taps",
    ),
    "first kernel": (
        by_taps(tap=lambda w, i, j: w[0, 0, i, j]),
        "All channels are given the first one's kernel",
    ),
    "mean kernel": (
        by_taps(tap=lambda w, i, j: w[:, 0, i, j].mean()),
        "All channels are given the mean kernel",
    ),
    "summed": (
        lambda x, weight: by_taps()(x, weight).sum(1, keepdim=True),
        "The channels are added up, as a dense",
    ),
    "summed and spread": (
        lambda x, weight: by_taps()(x, weight).sum(1, keepdim=True).expand_as(x),
        "each is given the sum",
    ),
    "overwritten": (overwritten, "Only the last tap is left"),
    "diagonal": (by_taps(turns=lambda k: [(i, i) for i in range(k)]), "of the diagonal"),
    "not moved": (
        lambda x, weight: x * weight.sum((1, 2, 3))[:, None, None],
        "The map is not moved",
    ),
    "last tap forgotten": (
        by_taps(turns=lambda k: [(i, j) for i in range(k) for j in range(k)][: k * k - (k > 1)]),
        "The shape is right, but",
    ),
    "not shaped": (not_shaped, "give it two axes more"),
    "beyond the map": (beyond, "Pad the map by K // 2 zeros first"),
    "without channels": (lambda x, weight: by_taps()(x, weight)[:, 0], "a tensor (B, C, H, W)"),
    "in place": (in_place, "changes its argument x in place"),
    "kernel in place": (kernel_in_place, "changes its argument weight in place"),
    "float32": (single_precision, "float64 in, float32 out"),
    "zeros in float32": (single_zeros, "float64 in, float32 out"),
    "conv2d": (by_conv2d, "The values are right, but a convolution is called"),
    "strides": (by_strides, "The values are right, but an unfold is called"),
    "unfold": (by_unfold, "The values are right, but an unfold is called"),
    "None": (lambda x, weight: None, "returned None"),
}
