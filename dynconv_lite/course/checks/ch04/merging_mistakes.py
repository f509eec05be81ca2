"""What goes wrong in merging the branches of a block."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.case import Function, Hint, Mistake
from dynconv_lite.reparam import identity_kernel, pad_kernel

Change = Callable[[Tensor], Tensor]


def _delta(like: Tensor) -> Tensor:
    channels, inside = like.shape[:2]
    return identity_kernel(channels, channels // inside, 3, dtype=like.dtype)


def _block(
    small: Change = lambda kernel1: pad_kernel(kernel1, 3),
    delta: Change = _delta,
    factor: Callable[[Tensor], Tensor | float] = lambda scale: scale[:, None, None, None],
    weights: tuple[float, float, float] = (1, 1, 1),
) -> Function:
    """Return the exercise's function, or a mistake: with one of its parts replaced."""

    def merge_block(kernel3: Tensor, kernel1: Tensor, scale: Tensor) -> Tensor:
        parts = (kernel3, small(kernel1), delta(kernel3) * factor(scale))
        return sum((w * part for w, part in zip(weights, parts, strict=True)), 0 * kernel3)

    return merge_block


def _everywhere(like: Tensor) -> Tensor:
    """Put a 1 for every input into the middle: outputs add up the channels of their group."""
    kernel = torch.zeros_like(like)
    kernel[:, :, 1, 1] = 1
    return kernel


def _first_group(like: Tensor) -> Tensor:
    kernel = _delta(like)
    kernel[like.shape[1] :] = 0
    return kernel


HINTS = [
    Hint(
        "The pieces do not fit. With groups, the identity has the shape of kernel3, "
        "(C, C / groups, 3, 3): identity_like(kernel3) makes it. And scale lies along the outputs, "
        "the first axis, not along the inputs: scale[:, None, None, None].",
        "(RuntimeError|IndexError): .*(must match|out of bounds|expanded size|index)",
        lambda case: case.arguments["kernel3"].shape[0] != case.arguments["kernel3"].shape[1],
    ),
    Hint(
        "scale has one number for each output channel: scale[:, None, None, None] lays it along "
        "the first axis.",
        "RuntimeError: .*must match the size of tensor",
    ),
]
MISTAKES = [
    Mistake(
        "The 1 x 1 kernel is added to all nine pixels: that is what `kernel3 + kernel1` does. It "
        "belongs in the middle alone.",
        _block(small=lambda kernel1: kernel1.expand(-1, -1, 3, 3)),
    ),
    Mistake(
        "The 1 x 1 kernel stands in a corner. Put it in the middle, with put_in_the_middle.",
        _block(small=lambda kernel1: F.pad(kernel1, (0, 2, 0, 2))),
    ),
    Mistake(
        "The branch of 1 x 1 is left out.",
        _block(weights=(1, 0, 1)),
    ),
    Mistake(
        "The branch without a convolution is left out. It is the identity, times its scale.",
        _block(weights=(1, 1, 0)),
    ),
    Mistake(
        "The branch of 3 x 3 is left out.",
        _block(weights=(0, 1, 1)),
    ),
    Mistake(
        "The identity is added with the factor 1. Its branch has a normalisation, too: multiply "
        "output c by scale[c].",
        _block(factor=lambda scale: 1.0),
    ),
    Mistake(
        "The scales are laid along the columns of the kernel. Output c has scale[c]: "
        "scale[:, None, None, None].",
        _block(factor=lambda scale: scale),
    ),
    Mistake(
        "All channels share the mean scale. Output c has scale[c].",
        _block(factor=lambda scale: scale.mean()),
    ),
    Mistake(
        "The scale is added for every input channel, so that an output takes them all. The "
        "identity has a 1 for the output's own channel, and 0 for the others.",
        _block(delta=_everywhere),
    ),
    Mistake(
        "Only the first group has an identity. With groups, output o finds its own input as number "
        "o % (C / groups): identity_like(kernel3) does that.",
        _block(delta=_first_group),
    ),
    Mistake(
        "The scale stands on all nine pixels of the output's own channel. Only the middle counts.",
        _block(delta=lambda like: _delta(like).amax((2, 3), keepdim=True).expand_as(like)),
    ),
    Mistake(
        "The branches are averaged. Their outputs are added up, and so are the kernels.",
        _block(weights=(1 / 3, 1 / 3, 1 / 3)),
    ),
    Mistake(
        "Everything is multiplied by the scale. The kernels are folded already: the scale is that "
        "of the branch without a convolution.",
        lambda kernel3, kernel1, scale: (
            _block(factor=lambda s: 1.0)(kernel3, kernel1, scale) * scale[:, None, None, None]
        ),
    ),
    Mistake(
        "Input and output channels of the 1 x 1 kernel are swapped. Add it as it is.",
        _block(small=lambda kernel1: pad_kernel(kernel1.transpose(0, 1), 3)),
    ),
]
