"""What goes wrong in mixing the outputs of K convolutions."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.case import Function, Hint, Mistake
from dynconv_lite.course.checks.ch03.mixing_mistakes import ATTENTIONS

Change = Callable[[Tensor], Tensor]
# Of the outputs (B, K * O, H', W') and the shape of weight: (B, K, O, H', W').
Split = Callable[[Tensor, torch.Size], Tensor]


def _split(y: Tensor, shape: torch.Size) -> Tensor:
    return y.unflatten(1, shape[:2])


def _split_backwards(y: Tensor, shape: torch.Size) -> Tensor:
    """Read the K * O channels as if the kernels ran fastest."""
    return y.unflatten(1, (shape[1], shape[0])).transpose(1, 2)


def _summed(products: Tensor) -> Tensor:
    return products.sum(1)


def _mixed(
    attention: Change = lambda a: a,
    kernels: Change = lambda w: w,
    split: Split = _split,
    join: Change = _summed,
    padding: Callable[[int, int], int] = lambda p, k: p,
) -> Function:
    """Return the exercise's function, or a mistake: with one of its steps replaced.

    `attention` changes (B, K), `kernels` changes (K, O, C, k, k), `split` splits the outputs,
    `join` makes the result of (B, K, O, H', W'), `padding` changes padding, given k.
    """

    def mix_outputs(x: Tensor, weight: Tensor, shares: Tensor, pad: int) -> Tensor:
        wide = kernels(weight).reshape(-1, *weight.shape[2:])  # (K * O, C, k, k)
        y = F.conv2d(x, wide, padding=padding(pad, weight.shape[-1]))
        return join(attention(shares)[:, :, None, None, None] * split(y, weight.shape))

    return mix_outputs


HINTS = [
    Hint(
        "F.conv2d takes one weight with four axes: lay the K kernels one behind another, "
        "weight.flatten(0, 1), of shape (K * O, C, k, k).",
        "RuntimeError: (expected (3D|4D|stride|padding)|Expected (3D|4D|2D|4-dim)|weight should)",
    ),
    Hint(
        "The input channels do not fit. Flatten axes 0 and 1 of weight, the kernels and their "
        "outputs: (K * O, C, k, k).",
        "RuntimeError: Given groups=1, weight of size",
    ),
    Hint(
        "The axes do not meet. The outputs are (B, K, O, H', W'), and the attention has to have "
        "the kernels on axis 1 as well: attention[:, :, None, None, None], or in an einsum "
        "bk,bkohw->bohw.",
        "(RuntimeError|ValueError): (einsum|The size of tensor|.*shapes cannot be multiplied|"
        "Expected size for first two|The expanded size)",
    ),
    Hint(
        "These numbers do not fit that shape. H' and W' are another height and width than x's "
        "where the padding is not (k - 1) / 2: take them from the convolution's result.",
        "RuntimeError: (shape .* is invalid for input|unflatten|.*don't multiply up)",
    ),
]
MISTAKES = [
    *(Mistake(text, _mixed(change)) for text, change in ATTENTIONS),
    Mistake(
        "The K * O outputs are split as (O, K). The kernels were laid one behind another, each "
        "with its O outputs: split them as (K, O).",
        _mixed(split=_split_backwards),
    ),
    Mistake(
        "The kernels are transposed before they are flattened, so that the outputs come as "
        "(O, K), and are split as (K, O). Flatten weight as it is.",
        _mixed(kernels=lambda w: w.transpose(0, 1)),
    ),
    Mistake(
        "The padding is forgotten: pass padding=padding to F.conv2d.",
        _mixed(padding=lambda p, k: 0),
    ),
    Mistake(
        "The padding is always k // 2, which keeps the map's size. Use the argument padding.",
        _mixed(padding=lambda p, k: k // 2),
    ),
    Mistake("The padding is always 1. Use the argument padding.", _mixed(padding=lambda p, k: 1)),
    Mistake(
        "The kernels are flipped. What a network calls a convolution does not flip: use weight as "
        "it is.",
        _mixed(kernels=lambda w: w.flip(-1, -2)),
    ),
    Mistake(
        "The outputs are weighted, but not added up: axis 1 still counts the kernels. Sum over it.",
        _mixed(join=lambda products: products),
    ),
    Mistake(
        "The outputs are not mixed: these are all K * O of them. Split them into (B, K, O, H', "
        "W'), multiply by the attention, and sum over the kernels.",
        _mixed(torch.ones_like, join=lambda products: products.flatten(1, 2)),
    ),
    Mistake(
        "The sum runs over the output channels, axis 2. Sum over the kernels, axis 1.",
        _mixed(join=lambda products: products.sum(2)),
    ),
    Mistake(
        "The images are added up as well. Sum over the kernels alone, axis 1 of (B, K, O, H', W').",
        _mixed(join=lambda products: products.sum((0, 1))),
    ),
    Mistake(
        "The result has an axis of size 1 too many, that of the kernels. Sum without keepdim, or "
        "take squeeze(1).",
        _mixed(join=lambda products: products.sum(1, keepdim=True)),
    ),
    Mistake(
        "Only the first image's result is returned. Return one for each image: (B, O, H', W').",
        _mixed(join=lambda products: products.sum(1)[:1]),
    ),
]
