"""What goes wrong in a softmax with a temperature."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.case import Function, Hint, Mistake


def _on_scaled(function: Callable[[Tensor], Tensor]) -> Function:
    """Return the mistake of doing something else than a softmax with logits / temperature."""
    return lambda logits, temperature: function(logits / temperature)


def _divided(powers: Tensor) -> Tensor:
    """Divide every row by its sum."""
    return powers / powers.sum(1, keepdim=True)


def _one_hot(scaled: Tensor) -> Tensor:
    return F.one_hot(scaled.argmax(1), scaled.shape[1]).to(scaled.dtype)


HINTS = [
    Hint(
        "max(1) over an axis returns two tensors, the values and their positions. Take the values: "
        "logits.max(1, keepdim=True).values, or logits.amax(1, keepdim=True).",
        "unsupported operand type.*return_types",
    ),
    Hint(
        "A sum or a maximum over axis 1 has shape (B,), which does not line up with (B, K). Keep "
        "the axis: sum(1, keepdim=True), amax(1, keepdim=True).",
        "The size of tensor a .* must match the size of tensor b",
    ),
    Hint(
        "math.exp and math.log take single numbers. Use torch.exp for tensors.",
        "only (one element|integer) tensors.*can be converted|can only convert",
    ),
]
MISTAKES = [
    Mistake(
        "exp overflows: exp(1000) is infinite, and inf / inf is NaN. Subtract every row's largest "
        "number before exp; that does not change the shares.",
        _on_scaled(lambda s: _divided(s.exp())),
    ),
    Mistake(
        "exp overflows, and the NaN that inf / inf gives is replaced by 0. Subtract every row's "
        "largest number before exp: then nothing overflows.",
        _on_scaled(lambda s: _divided(s.exp()).nan_to_num()),
    ),
    Mistake(
        "One maximum is taken over the whole tensor. In a row far below it exp gives only zeros, "
        "and 0 / 0 is NaN. Take every row's own: amax(1, keepdim=True).",
        _on_scaled(lambda s: _divided((s - s.max()).exp())),
    ),
    Mistake(
        "The maximum that is subtracted was taken before the division by the temperature, so exp "
        "overflows or gives only zeros. Divide first, then take the maximum of logits / "
        "temperature.",
        lambda logits, t: _divided((logits / t - logits.amax(1, keepdim=True)).exp()),
    ),
    Mistake(
        "The smallest number of a row is subtracted, so exp can still overflow. Subtract the "
        "largest: then exp gives 1 at most.",
        _on_scaled(lambda s: _divided((s - s.amin(1, keepdim=True)).exp())),
    ),
    Mistake(
        "The maximum is subtracted after exp. Subtract it from logits / temperature, before exp.",
        _on_scaled(lambda s: (s.exp() - s.exp().amax(1, keepdim=True)) / s.exp().sum(1, True)),
    ),
    Mistake(
        "The maximum is subtracted from the numbers above the line, but not from those in the sum. "
        "Compute exp once, and divide it by its own sum.",
        _on_scaled(lambda s: (s - s.amax(1, keepdim=True)).exp() / s.exp().sum(1, True)),
    ),
    Mistake(
        "Large logits are cut off, which makes all of them equal. Do not clamp: subtract every "
        "row's largest number.",
        _on_scaled(lambda s: s.clamp(-50, 50).softmax(1)),
    ),
    Mistake(
        "The logits are multiplied by the temperature. Divide by it: a high temperature makes the "
        "shares more equal.",
        lambda logits, t: (logits * t).softmax(1),
    ),
    Mistake(
        "The temperature has no effect. Divide the logits by it before exp: a factor after exp "
        "would cancel in the sum.",
        lambda logits, t: logits.softmax(1),
    ),
    Mistake(
        "The shares are divided by the temperature, and do not sum to one any more. Divide the "
        "logits by it, before exp.",
        lambda logits, t: logits.softmax(1) / t,
    ),
    Mistake(
        "The logits are divided by the temperature twice. Once is enough.",
        lambda logits, t: (logits / t / t).softmax(1),
    ),
    Mistake(
        "The softmax runs over axis 0, so that the columns sum to one. Every row has to: take sum "
        "and maximum over axis 1.",
        _on_scaled(lambda s: s.softmax(0)),
    ),
    Mistake(
        "All shares together sum to one. Every row has to: sum(1, keepdim=True), not sum().",
        _on_scaled(lambda s: s.flatten().softmax(0).view_as(s)),
    ),
    Mistake(
        "The rows are not divided by their sums. Divide exp(...) by its sum over axis 1.",
        _on_scaled(lambda s: (s - s.amax(1, keepdim=True)).exp()),
    ),
    Mistake(
        "This is a sigmoid, which treats every number on its own. Divide exp(...) by its sum over "
        "the row.",
        _on_scaled(torch.sigmoid),
    ),
    Mistake(
        "These are sigmoids divided by their sum. Use exp instead of the sigmoid.",
        _on_scaled(lambda s: _divided(s.sigmoid())),
    ),
    Mistake(
        "This is the logarithm of the softmax. Take exp of it, or divide instead of subtracting "
        "the logarithm of the sum.",
        _on_scaled(lambda s: s.log_softmax(1)),
    ),
    Mistake(
        "The logits are divided by their sum, without exp. Take exp first: then all numbers are "
        "positive.",
        _on_scaled(_divided),
    ),
    Mistake(
        "The sign is wrong: the smallest logit gets the largest share. Take exp(logits / "
        "temperature), without a minus.",
        _on_scaled(lambda s: (-s).softmax(1)),
    ),
    Mistake(
        "The largest logit gets the whole share, as at temperature 0. Let all others have theirs: "
        "exp(...) divided by its sum.",
        _on_scaled(_one_hot),
    ),
]
