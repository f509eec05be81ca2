"""Answers to exercise 3 of chapter 3, as learners write them: a kernel for every image."""

import torch
import torch.nn.functional as F


def collected(x, kernels, padding):
    results = []
    for b in range(len(x)):
        results.append(F.conv2d(x[b : b + 1], kernels[b], padding=padding))
    return torch.cat(results)


def stacked(x, kernels, padding):
    pairs = zip(x, kernels, strict=True)
    return torch.stack([F.conv2d(image, kernel, padding=padding) for image, kernel in pairs])


def filled(x, kernels, padding):
    batch, _, height, width = x.shape
    cut = kernels.shape[-1] - 1 - 2 * padding
    y = x.new_empty(batch, kernels.shape[1], height - cut, width - cut)
    for b in range(batch):
        y[b] = F.conv2d(x[b][None], kernels[b], padding=padding)[0]
    return y


def by_windows(x, kernels, padding):
    k = kernels.shape[-1]
    windows = F.pad(x, (padding,) * 4).unfold(2, k, 1).unfold(3, k, 1)  # (B, C, H', W', k, k)
    return torch.einsum("bchwij,bocij->bohw", windows, kernels)


def by_unfold(x, kernels, padding):
    k = kernels.shape[-1]
    columns = F.unfold(x, k, padding=padding)
    return (kernels.flatten(2) @ columns).unflatten(2, (-1, x.shape[3] + 2 * padding - k + 1))


def by_taps(x, kernels, padding):
    k = kernels.shape[-1]
    x = F.pad(x, (padding,) * 4)
    height, width = x.shape[2] - k + 1, x.shape[3] - k + 1
    return sum(
        torch.einsum("bchw,boc->bohw", x[..., i : i + height, j : j + width], kernels[..., i, j])
        for i in range(k)
        for j in range(k)
    )


def with_kernels(change):
    """Return the exercise's function with the kernels replaced."""
    return lambda x, kernels, padding: stacked(x, change(kernels), padding)


def padded_by(padding_of):
    """Return the exercise's function, padding by padding_of(padding, k)."""
    return lambda x, kernels, padding: stacked(x, kernels, padding_of(padding, kernels.shape[-1]))


def one_image(index):
    """Return the mistake of convolving image `index` again and again."""
    return lambda x, kernels, padding: torch.cat(
        [F.conv2d(x[index][None], kernel, padding=padding) for kernel in kernels]
    )


def joined(join):
    """Return join(results), with the images' results (1, O, H', W') in a list."""
    return lambda x, kernels, padding: join([*stacked(x, kernels, padding).split(1)])


def early_return(x, kernels, padding):
    results = []
    for b in range(len(x)):
        results.append(F.conv2d(x[b : b + 1], kernels[b], padding=padding))
        return torch.cat(results)


def overwritten(x, kernels, padding):
    for image, kernel in zip(x, kernels, strict=True):
        y = F.conv2d(image[None], kernel, padding=padding)
    return y


def next_kernel(x, kernels, padding):
    batch = len(x)
    return torch.stack(
        [F.conv2d(x[b], kernels[(b + 1) % batch], padding=padding) for b in range(batch)]
    )


def one_too_many(x, kernels, padding):
    return torch.cat([F.conv2d(x[b : b + 1], kernels[b + 1]) for b in range(len(x))])


def padded_in_place(x, kernels, padding):
    y = stacked(x, kernels, padding)
    x[:, :, 0] = 0
    return y


def float32_zeros(x, kernels, padding):
    right = stacked(x, kernels, padding)
    y = torch.zeros(right.shape)
    for b in range(len(x)):
        y[b] = right[b]
    return y


def summed_first(x, kernels, padding):
    k = kernels.mean(2, keepdim=True)
    return stacked(x.sum(1, keepdim=True), k, padding)


LOOPS = {
    "first kernel": (
        with_kernels(lambda k: k[:1].repeat(len(k), 1, 1, 1, 1)),
        "by the first image",
    ),
    "first kernel, in one call": (
        lambda x, kernels, padding: F.conv2d(x, kernels[0], padding=padding),
        "convolved by the first image's kernel",
    ),
    "last kernel": (with_kernels(lambda k: k[[-1] * len(k)]), "by the last image's kernel"),
    "mean kernel": (
        lambda x, kernels, padding: F.conv2d(x, kernels.mean(0), padding=padding),
        "convolved by the mean of the kernels",
    ),
    "sum of kernels": (
        lambda x, kernels, padding: F.conv2d(x, kernels.sum(0), padding=padding),
        "convolved by the sum of the kernels",
    ),
    "next kernel": (next_kernel, "by the next image's kernel"),
    "previous kernel": (with_kernels(lambda k: k[[*range(-1, len(k) - 1)]]), "by the previous"),
    "first image": (one_image(0), "The first image is convolved by every kernel"),
    "last image": (one_image(-1), "The last image is convolved by every kernel"),
    "no padding": (padded_by(lambda padding, k: 0), "The padding is forgotten"),
    "same padding": (padded_by(lambda padding, k: k // 2), "The padding is always k // 2"),
    "padding 1": (padded_by(lambda padding, k: 1), "The padding is always 1"),
    "padded twice": (
        lambda x, kernels, padding: stacked(F.pad(x, (padding,) * 4), kernels, padding),
        "The map is padded twice",
    ),
    "replicated": (
        lambda x, kernels, padding: stacked(F.pad(x, (padding,) * 4, mode="replicate"), kernels, 0),
        "The border pixels are repeated",
    ),
    "flipped": (with_kernels(lambda k: k.flip(3, 4)), "The kernels are flipped"),
    "transposed": (with_kernels(lambda k: k.transpose(3, 4)), "Rows and columns of the kernels"),
    "channels summed": (summed_first, "are added up before the convolution"),
    "extra axis": (joined(torch.stack), "an axis of size 1 too many"),
    "joined along channels": (joined(lambda y: torch.cat(y, 1)), "joined along the channels"),
    "no batch axis": (
        lambda x, kernels, padding: torch.cat([*stacked(x, kernels, padding)]),
        "The batch axis is gone",
    ),
    "a tensor of tensors": (
        lambda x, kernels, padding: torch.tensor([*stacked(x, kernels, padding)]),
        "torch.tensor makes a tensor of numbers",
    ),
    "images on axis 1": (
        lambda x, kernels, padding: torch.stack([*stacked(x, kernels, padding)], 1),
        "The images are on axis 1",
    ),
    "summed": (joined(sum), "The results of all images are added up"),
    "return in the loop": (early_return, "Is the `return` inside the loop?"),
    "overwritten": (overwritten, "the loop overwrites it every time"),
    "reversed": (joined(lambda y: torch.cat(y[::-1])), "The images come out in reversed order"),
    "a list": (joined(list), "The function returned [a float32 tensor"),
    "whole batch": (
        lambda x, kernels, padding: F.conv2d(x, kernels, padding=padding),
        "F.conv2d takes a weight with four axes",
    ),
    "channels swapped": (
        with_kernels(lambda k: k.transpose(1, 2)),
        "Input and output channels do not fit",
    ),
    "one too many": (one_too_many, "let b run over range(len(x))"),
    "in place": (padded_in_place, "changes its argument x in place"),
    "kernels in place": (with_kernels(lambda k: k.mul_(0.5)), "changes its argument kernels"),
    "float32": (float32_zeros, "float64 in, float32 out"),
    "zeros": (joined(lambda y: 0 * torch.cat(y)), "zero everywhere"),
    "None": (joined(lambda y: None), "returned None"),
}
