"""What goes wrong in mixing kernels."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.case import Function, Hint, Mistake
from dynconv_lite.dynamic.kernels import mix

Change = Callable[[Tensor], Tensor]


def largest(attention: Tensor) -> Tensor:
    """Return 1 for each image's largest attention (B, K), and 0 for the others."""
    return F.one_hot(attention.argmax(1), attention.shape[1]).to(attention)


# What may be done to the attention (B, K) that should be used as it is: also in exercise 5.
ATTENTIONS: list[tuple[str, Change]] = [
    (
        "The sum is divided by the number of kernels. The attention already says how much of each "
        "kernel to take: sum, and do not average.",
        lambda a: a / a.shape[1],
    ),
    (
        "The attention is divided by its sum. Use it as it is: that of a sigmoid need not have "
        "sum 1.",
        lambda a: a / a.sum(1, keepdim=True),
    ),
    (
        "A softmax is taken of the attention. Use it as it is: it has been through its gate.",
        lambda a: a.softmax(1),
    ),
    (
        "Only the kernel of the largest attention is used, with weight 1. Add up all K kernels, "
        "each times its attention.",
        largest,
    ),
    (
        "Only the kernel of the largest attention is used. Add up all K kernels, each times its "
        "attention.",
        lambda a: a * largest(a),
    ),
    (
        "The attention is not used: this is the sum of the kernels. Multiply each by its "
        "attention first.",
        torch.ones_like,
    ),
    (
        "The attention is not used: this is the mean of the kernels. Add them up, each times its "
        "attention.",
        lambda a: torch.full_like(a, 1 / a.shape[1]),
    ),
    (
        "All images share the batch's mean attention. Image b is to be given row b of attention.",
        lambda a: a.mean(0).expand_as(a),
    ),
    (
        "All images share the first one's attention. Image b is to be given row b of attention.",
        lambda a: a[:1].expand_as(a),
    ),
    (
        "All images share the last one's attention. Image b is to be given row b of attention.",
        lambda a: a[-1:].expand_as(a),
    ),
    (
        "The images come in reversed order. Image b is to be given row b of attention.",
        lambda a: a.flip(0),
    ),
    (
        "Every image is given the attention of the one before it. Image b is to be given row b.",
        lambda a: a.roll(1, 0),
    ),
    (
        "The kernels come in reversed order. Kernel k belongs to column k of attention.",
        lambda a: a.flip(1),
    ),
    (
        "The attention is applied twice: each kernel is multiplied by its square. Once is enough.",
        torch.square,
    ),
    (
        "The last kernel is left out. Let k run over all K kernels.",
        lambda a: torch.cat([a[:, :-1], 0 * a[:, -1:]], 1),
    ),
    (
        "Only the first kernel is used. Add up all K kernels, each times its attention.",
        lambda a: torch.cat([a[:, :1], 0 * a[:, 1:]], 1),
    ),
]


def _with_attention(change: Change) -> Function:
    return lambda weight, attention: mix(weight, change(attention))


def _with_result(change: Change) -> Function:
    return lambda weight, attention: change(mix(weight, attention))


def _misread(weight: Tensor, attention: Tensor) -> Tensor:
    """Reshape weight so that the kernels' axis comes last, which moves no number."""
    rows = weight.reshape(-1, weight.shape[0])  # (O * C * kh * kw, K)
    return (attention @ rows.T).unflatten(1, weight.shape[1:])


HINTS = [
    Hint(
        "Axis 0 of weight counts the kernels: in an einsum its letters are kocij, and those of "
        "attention bk.",
        "(RuntimeError|ValueError): einsum",
    ),
    Hint(
        "A row of attention has K numbers. Let them meet axis 0 of weight: attention @ "
        "weight.flatten(1), or attention[:, :, None, None, None, None] * weight, summed over k.",
        "RuntimeError: .*(shapes cannot be multiplied|size mismatch|must match the size|"
        "Expected size for first two)",
    ),
]
MISTAKES = [
    *(Mistake(text, _with_attention(change)) for text, change in ATTENTIONS),
    Mistake(
        "A reshape to K columns moves no number: the kernels are cut into pieces and mixed up. "
        "Keep axis 0 of weight for itself: weight.flatten(1) has shape (K, O * C * kh * kw).",
        _misread,
    ),
    Mistake(
        "The products are not added up: axis 1 still counts the kernels. Sum over it.",
        lambda weight, attention: attention[:, :, None, None, None, None] * weight,
    ),
    Mistake(
        "The kernels of all images are added up. Sum over the K kernels alone, and keep the axis "
        "of the images in front.",
        _with_result(lambda kernels: kernels.sum(0)),
    ),
    Mistake(
        "Only the first image's kernel is returned. Return one for each image: (B, O, C, kh, kw).",
        _with_result(lambda kernels: kernels[0]),
    ),
    Mistake(
        "Only the last image's kernel is returned: the loop overwrites it every time. Collect the "
        "kernels in a list, and stack them behind the loop.",
        _with_result(lambda kernels: kernels[-1]),
    ),
    Mistake(
        "The images are on axis 1 of the result. They come first: (B, O, C, kh, kw).",
        _with_result(lambda kernels: kernels.transpose(0, 1)),
    ),
    Mistake(
        "Input and output channels have changed places. A kernel keeps its axes: (O, C, kh, kw).",
        _with_result(lambda kernels: kernels.transpose(1, 2)),
    ),
    Mistake(
        "A reshape to (B, C, O, kh, kw) mixes the channels up. A kernel keeps its axes: "
        "(O, C, kh, kw).",
        _with_result(lambda k: k.reshape(k.shape[0], k.shape[2], k.shape[1], *k.shape[3:])),
    ),
    Mistake(
        "The result is still flat. Give it a kernel's axes again: unflatten(1, weight.shape[1:]).",
        _with_result(lambda kernels: kernels.flatten(1)),
    ),
    Mistake(
        "Axes of size 1 are gone. Do not call squeeze(): name the axis that you mean.",
        _with_result(lambda kernels: kernels.squeeze()),
    ),
]
