"""What goes wrong in mapping every input by a mixture of its own."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.case import Function, Hint, Mistake


def _perceptron(x: Tensor, weights: Tensor, biases: Tensor, attention: Tensor) -> Tensor:
    """Do what the exercise asks for."""
    return torch.einsum("bk,koi,bi->bo", attention, weights, x) + attention @ biases


def _with_attention(change: Callable[[Tensor], Tensor]) -> Function:
    """Return the mistake of using another attention than the given one."""
    return lambda x, w, b, a: _perceptron(x, w, b, change(a))


def _with_bias(bias: Callable[[Tensor, Tensor], Tensor]) -> Function:
    """Return the mistake of adding another bias than the mixed one."""
    return lambda x, w, b, a: torch.einsum("bk,koi,bi->bo", a, w, x) + bias(b, a)


def _one_hot(attention: Tensor) -> Tensor:
    return F.one_hot(attention.argmax(1), attention.shape[1]).to(attention.dtype)


def _crossed(x: Tensor, weights: Tensor, biases: Tensor, attention: Tensor) -> Tensor:
    """Send every input through every input's map, (B, B, O)."""
    y = torch.einsum("bk,koi,ci->bco", attention, weights, x)
    return y + (attention @ biases)[:, None]


HINTS = [
    Hint(
        "Two factors of a matrix product do not fit. Mix first, (B, K) with (K, O, I) to "
        "(B, O, I); then take every input's own map, mixed[b] @ x[b]: mixed @ x[:, :, None] does "
        "so for the whole batch.",
        "mat1 and mat2|size mismatch|shapes cannot be multiplied|Expected size for|"
        "batch1 must be a 3D|batch2 must be a 3D|expected size to match",
    ),
    Hint(
        "Axes are lined up from the last one. Give the attention the axes of what it multiplies, "
        "attention[:, :, None, None] with weights (K, O, I), or use torch.einsum.",
        "The size of tensor a .* must match the size of tensor b",
    ),
    Hint(
        "In torch.einsum the letters name axes: attention 'bk', weights 'koi', biases 'ko', x "
        "'bi', result 'bo'. The same letter has to have the same size everywhere.",
        "einsum",
    ),
]
MISTAKES = [
    Mistake(
        "The biases are missing. Add sum_k attention_bk biases_k, which is attention @ biases.",
        _with_bias(lambda b, a: torch.zeros_like(a @ b)),
    ),
    Mistake(
        "All biases are added in full. Mix them as the maps: attention @ biases.",
        _with_bias(lambda b, a: b.sum(0)),
    ),
    Mistake(
        "The mean of the biases is added. Mix them as the maps: attention @ biases.",
        _with_bias(lambda b, a: b.mean(0)),
    ),
    Mistake(
        "The first map's bias is added. Mix all of them as the maps: attention @ biases.",
        _with_bias(lambda b, a: b[0]),
    ),
    Mistake(
        "The mixed bias is added K times, once for every map. Add it once, after the sum over k.",
        _with_bias(lambda b, a: len(b) * (a @ b)),
    ),
    Mistake(
        "All inputs get the bias of the first one. Each has its own: attention @ biases is (B, O).",
        _with_bias(lambda b, a: a[:1] @ b),
    ),
    Mistake(
        "All inputs are mapped with the first one's attention. Each has its own row of it: "
        "attention[b].",
        _with_attention(lambda a: a[:1].expand_as(a)),
    ),
    Mistake(
        "All inputs are mapped with the last one's attention. Each has its own row of it: "
        "attention[b].",
        _with_attention(lambda a: a[-1:].expand_as(a)),
    ),
    Mistake(
        "All inputs are mapped with the mean attention of the batch. Each has its own row of it: "
        "attention[b].",
        _with_attention(lambda a: a.mean(0, keepdim=True).expand_as(a)),
    ),
    Mistake(
        "Only the map with the largest attention is used. Mix all of them, each by its share.",
        _with_attention(_one_hot),
    ),
    Mistake(
        "The maps are averaged, whatever the attention says. Multiply each by attention_bk.",
        _with_attention(lambda a: torch.full_like(a, 1 / a.shape[1])),
    ),
    Mistake(
        "The maps are summed without the attention. Multiply each by attention_bk first.",
        _with_attention(torch.ones_like),
    ),
    Mistake(
        "The attention is multiplied in twice. Once is enough: in the maps, or in their outputs.",
        _with_attention(lambda a: a * a),
    ),
    Mistake(
        "The attention goes through a softmax once more. Use it as it is given.",
        _with_attention(lambda a: a.softmax(1)),
    ),
    Mistake(
        "The attention is divided by its sum. Use it as it is given: its rows need not sum to one.",
        _with_attention(lambda a: a / a.sum(1, keepdim=True)),
    ),
    Mistake(
        "The sum over the maps is divided by K. The attention is the only factor: sum, no mean.",
        _with_attention(lambda a: a / a.shape[1]),
    ),
    Mistake(
        "Every input goes through the maps of all inputs, (B, B, O). Input b goes through map b "
        "alone: mixed @ x[:, :, None], or einsum 'boi,bi->bo'.",
        _crossed,
    ),
    Mistake(
        "The outputs of the K maps are not summed, (B, K, O). Sum over k, axis 1.",
        lambda x, w, b, a: a[:, :, None] * (torch.einsum("koi,bi->bko", w, x) + b),
    ),
    Mistake(
        "The products with x are not summed over the inputs, (B, O, I). Sum over i: einsum "
        "'boi,bi->bo'.",
        lambda x, w, b, a: torch.einsum("bk,koi->boi", a, w) * x[:, None] + (a @ b)[:, :, None],
    ),
    Mistake(
        "The mixed maps are returned, (B, O, I). Apply them to x, and add the mixed biases.",
        lambda x, w, b, a: torch.einsum("bk,koi->boi", a, w),
    ),
    Mistake(
        "The result is transposed, (O, B). Put the batch first: (B, O).",
        lambda x, w, b, a: _perceptron(x, w, b, a).mT,
    ),
    Mistake(
        "squeeze() removes every axis of length 1, that of a single output too, and adding the "
        "biases then gives (B, B). Remove the last axis alone: squeeze(2), or [:, :, 0].",
        lambda x, w, b, a: torch.einsum("bk,koi,bi->bo", a, w, x).squeeze() + a @ b,
    ),
    Mistake(
        "The result has an axis too many, (B, O, 1). Take [:, :, 0] of mixed @ x[:, :, None].",
        lambda x, w, b, a: _perceptron(x, w, b, a)[:, :, None],
    ),
]
