"""Answers to exercise 4 of chapter 3, as learners write them: all images in one convolution."""

import torch
import torch.nn.functional as F
import wrong_ch03_loops as loops


def grouped(wide=lambda x: x, laid=lambda k: k, split=lambda y, b: y.reshape(b, -1, *y.shape[2:])):
    """Return exercise 4's function with one of its layouts replaced."""

    def convolve_in_groups(x, kernels, padding):
        batch, channels, height, width = x.shape
        x = wide(x).reshape(1, batch * channels, height, width)
        weight = laid(kernels).reshape(-1, *kernels.shape[2:])
        return split(F.conv2d(x, weight, padding=padding, groups=batch), batch)

    return convolve_in_groups


def swapped(tensor):
    return tensor.transpose(0, 1)


def split_backwards(y, batch):
    return y[0].unflatten(0, (-1, batch)).transpose(0, 1)


def by_vmap(x, kernels, padding):
    def convolve(image, kernel):
        return F.conv2d(image, kernel, padding=padding)

    return torch.vmap(convolve)(x, kernels)


def by_view(x, kernels, padding):
    b, c, height, width = x.shape
    _, o, _, k, _ = kernels.shape
    y = F.conv2d(x.view(1, b * c, height, width), kernels.view(b * o, c, k, k), None, 1, padding,
                 1, b)  # fmt: skip
    return y.view(b, o, y.shape[-2], y.shape[-1])


def by_cat(x, kernels, padding):
    y = F.conv2d(
        torch.cat([*x])[None], torch.cat([*kernels]), padding=(padding, padding), groups=len(x)
    )
    return torch.stack(y[0].chunk(len(x)))


def unbatched(x, kernels, padding):
    y = F.conv2d(x.flatten(0, 1), kernels.flatten(0, 1), padding=padding, groups=len(x))
    return y.unflatten(0, (len(x), -1))


def all_kernels(x, kernels, padding):
    return F.conv2d(x, kernels.flatten(0, 1), padding=padding)


def diagonal(x, kernels, padding):
    y = all_kernels(x, kernels, padding).unflatten(1, kernels.shape[:2])
    return y[torch.arange(len(x)), torch.arange(len(x))]


def no_groups(x, kernels, padding):
    y = F.conv2d(x.flatten(0, 1)[None], kernels.flatten(0, 1), padding=padding)
    return y.reshape(len(x), -1, *y.shape[2:])


def groups_of_channels(x, kernels, padding):
    y = F.conv2d(x.flatten(0, 1)[None], kernels.flatten(0, 1), padding=padding, groups=x.shape[1])
    return y.reshape(len(x), -1, *y.shape[2:])


def five_axes(x, kernels, padding):
    return F.conv2d(x.flatten(0, 1)[None], kernels, padding=padding, groups=len(x))


def viewed(x, kernels, padding):
    b, c, height, width = x.shape
    wide = x.transpose(0, 1).view(1, b * c, height, width)
    return F.conv2d(wide, kernels.flatten(0, 1), padding=padding, groups=b)


def twice(x, kernels, padding):
    grouped()(x, kernels, padding)
    return grouped()(x, kernels, padding)


def grouped_in_place(x, kernels, padding):
    y = grouped()(x, kernels, padding)
    kernels.zero_()
    return y


GROUPS = {
    "images transposed": (grouped(swapped), "The channels of different images are in one group"),
    "kernels transposed": (grouped(laid=swapped), "laid out as (O * B, ...)"),
    "result transposed": (grouped(split=split_backwards), "dealt out to the wrong images"),
    "both transposed": (grouped(swapped, swapped), "images and the kernels are both transposed"),
    "images and result transposed": (
        grouped(swapped, split=split_backwards),
        "The images are transposed before the convolution, and the result after it",
    ),
    "all transposed": (grouped(swapped, swapped, split_backwards), "result are all transposed"),
    "not split": (grouped(split=lambda y, b: y), "still one image of B * O channels"),
    "squeezed": (grouped(split=lambda y, b: y.squeeze(0)), "the B * O channels are not split"),
    "split with an axis": (
        grouped(split=lambda y, b: y.unflatten(1, (b, -1))),
        "an axis of size 1 in front",
    ),
    "split as (O, B)": (
        grouped(split=lambda y, b: y.reshape(-1, b, *y.shape[2:])),
        "The result is split into (O, B, ...)",
    ),
    "all kernels": (all_kernels, "by the kernels of all images"),
    "sum over kernels": (
        lambda x, k, padding: all_kernels(x, k, padding).unflatten(1, k.shape[:2]).sum(1),
        "convolved by the sum of the kernels",
    ),
    "first kernel": (
        lambda x, kernels, padding: F.conv2d(x, kernels[0], padding=padding),
        "convolved by the first image's kernel",
    ),
    "mean kernel": (
        lambda x, kernels, padding: F.conv2d(x, kernels.mean(0), padding=padding),
        "convolved by the mean of the kernels",
    ),
    "no padding": (lambda x, kernels, padding: grouped()(x, kernels, 0), "padding is forgotten"),
    "flipped": (grouped(laid=lambda k: k.flip(3, 4)), "The kernels are flipped"),
    "no groups": (no_groups, "pass groups=B, the number of images"),
    "groups of channels": (groups_of_channels, "The groups do not fit"),
    "five axes": (five_axes, "A convolution has one weight with four axes"),
    "x's height": (
        lambda x, kernels, padding: grouped(split=lambda y, b: y.reshape(b, -1, *x.shape[2:]))(
            x, kernels, padding
        ),
        "These numbers do not fit that shape",
    ),
    "view": (viewed, "no longer in one piece"),
    "a loop": (loops.collected, "The values are right, but a convolution is called"),
    "a comprehension": (loops.stacked, "One call is wanted. Lay the images side by side"),
    "twice": (twice, "a convolution is called 2 times for"),
    "unfolded": (loops.by_unfold, "the windows are cut out of the map by an unfold"),
    "windows": (loops.by_windows, "the windows are cut out of the map by an unfold"),
    "taps": (loops.by_taps, "a convolution is called not even once"),
    "all kernels, diagonal": (diagonal, "there is one convolution, but with groups=1 for"),
    "in place": (grouped_in_place, "changes its argument kernels in place"),
    "float32": (
        lambda x, kernels, padding: grouped()(x.float(), kernels.float(), padding),
        "float64 in, float32 out",
    ),
    "None": (grouped(split=lambda y, b: None), "returned None"),
}
