"""Answers to exercise 5 of chapter 4, as learners write them: three branches in one kernel."""

import torch
import torch.nn.functional as F
import wrong_ch04_identity as identity


def merged(
    small=lambda kernel1: F.pad(kernel1, (1, 1, 1, 1)),
    delta=identity.in_a_loop,
    factor=lambda scale: scale.reshape(-1, 1, 1, 1),
    total=lambda large, small, delta: large + small + delta,
):
    """Return the exercise's function with one of its parts replaced."""

    def merge_block(kernel3, kernel1, scale):
        return total(kernel3, small(kernel1), delta(kernel3) * factor(scale))

    return merge_block


def in_place_of_a_copy(kernel3, kernel1, scale):
    kernel = kernel3.clone()
    kernel[:, :, 1, 1] += kernel1[:, :, 0, 0]
    for channel, value in enumerate(scale):
        kernel[channel, channel % kernel.shape[1], 1, 1] += value
    return kernel


def by_probing(kernel3, kernel1, scale):
    """Give a point of light to every input, and read the kernel from what comes out."""
    channels, inside = kernel3.shape[:2]
    groups = channels // inside
    kernel = torch.zeros_like(kernel3)
    for i in range(inside):
        for row in range(3):
            for column in range(3):
                x = kernel3.new_zeros(1, channels, 3, 3)
                x[:, i::inside, row, column] = 1
                y = F.conv2d(x, kernel3, padding=1, groups=groups)
                y = y + F.conv2d(x, kernel1, groups=groups) + scale[:, None, None] * x
                kernel[:, i, row, column] = y[0, :, 1, 1]
    return kernel


def without_groups(kernel3, kernel1, scale):
    kernel = kernel3 + F.pad(kernel1, (1, 1, 1, 1))
    for channel in range(len(scale)):
        kernel[channel, channel, 1, 1] += scale[channel]
    return kernel


def diagonal(kernel3, kernel1, scale):
    kernel = kernel3 + F.pad(kernel1, (1, 1, 1, 1))
    kernel[:, :, 1, 1] += torch.diag(scale)
    return kernel


def to_all_inputs(kernel3, kernel1, scale):
    kernel = kernel3 + F.pad(kernel1, (1, 1, 1, 1))
    kernel[:, :, 1, 1] += scale[:, None]
    return kernel


def in_place(kernel3, kernel1, scale):
    kernel3[:, :, 1, 1] += kernel1[:, :, 0, 0]
    return merged(total=lambda large, small, delta: large + delta)(kernel3, kernel1, scale)


BLOCKS = {
    "1 x 1 everywhere": (merged(small=lambda k: k), "is added to all nine pixels"),
    "1 x 1 in a corner": (merged(small=lambda k: F.pad(k, (0, 2, 0, 2))), "stands in a corner"),
    "no 1 x 1": (merged(total=lambda a, b, c: a + c), "The branch of 1 x 1 is left out"),
    "no identity": (
        merged(total=lambda a, b, c: a + b),
        "The branch without a convolution is left out",
    ),
    "no 3 x 3": (merged(total=lambda a, b, c: b + c), "The branch of 3 x 3 is left out"),
    "identity without scale": (merged(factor=lambda s: 1), "is added with the factor 1"),
    "mean scale": (merged(factor=torch.mean), "All channels share the mean scale"),
    "scale along the inputs": (
        merged(factor=lambda s: s[None, :, None, None]),
        "scale lies along the outputs",
    ),
    "scale unshaped": (merged(factor=lambda s: s), "The scales are laid along the columns"),
    "scale unshaped, and lucky": (
        lambda *a: merged(factor=lambda s: s.view(-1, 1, 1, 1) if len(s) == 3 else s)(*a),
        "lays it along the first axis",
    ),
    "no groups": (without_groups, "identity_like(kernel3) makes it"),
    "a diagonal matrix": (diagonal, "With groups, the identity has the shape of kernel3"),
    "all inputs": (to_all_inputs, "an output takes them all"),
    "only the first group": (
        merged(delta=lambda like: torch.nn.init.dirac_(like.clone())),
        "Only the first group has an identity",
    ),
    "all pixels": (
        merged(delta=lambda like: identity.ones_at(lambda k: slice(None))(like)),
        "on all nine pixels of the output's own channel",
    ),
    "averaged": (merged(total=lambda a, b, c: (a + b + c) / 3), "The branches are averaged"),
    "all scaled": (
        lambda a, b, s: merged(factor=lambda s: 1)(a, b, s) * s.view(-1, 1, 1, 1),
        "Everything is multiplied by the scale",
    ),
    "in place": (in_place, "changes its argument kernel3 in place"),
    "float32": (lambda *arguments: merged()(*arguments).float(), "float64 in, float32 out"),
    "None": (lambda *arguments: None, "returned None"),
}
