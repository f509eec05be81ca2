"""What goes wrong in handing the gradient of the mixed maps on to the K maps."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.case import Function, Hint, Mistake


def _with_attention(change: Callable[[Tensor], Tensor]) -> Function:
    """Return the mistake of using another attention than the given one."""
    return lambda grad, attention: torch.einsum("bk,boi->koi", change(attention), grad)


def _then(finish: Callable[[Tensor], Tensor]) -> Function:
    """Return the mistake of not summing attention_bk grad_b, (B, K, O, I), over the inputs."""
    return lambda grad, attention: finish(attention[:, :, None, None] * grad[:, None])


def _one_hot(attention: Tensor) -> Tensor:
    return F.one_hot(attention.argmax(1), attention.shape[1]).to(attention.dtype)


HINTS = [
    Hint(
        "Axes are lined up from the last one. Give both the axes (B, K, O, I): "
        "attention[:, :, None, None] * grad_mixed[:, None], and sum over axis 0.",
        "The size of tensor a .* must match the size of tensor b",
    ),
    Hint(
        "The sum runs over the inputs, so B has to be the inner axis of the product: attention.T "
        "(K, B) @ grad_mixed.flatten(1) (B, O * I), and then a reshape.",
        "mat1 and mat2|size mismatch|shapes cannot be multiplied|Expected size for|"
        "expected size to match",
    ),
    Hint(
        "In torch.einsum the attention is 'bk', grad_mixed 'boi' and the result 'koi'. The axis b, "
        "missing behind the arrow, is summed.",
        "einsum",
    ),
]
MISTAKES = [
    Mistake(
        "The mean over the inputs is taken. Sum over them: what the loss divides by is part of "
        "grad_mixed already.",
        _then(lambda g: g.mean(0)),
    ),
    Mistake(
        "Every map gets the whole gradient, without its attention. Multiply grad_mixed[b] by "
        "attention[b, k].",
        _with_attention(torch.ones_like),
    ),
    Mistake(
        "Every map gets the same K-th part of the gradient. Multiply grad_mixed[b] by "
        "attention[b, k] instead.",
        _with_attention(lambda a: torch.full_like(a, 1 / a.shape[1])),
    ),
    Mistake(
        "The gradient is divided by the attention. Multiply by it: a map with a small share has a "
        "small effect.",
        _with_attention(lambda a: 1 / a),
    ),
    Mistake(
        "The attention is divided by its sum over the batch, which gives a weighted mean. Use it "
        "as it is given, and sum.",
        _with_attention(lambda a: a / a.sum(0, keepdim=True)),
    ),
    Mistake(
        "Every input's attention is divided by its sum. Use it as it is given: it need not sum to "
        "one.",
        _with_attention(lambda a: a / a.sum(1, keepdim=True)),
    ),
    Mistake(
        "The attention goes through a softmax once more. Use it as it is given.",
        _with_attention(lambda a: a.softmax(1)),
    ),
    Mistake(
        "Only the map with the largest attention gets an input's gradient, in full. All maps get "
        "it, each times attention[b, k].",
        _with_attention(_one_hot),
    ),
    Mistake(
        "Only the map with the largest attention gets an input's gradient. The others get theirs "
        "too, each times attention[b, k].",
        _with_attention(lambda a: a * _one_hot(a)),
    ),
    Mistake(
        "The attention is multiplied in twice. Once is enough.",
        _with_attention(lambda a: a * a),
    ),
    Mistake(
        "All inputs count with the mean attention of the batch. Multiply grad_mixed[b] by its own, "
        "attention[b, k].",
        _with_attention(lambda a: a.mean(0, keepdim=True).expand_as(a)),
    ),
    Mistake(
        "All inputs count with the first one's attention. Multiply grad_mixed[b] by its own, "
        "attention[b, k].",
        _with_attention(lambda a: a[:1].expand_as(a)),
    ),
    Mistake(
        "Only the first input's gradient is used. Sum over all inputs.",
        _then(lambda g: g[0]),
    ),
    Mistake(
        "Only the last input's gradient is left: each replaces the one before. Add them up, "
        "with +=.",
        _then(lambda g: g[-1]),
    ),
    Mistake(
        "The inputs are still apart, (B, K, O, I). Sum over them, axis 0: every map has one "
        "gradient.",
        _then(lambda g: g),
    ),
    Mistake(
        "The sum runs over the maps, (B, O, I). Sum over the inputs b and keep the maps k apart.",
        _then(lambda g: g.sum(1)),
    ),
    Mistake(
        "The maps are summed too, (O, I). Keep them apart: every map has a gradient of its own.",
        _then(lambda g: g.sum((0, 1))),
    ),
    Mistake(
        "Inputs and outputs of the maps have changed places, (K, I, O). The gradient has the shape "
        "of the maps, (K, O, I).",
        _then(lambda g: g.sum(0).mT),
    ),
    Mistake(
        "The axis of the maps comes last, (O, I, K). Put it first, as in the maps: (K, O, I).",
        _then(lambda g: g.sum(0).movedim(0, -1)),
    ),
    Mistake(
        "The sign is turned round. This is the gradient itself; the step against it comes later.",
        _with_attention(torch.neg),
    ),
]
