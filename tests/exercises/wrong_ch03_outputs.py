"""Answers to exercise 5 of chapter 3, as learners write them: mixed outputs."""

import torch
import torch.nn.functional as F


def five(attention):
    return attention[:, :, None, None, None]


def outputs(x, weight, padding):
    """Return the outputs of all kernels (B, K, O, H', W')."""
    return torch.stack([F.conv2d(x, w, padding=padding) for w in weight], 1)


def wide(x, weight, attention, padding):
    y = F.conv2d(x, weight.flatten(0, 1), padding=padding)
    y = y.reshape(len(x), *weight.shape[:2], *y.shape[2:])
    return (five(attention) * y).sum(1)


def separate(x, weight, attention, padding):
    total = 0
    for k, kernel in enumerate(weight):
        total = total + attention[:, k, None, None, None] * F.conv2d(x, kernel, padding=padding)
    return total


def einsum_outputs(x, weight, attention, padding):
    return torch.einsum("bk,bkohw->bohw", attention, outputs(x, weight, padding))


def by_product(x, weight, attention, padding):
    y = outputs(x, weight, padding)
    mixed = attention[:, None] @ y.flatten(2)
    return mixed.reshape(len(x), *y.shape[2:])


def with_attention(change):
    """Return the exercise's function with the attention replaced."""
    return lambda x, w, a, padding: separate(x, w, change(a), padding)


def with_outputs(join):
    """Return join(attention, y), with y (B, K, O, H', W')."""
    return lambda x, w, a, padding: join(a, outputs(x, w, padding))


def split_backwards(x, weight, attention, padding):
    num_kernels, out_channels = weight.shape[:2]
    y = F.conv2d(x, weight.flatten(0, 1), padding=padding)
    y = y.reshape(len(x), out_channels, num_kernels, *y.shape[2:])
    return torch.einsum("bk,bokhw->bohw", attention, y)


def laid_backwards(x, weight, attention, padding):
    wide_weight = weight.transpose(0, 1).reshape(-1, *weight.shape[2:])
    y = F.conv2d(x, wide_weight, padding=padding)
    return (five(attention) * y.unflatten(1, weight.shape[:2])).sum(1)


def same_size(x, weight, attention, padding):
    y = F.conv2d(x, weight.flatten(0, 1), padding=padding)
    y = y.reshape(len(x), *weight.shape[:2], *x.shape[2:])
    return (five(attention) * y).sum(1)


def input_in_place(x, weight, attention, padding):
    y = separate(x, weight, attention, padding)
    x.relu_()
    return y


def weight_in_place(x, weight, attention, padding):
    weight.mul_(2)
    return separate(x, weight, attention / 2, padding)


OUTPUTS = {
    "split backwards": (split_backwards, "The K * O outputs are split as (O, K)"),
    "laid backwards": (laid_backwards, "The kernels are transposed before they are flattened"),
    "divided by K": (with_outputs(lambda a, y: (five(a) * y).mean(1)), "by the number of kernels"),
    "mean attention": (
        with_attention(lambda a: a.mean(0)[None].repeat(len(a), 1)),
        "share the batch's mean attention",
    ),
    "first attention": (with_attention(lambda a: a[:1]), "share the first one's attention"),
    "reversed images": (with_attention(lambda a: a.flip(0)), "images come in reversed order"),
    "normalised": (
        with_attention(lambda a: a / a.sum(1, keepdim=True)),
        "The attention is divided by its sum",
    ),
    "plain sum": (with_outputs(lambda a, y: y.sum(1)), "this is the sum of the kernels"),
    "plain mean": (with_outputs(lambda a, y: y.mean(1)), "this is the mean of the kernels"),
    "argmax": (
        with_outputs(lambda a, y: y[torch.arange(len(a)), a.argmax(1)]),
        "largest attention is used, with weight 1",
    ),
    "squared": (
        with_outputs(lambda a, y: (five(a) * five(a) * y).sum(1)),
        "The attention is applied twice",
    ),
    "no padding": (lambda x, w, a, padding: separate(x, w, a, 0), "The padding is forgotten"),
    "same padding": (
        lambda x, w, a, padding: separate(x, w, a, w.shape[-1] // 2),
        "The padding is always k // 2",
    ),
    "padding 1": (lambda x, w, a, padding: separate(x, w, a, 1), "The padding is always 1"),
    "flipped": (
        lambda x, w, a, padding: separate(x, w.flip(-1, -2), a, padding),
        "The kernels are flipped",
    ),
    "not added up": (with_outputs(lambda a, y: five(a) * y), "weighted, but not added up"),
    "all outputs": (
        lambda x, w, a, padding: F.conv2d(x, w.flatten(0, 1), padding=padding),
        "these are all K * O of them",
    ),
    "sum over outputs": (with_outputs(lambda a, y: (five(a) * y).sum(2)), "over the output chan"),
    "sum over images": (
        with_outputs(lambda a, y: torch.einsum("bk,bkohw->ohw", a, y)),
        "The images are added up as well",
    ),
    "kept axis": (
        with_outputs(lambda a, y: (five(a) * y).sum(1, keepdim=True)),
        "an axis of size 1 too many",
    ),
    "first image": (with_outputs(lambda a, y: (five(a) * y).sum(1)[:1]), "Only the first image's"),
    "five axes": (
        lambda x, w, a, padding: F.conv2d(x, w, padding=padding),
        "F.conv2d takes one weight with four axes",
    ),
    "flattened too late": (
        lambda x, w, a, padding: F.conv2d(x, w.flatten(1, 2), padding=padding),
        "Flatten axes 0 and 1 of weight",
    ),
    "attention on the last axes": (with_outputs(lambda a, y: (a * y).sum(1)), "The axes do not m"),
    "attention on outputs": (
        with_outputs(lambda a, y: (a[:, None, :, None, None] * y).sum(1)),
        "The axes do not meet",
    ),
    "einsum's letters": (
        with_outputs(lambda a, y: torch.einsum("bk,bokhw->bohw", a, y)),
        "The axes do not meet",
    ),
    "same size": (same_size, "These numbers do not fit that shape"),
    "input in place": (input_in_place, "changes its argument x in place"),
    "weight in place": (weight_in_place, "changes its argument weight in place"),
    "float32": (
        lambda x, w, a, padding: separate(x.float(), w.float(), a.float(), padding),
        "float64 in, float32 out",
    ),
    "None": (lambda x, w, a, padding: None, "returned None"),
}
