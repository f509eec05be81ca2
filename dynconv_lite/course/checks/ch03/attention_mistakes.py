"""What goes wrong in computing attention over kernels."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.case import Function, Hint, Mistake

Change = Callable[[Tensor], Tensor]
Gate = Callable[[Tensor, float], Tensor]


def _same(value: Tensor) -> Tensor:
    return value


def _softmax(logits: Tensor, temperature: float) -> Tensor:
    return torch.softmax(logits / temperature, dim=1)


def _overflowing(logits: Tensor, temperature: float) -> Tensor:
    powers = (logits / temperature).exp()
    return powers / powers.sum(1, keepdim=True)


def _normalised(logits: Tensor, temperature: float) -> Tensor:
    return logits / temperature / (logits / temperature).sum(1, keepdim=True)


def _squeeze(
    pool: Change = lambda x: x.mean((2, 3)),
    inner: Change = F.relu,
    outer: Change = _same,
    gate: Gate = _softmax,
    biases: tuple[int, int] = (1, 1),
) -> Function:
    """Return the exercise's function, or a mistake: with one of its steps replaced."""

    def squeeze_attention(
        x: Tensor, w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor, temperature: float
    ) -> Tensor:
        hidden = inner(pool(x) @ w1.T + b1 * biases[0])
        return gate(outer(hidden @ w2.T + b2 * biases[1]), temperature)

    return squeeze_attention


_right = _squeeze()
HINTS = [
    Hint(
        "The map is pooled over the wrong axes, or over one of them only. The mean over its "
        "pixels, x.mean((2, 3)), has shape (B, C).",
        r"RuntimeError: .*shapes cannot be multiplied \(\d+x1 and",  # the first map is one pixel
    ),
    Hint(
        "A weight has its outputs on axis 0 and its inputs on axis 1: with z of shape (B, C), "
        "take z @ w1.T, or F.linear(z, w1, b1).",
        "RuntimeError: .*(shapes cannot be multiplied|size mismatch|incompatible matrix)",
    ),
    Hint(
        "A bias is added to every row: b1 has one number for each hidden channel, b2 one for each "
        "kernel. Add b1 behind w1, and b2 behind w2.",
        "RuntimeError: The (expanded )?size of (the )?tensor",
    ),
]
MISTAKES = [
    Mistake(
        "The map is pooled by its largest pixel. Squeezing takes the mean: x.mean((2, 3)).",
        _squeeze(pool=lambda x: x.amax((2, 3))),
    ),
    Mistake(
        "The map is pooled by a sum, which grows with its size. Take the mean over the pixels.",
        _squeeze(pool=lambda x: x.sum((2, 3))),
    ),
    Mistake(
        "Only the first pixel of the map is looked at. Take the mean over all pixels.",
        _squeeze(pool=lambda x: x[:, :, 0, 0]),
    ),
    Mistake(
        "All images are averaged into one attention. Keep the batch axis: x.mean((2, 3)) leaves "
        "(B, C), one row for each image.",
        _squeeze(pool=lambda x: x.mean((0, 2, 3)).expand(len(x), -1)),
    ),
    Mistake(
        "Only the first image gets its attention. Pool over axes 2 and 3 alone, and return a row "
        "for each image.",
        lambda x, *rest: _right(x[:1], *rest),
    ),
    Mistake(
        "The relu between the two layers is missing: without it they are one linear map. Apply it "
        "to z @ w1.T + b1.",
        _squeeze(inner=_same),
    ),
    Mistake(
        "The relu stands behind the second layer. It belongs between the two: logits may be "
        "negative.",
        _squeeze(inner=_same, outer=F.relu),
    ),
    Mistake(
        "There is a second relu, behind the second layer. Leave it out: logits may be negative.",
        _squeeze(outer=F.relu),
    ),
    Mistake(
        "The relu is applied to the pooled map z. It belongs behind the first layer.",
        _squeeze(pool=lambda x: x.mean((2, 3)).relu(), inner=_same),
    ),
    Mistake(
        "The relu is applied to the map x. It belongs behind the first layer.",
        _squeeze(pool=lambda x: x.relu().mean((2, 3)), inner=_same),
    ),
    Mistake(
        "Between the two layers stands a sigmoid. A relu is wanted there.",
        _squeeze(inner=torch.sigmoid),
    ),
    Mistake(
        "The softmax runs over the images of the batch, axis 0. It has to run over the kernels, "
        "dim=1: every image's attention has sum 1.",
        _squeeze(gate=lambda logits, t: torch.softmax(logits / t, dim=0)),
    ),
    Mistake(
        "The softmax runs over all images and kernels together. It has to run over the kernels, "
        "dim=1: every image's attention has sum 1.",
        _squeeze(gate=lambda logits, t: _softmax(logits.reshape(1, -1), t).reshape(logits.shape)),
    ),
    Mistake(
        "The gate is a sigmoid, as in CondConv. Here the kernels compete: take a softmax.",
        _squeeze(gate=lambda logits, t: torch.sigmoid(logits / t)),
    ),
    Mistake(
        "These are the logits, divided by the temperature. Take their softmax over the kernels.",
        _squeeze(gate=lambda logits, t: logits / t),
    ),
    Mistake(
        "These are the bare logits. Divide them by the temperature, and take their softmax over "
        "the kernels.",
        _squeeze(gate=lambda logits, t: logits),
    ),
    Mistake(
        "The logits are divided by their sum, which may be 0 or negative. A softmax is wanted.",
        _squeeze(gate=_normalised),
    ),
    Mistake(
        "This is the logarithm of the attention. Take softmax, not log_softmax.",
        _squeeze(gate=lambda logits, t: _softmax(logits, t).log()),
    ),
    Mistake(
        "All of the attention goes to the largest logit. Return the softmax itself, not where it "
        "is largest.",
        _squeeze(gate=lambda logits, t: F.one_hot(logits.argmax(1), logits.shape[1]).to(logits)),
    ),
    Mistake(
        "The exponential of a large logit is infinite, and inf / inf is NaN. Use torch.softmax, "
        "or subtract each row's largest logit first.",
        _squeeze(gate=_overflowing),
    ),
    Mistake(
        "The logits are multiplied by the temperature. Divide: a high temperature makes the "
        "attention even.",
        _squeeze(gate=lambda logits, t: _softmax(logits, 1 / t)),
    ),
    Mistake(
        "The temperature is ignored. Divide the logits by it, before the softmax.",
        _squeeze(gate=lambda logits, t: _softmax(logits, 1.0)),
    ),
    Mistake(
        "The softmax is divided by the temperature, and no longer has sum 1. Divide the logits, "
        "before the softmax.",
        _squeeze(gate=lambda logits, t: _softmax(logits, 1.0) / t),
    ),
    Mistake(
        "The logits are divided by the square root of the temperature. Divide by it as it is.",
        _squeeze(gate=lambda logits, t: _softmax(logits, t**0.5)),
    ),
    Mistake(
        "The temperature does not divide b2: it is applied before the bias is added, or to the "
        "hidden layer. Divide the whole logits, behind the second layer.",
        lambda x, w1, b1, w2, b2, t: _right(x, w1 / t, b1 / t, w2, b2, 1.0),
    ),
    Mistake("The first bias is missing. Add b1 before the relu.", _squeeze(biases=(0, 1))),
    Mistake("The second bias is missing. Add b2 to the logits.", _squeeze(biases=(1, 0))),
    Mistake(
        "Both biases are missing. Add b1 before the relu, and b2 to the logits.",
        _squeeze(biases=(0, 0)),
    ),
]
