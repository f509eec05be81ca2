"""What goes wrong in writing the identity as a kernel."""

from collections.abc import Callable

import torch
from torch import Tensor

from dynconv_lite.course.case import Function, Hint, Mistake

Place = Callable[[int, int, int], int]  # output channel, C / groups, C -> input channel
Pixel = Callable[[int], tuple[int, int]]  # k -> row and column


def _inside(o: int, inside: int, channels: int) -> int:
    return o % inside


def _middle(k: int) -> tuple[int, int]:
    return k // 2, k // 2


def _identity(place: Place = _inside, pixel: Pixel = _middle) -> Function:
    """Return the exercise's function, or a mistake: with the 1 of an output somewhere else."""

    def identity_like(weight: Tensor) -> Tensor:
        channels, inside, k, _ = weight.shape
        kernel = torch.zeros_like(weight)
        for o in range(channels):
            row, column = pixel(k)
            kernel[o, place(o, inside, channels), row, column] = 1
        return kernel

    return identity_like


def _first_group(weight: Tensor) -> Tensor:
    """Write the ones of the first group, and leave the other groups zero."""
    kernel = _identity()(weight)
    kernel[weight.shape[1] :] = 0
    return kernel


def _all_inputs(weight: Tensor) -> Tensor:
    kernel = torch.zeros_like(weight)
    kernel[:, :, weight.shape[2] // 2, weight.shape[3] // 2] = 1
    return kernel


def _with_result(change: Callable[[Tensor], Tensor]) -> Function:
    return lambda weight: change(_identity()(weight))


def _over_the_weights(weight: Tensor) -> Tensor:
    """Write the ones into the weights given, and leave the others as they were."""
    return torch.where(_identity()(weight) == 1, 1, weight)


HINTS = [
    Hint(
        "With groups the kernel has C / groups input channels only, counted from 0 in every group: "
        "output o finds its own input as number o % weight.shape[1].",
        "IndexError: (index|The shape of the mask|.*out of bounds)",
        lambda case: case.arguments["weight"].shape[0] != case.arguments["weight"].shape[1],
    ),
    Hint(
        "With groups the kernel is (C, C / groups, k, k): torch.eye(C) has too many columns. "
        "Repeat torch.eye(C / groups) downwards, once for each group.",
        "RuntimeError: (The expanded size|.*must match|shape mismatch|output with shape)",
        lambda case: case.arguments["weight"].shape[0] != case.arguments["weight"].shape[1],
    ),
]
MISTAKES = [
    Mistake(
        "Only the first group has its ones; the outputs of the others are zero. Output o finds its "
        "own input as number o % (C / groups), in every group.",
        _first_group,
    ),
    Mistake(
        "Output o takes input o // (C / groups): that is the number of its group. Within its group "
        "it is input o % (C / groups).",
        _identity(lambda o, inside, channels: (o // inside) % inside),
    ),
    Mistake(
        "Neighbouring outputs take the same input. Output o takes input o % (C / groups), not "
        "o // groups.",
        _identity(lambda o, inside, channels: o // (channels // inside)),
    ),
    Mistake(
        "Output o takes input o modulo the number of groups. Modulo the channels of a group, "
        "weight.shape[1], is wanted.",
        _identity(lambda o, inside, channels: (o % (channels // inside)) % inside),
    ),
    Mistake(
        "Every output takes the first input of its group. Output o takes input o % (C / groups).",
        _identity(lambda o, inside, channels: 0),
    ),
    Mistake(
        "The channels come out in reversed order. Output o takes input o % (C / groups).",
        _identity(lambda o, inside, channels: inside - 1 - o % inside),
    ),
    Mistake(
        "Every output takes all inputs, and adds them up. It is to have a 1 for its own input, and "
        "0 for the others.",
        _all_inputs,
    ),
    Mistake(
        "The 1 stands in the upper left corner, which moves the image. Put it into the middle, at "
        "[k // 2, k // 2].",
        _identity(pixel=lambda k: (0, 0)),
    ),
    Mistake(
        "The 1 stands in the lower right corner, which moves the image. Put it into the middle, at "
        "[k // 2, k // 2].",
        _identity(pixel=lambda k: (k - 1, k - 1)),
    ),
    Mistake(
        "The 1 stands at [1, 1], the middle of 3 x 3 only. That of k x k is [k // 2, k // 2].",
        _identity(pixel=lambda k: (1, 1)),
    ),
    Mistake(
        "The kernel of an output's own input is 1 everywhere, and sums up its neighbours. Only the "
        "middle is 1.",
        lambda weight: _identity()(weight).amax((2, 3), keepdim=True).expand_as(weight),
    ),
    Mistake(
        "The kernel of an output's own input is a mean: that blurs. Only the middle is 1.",
        lambda weight: _identity()(weight).mean((2, 3), keepdim=True).expand_as(weight),
    ),
    Mistake(
        "Every kernel is an identity matrix, with ones on the diagonal of its pixels. The identity "
        "matrix that is wanted runs over channels: one 1 for each output, in the middle.",
        lambda weight: torch.eye(weight.shape[2], dtype=weight.dtype).expand_as(weight),
    ),
    Mistake(
        "The ones have the size of the weights given. Only the shape of weight counts: write 1.",
        lambda weight: _identity()(weight) * weight,
    ),
    Mistake(
        "The ones stand among the weights given. Begin with zeros: torch.zeros_like(weight).",
        _over_the_weights,
    ),
    Mistake(
        "The ones are divided by the number of groups. Every output sees one group only: write 1.",
        lambda weight: _identity()(weight) * weight.shape[1] / weight.shape[0],
    ),
    Mistake(
        "The ones are divided by the number of channels. An output takes one of them: write 1.",
        lambda weight: _identity()(weight) / weight.shape[0],
    ),
    Mistake(
        "The matrix of channels has no pixels. Give it k rows and columns, zero but in the middle.",
        _with_result(lambda kernel: kernel.sum((2, 3))),
    ),
]
