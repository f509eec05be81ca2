"""Answers to exercise 6 of chapter 4, as learners write them: two kernels in one."""

import torch
import torch.nn.functional as F


def by_conv(first, second):
    n = second.shape[2]
    y = F.conv2d(first.permute(1, 0, 2, 3), torch.flip(second, [2, 3]), padding=n - 1)
    return y.permute(1, 0, 2, 3)


def by_taps(first, second):
    _, c, k, _ = first.shape
    o, _, n, _ = second.shape
    kernel = first.new_zeros(o, c, k + n - 1, k + n - 1)
    for row in range(n):
        for column in range(n):
            moved = torch.einsum("om,mcij->ocij", second[:, :, row, column], first)
            kernel[:, :, row : row + k, column : column + k] += moved
    return kernel


def by_transpose(first, second):
    return F.conv_transpose2d(second, first)


def by_probing(first, second):
    """Give a point of light to every input, and read the kernel, flipped, from what comes out."""
    c, size = first.shape[1], first.shape[2] + second.shape[2] - 1
    x = first.new_zeros(c, c, 2 * size - 1, 2 * size - 1)
    for channel in range(c):
        x[channel, channel, size - 1, size - 1] = 1
    y = F.conv2d(F.conv2d(x, first), second)  # (C, O, size, size)
    return y.flip(2, 3).transpose(0, 1)


def composed(one=lambda w: w, two=lambda w: w.flip(2, 3), padding=lambda n: n - 1, out=True):
    """Return the exercise's function with one of its parts replaced."""

    def compose(first, second):
        images = one(first).transpose(0, 1)
        y = F.conv2d(images, two(second), padding=padding(second.shape[2]))
        return y.transpose(0, 1) if out else y

    return compose


def by_windows(size, write):
    """Return an answer that writes windows of some size, by k and n, into the result."""

    def compose(first, second):
        k, n = first.shape[2], second.shape[2]
        kernel = first.new_zeros(len(second), first.shape[1], k + n - 1, k + n - 1)
        for i in range(n):
            for j in range(n):
                moved = torch.einsum("om,mckl->ockl", second[:, :, i, j], first)
                window = kernel[:, :, i : i + size(k, n), j : j + size(k, n)]
                write(window, moved)
        return kernel

    return compose


def wrong_channels(first, second):
    return F.conv2d(first, second.flip(2, 3), padding=second.shape[2] - 1)


def wrong_letters(first, second):
    return torch.einsum("omij,cmij->ocij", second, first)


def in_place(first, second):
    kernel = by_conv(first, second)
    second.zero_()
    return kernel


COMPOSED = {
    "not flipped": (composed(two=lambda w: w), "The second kernel is not flipped"),
    "both flipped": (composed(one=lambda w: w.flip(2, 3)), "The first kernel is flipped. Only"),
    "first flipped": (
        composed(one=lambda w: w.flip(2, 3), two=lambda w: w),
        "The first kernel is flipped in place of the second",
    ),
    "columns flipped": (composed(two=lambda w: w.flip(3)), "Only the columns of the second"),
    "rows flipped": (composed(two=lambda w: w.flip(2)), "Only the rows of the second"),
    "same size": (composed(padding=lambda n: n // 2), "has the size of the first kernel"),
    "valid": (composed(padding=lambda n: 0), "without padding, and most of"),
    "not swapped back": (composed(out=False), "Input and output channels have changed places"),
    "transposed": (composed(two=lambda w: w.mT.flip(2, 3)), "rows and columns of the second"),
    "mean": (lambda a, b: by_conv(a, b) / len(a), "is a mean. Add them up"),
    "written over": (
        by_windows(lambda k, n: k, torch.Tensor.copy_),
        "Windows overlap: add",
    ),
    "windows of n": (
        by_windows(lambda k, n: n, torch.Tensor.add_),
        "The window is as large as first",
    ),
    "windows of n, written over": (
        by_windows(lambda k, n: n, torch.Tensor.copy_),
        "The window is as large as first",
    ),
    "wrong channels": (
        wrong_channels,
        "The inputs of first meet the inputs of second, and the result",
    ),
    "wrong letters": (wrong_letters, "It is the outputs of first that second sees"),
    "added": (lambda a, b: a + b, "The two kernels are added"),
    "multiplied": (lambda a, b: a * b, "multiplied pixel by pixel"),
    "first alone": (lambda a, b: a, "The shape is right, but"),
    "zeros": (lambda a, b: 0 * by_conv(a, b), "The result is zero everywhere"),
    "in place": (in_place, "changes its argument second in place"),
    "float32": (lambda a, b: by_conv(a, b).float(), "float64 in, float32 out"),
    "None": (lambda a, b: None, "returned None"),
}
