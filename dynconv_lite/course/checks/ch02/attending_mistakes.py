"""What goes wrong in computing an attention from an input."""

from collections.abc import Callable

import torch
from torch import Tensor

from dynconv_lite.course.case import Function, Hint, Mistake

Step = Callable[[Tensor], Tensor]
Gate = Callable[[Tensor, float], Tensor]


def _same(value: Tensor) -> Tensor:
    return value


def _gate(logits: Tensor, temperature: float) -> Tensor:
    return torch.softmax(logits / temperature, 1)


def _with(
    activation: Step = torch.relu,
    gate: Gate = _gate,
    before: Step = _same,
    first: float = 1.0,
    second: float = 1.0,
) -> Function:
    """Return the exercise's function, or a mistake: with another step, or without a bias."""

    def attend(
        x: Tensor, w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor, temperature: float
    ) -> Tensor:
        hidden = activation(before(x) @ w1.T + first * b1)
        return gate(hidden @ w2.T + second * b2, temperature)

    return attend


def _hidden_tempered(
    x: Tensor, w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor, temperature: float
) -> Tensor:
    hidden = torch.relu(x @ w1.T + b1)
    return torch.softmax(hidden / temperature @ w2.T + b2, 1)


def _hidden_tempered_too(
    x: Tensor, w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor, temperature: float
) -> Tensor:
    return _gate(torch.relu(x @ w1.T + b1) / temperature @ w2.T + b2, temperature)


def _late_first_bias(
    x: Tensor, w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor, temperature: float
) -> Tensor:
    return _gate((torch.relu(x @ w1.T) + b1) @ w2.T + b2, temperature)


def _late_second_bias(
    x: Tensor, w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor, temperature: float
) -> Tensor:
    return _gate(torch.relu(x @ w1.T + b1) @ w2.T, temperature) + b2


def _overflowing(logits: Tensor, temperature: float) -> Tensor:
    powers = (logits / temperature).exp()
    return powers / powers.sum(1, keepdim=True)


HINTS = [
    Hint(
        "The inner sizes of a product have to agree. w1 is (H, I) and w2 is (K, H), outputs first: "
        "x @ w1.T is (B, H), and hidden @ w2.T is (B, K).",
        "mat1 and mat2|size mismatch|shapes cannot be multiplied",
    ),
    Hint(
        "b1 (H,) belongs to the hidden layer (B, H) and b2 (K,) to the logits (B, K). Add each to "
        "its own layer, and compute these as x @ w1.T and hidden @ w2.T: w1 @ x.T is (H, B).",
        "The size of tensor a .* must match the size of tensor b|must match the existing size",
    ),
    Hint(
        "The layers are given as tensors, not as modules: write x @ w1.T + b1, or "
        "F.linear(x, w1, b1).",
        "TypeError: 'Tensor' object is not callable",
    ),
]
MISTAKES = [
    Mistake(
        "There is no relu between the two layers. Apply it to x @ w1.T + b1.",
        _with(_same),
    ),
    Mistake(
        "The relu is applied to the logits, not to the hidden layer. Move it between the layers.",
        _with(_same, lambda z, t: _gate(z.relu(), t)),
    ),
    Mistake(
        "The logits go through a relu too. Only the hidden layer does: negative logits belong into "
        "the softmax.",
        _with(gate=lambda z, t: _gate(z.relu(), t)),
    ),
    Mistake(
        "The relu is applied to x. Apply it after the first layer, to x @ w1.T + b1.",
        _with(_same, before=torch.relu),
    ),
    Mistake(
        "The hidden layer goes through a sigmoid. Use a relu there.",
        _with(torch.sigmoid),
    ),
    Mistake("The hidden layer goes through a tanh. Use a relu there.", _with(torch.tanh)),
    Mistake(
        "The hidden layer goes through a softmax. Use a relu there; the softmax comes at the end.",
        _with(lambda hidden: hidden.softmax(1)),
    ),
    Mistake("The bias b1 is missing. Add it before the relu: x @ w1.T + b1.", _with(first=0.0)),
    Mistake("The bias b2 is missing. Add it to the logits: hidden @ w2.T + b2.", _with(second=0.0)),
    Mistake(
        "Both biases are missing. Add b1 before the relu, and b2 before the softmax.",
        _with(first=0.0, second=0.0),
    ),
    Mistake(
        "The bias b1 is added after the relu. Add it before: relu(x @ w1.T + b1).",
        _late_first_bias,
    ),
    Mistake(
        "The bias b2 is added after the softmax. Add it to the logits: hidden @ w2.T + b2.",
        _late_second_bias,
    ),
    Mistake(
        "The hidden layer is divided by the temperature. Divide the logits by it, with their bias.",
        _hidden_tempered,
    ),
    Mistake(
        "The hidden layer is divided by the temperature, and the logits are too. Divide the logits "
        "alone.",
        _hidden_tempered_too,
    ),
    Mistake(
        "The temperature has no effect. Divide the logits by it.",
        _with(gate=lambda z, t: z.softmax(1)),
    ),
    Mistake(
        "The logits are multiplied by the temperature. Divide by it.",
        _with(gate=lambda z, t: (z * t).softmax(1)),
    ),
    Mistake(
        "The softmax runs over the batch, axis 0. Take it over the K maps, axis 1.",
        _with(gate=lambda z, t: (z / t).softmax(0)),
    ),
    Mistake(
        "The attention is a sigmoid of the logits. Take their softmax: every row sums to one.",
        _with(gate=lambda z, t: (z / t).sigmoid()),
    ),
    Mistake(
        "The logits are returned, divided by the temperature. Take their softmax.",
        _with(gate=lambda z, t: z / t),
    ),
    Mistake(
        "This is the logarithm of the attention. Take the softmax, not the log_softmax.",
        _with(gate=lambda z, t: (z / t).log_softmax(1)),
    ),
    Mistake(
        "The result is transposed, (K, B). Put the batch first, (B, K): x @ w1.T, not w1 @ x.T.",
        lambda *arguments: _with()(*arguments).mT,
    ),
    Mistake(
        "All inputs get the attention of their mean. Each has its own: do not average over axis 0.",
        _with(before=lambda x: x.mean(0, keepdim=True).expand_as(x)),
    ),
    Mistake(
        "exp overflows for large logits, and inf / inf is NaN. Use the softmax of exercise 2, or "
        "torch.softmax.",
        _with(gate=_overflowing),
    ),
]
