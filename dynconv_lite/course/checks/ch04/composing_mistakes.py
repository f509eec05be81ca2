"""What goes wrong in composing two kernels."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.case import Function, Hint, Mistake

Change = Callable[[Tensor], Tensor]
Pad = Callable[[int, int], int]


def _composed(
    first: Change = lambda kernel: kernel,
    second: Change = lambda kernel: kernel.flip(2, 3),
    padding: Pad = lambda k, n: n - 1,
    result: Change = lambda kernel: kernel.transpose(0, 1),
) -> Function:
    """Return the exercise's function, or a mistake: with one of its parts replaced."""

    def compose(one: Tensor, two: Tensor) -> Tensor:
        images = first(one).transpose(0, 1)  # (C, M, k, k)
        pad = padding(one.shape[-1], two.shape[-1])
        return result(F.conv2d(images, second(two), padding=pad))

    return compose


def _window_by_window(one: Tensor, two: Tensor) -> Tensor:
    """Write the windows into the result, each over those before it."""
    k, n = one.shape[-1], two.shape[-1]
    kernel = one.new_zeros(two.shape[0], one.shape[1], k + n - 1, k + n - 1)
    for i in range(n):
        for j in range(n):
            window = torch.einsum("om,mckl->ockl", two[:, :, i, j], one)
            kernel[:, :, i : i + k, j : j + k] = window
    return kernel


HINTS = [
    Hint(
        "The channels that meet are the M outputs of first and the M inputs of second. As images, "
        "first is first.transpose(0, 1): a batch of C, with M channels each.",
        "RuntimeError: Given groups=1, weight of size",
    ),
    Hint(
        "The letters do not fit. The sum runs over the channels between the two: om for second, mc "
        "for first.",
        "(RuntimeError|ValueError): einsum",
    ),
    Hint(
        "The sizes do not fit. Each weight of second adds the whole of first to the result, moved "
        "by that weight's place. The window is as large as first, k x k.",
        "RuntimeError: .*(must match|doesn't match|shapes cannot be multiplied|Expected size)",
    ),
    Hint(
        "The second kernel does not fit into the first one. Pad by n - 1: the composed kernel is "
        "larger than both.",
        "RuntimeError: Calculated padded input size",
    ),
]
MISTAKES = [
    Mistake(
        "The second kernel is not flipped. Places add up: weight q of second and weight r of first "
        "meet at q + r, while F.conv2d goes by their difference. Give it second.flip(2, 3).",
        _composed(second=lambda kernel: kernel),
    ),
    Mistake(
        "Each window is written over those before it. Windows overlap: add, with += and not =.",
        _window_by_window,
    ),
    Mistake(
        "The first kernel is flipped. Only second is: second.flip(2, 3).",
        _composed(first=lambda kernel: kernel.flip(2, 3)),
    ),
    Mistake(
        "The first kernel is flipped in place of the second. Use first as it is, and "
        "second.flip(2, 3).",
        _composed(first=lambda kernel: kernel.flip(2, 3), second=lambda kernel: kernel),
    ),
    Mistake(
        "Only the columns of the second kernel are flipped. Flip the rows as well: flip(2, 3).",
        _composed(second=lambda kernel: kernel.flip(3)),
    ),
    Mistake(
        "Only the rows of the second kernel are flipped. Flip the columns as well: flip(2, 3).",
        _composed(second=lambda kernel: kernel.flip(2)),
    ),
    Mistake(
        "The result has the size of the first kernel: its border is cut off. Two kernels reach "
        "further than one: pad by n - 1, not by n // 2.",
        _composed(padding=lambda k, n: n // 2),
    ),
    Mistake(
        "The kernels are laid over one another without padding, and most of the result is cut off. "
        "Two kernels reach further than one: pad by n - 1.",
        _composed(padding=lambda k, n: 0),
    ),
    Mistake(
        "There are too many zeros around the result. Pad by n - 1, for second is n x n.",
        _composed(padding=lambda k, n: k + n - 1),
    ),
    Mistake(
        "Input and output channels have changed places. As a batch, the inputs come first: swap "
        "the two at the end, to (O, C, ...).",
        _composed(result=lambda kernel: kernel),
    ),
    Mistake(
        "The inputs of first meet the inputs of second. It is the outputs of first that second "
        "sees: as images, first is first.transpose(0, 1).",
        lambda one, two: F.conv2d(one, two.flip(2, 3), padding=two.shape[-1] - 1).transpose(0, 1),
    ),
    Mistake(
        "The inputs of first meet the inputs of second, and the result has its channels the wrong "
        "way round. As images, first is first.transpose(0, 1).",
        lambda one, two: F.conv2d(one, two.flip(2, 3), padding=two.shape[-1] - 1),
    ),
    Mistake(
        "The rows and columns of the second kernel are swapped.",
        _composed(second=lambda kernel: kernel.mT.flip(2, 3)),
    ),
    Mistake(
        "The sum over the channels between the two is a mean. Add them up.",
        lambda one, two: _composed()(one, two) / one.shape[0],
    ),
    Mistake(
        "The two kernels are added. They run one after the other: compose them.",
        lambda one, two: one + two,
    ),
    Mistake(
        "The two kernels are multiplied pixel by pixel. Every weight of second adds the whole of "
        "first, moved by that weight's place.",
        lambda one, two: two * one,
    ),
]
