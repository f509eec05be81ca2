"""Exercise 3: from an input to its attention."""

import torch
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch02.attending_mistakes import HINTS, MISTAKES
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise


def _attend(
    x: Tensor, w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor, temperature: float
) -> Tensor:
    """Return the attention (B, K) of every input: two layers and a softmax.

    Args:
        x: inputs (B, I).
        w1: first layer (H, I).
        b1: its bias (H,).
        w2: second layer (K, H).
        b2: its bias (K,).
        temperature: of the softmax.
    """
    logits = torch.relu(x @ w1.T + b1) @ w2.T + b2
    return torch.softmax(logits / temperature, 1)


@exercise("Exercise 3: attention over linear maps", fallback=_attend)
def attend(answer: Answer, random: Random) -> None:
    """Check `attend(x, w1, b1, w2, b2, temperature)`: (B, I) -> (B, K)."""
    cases = []
    for new, b, i, h, k, bias, scale, temperature, dtype in (
        ("one input, and biases of zero", 1, 4, 5, 3, 0.0, 1.0, 1.0, torch.float32),
        ("biases", 1, 4, 5, 3, 1.0, 1.0, 1.0, torch.float32),
        ("several inputs", 6, 4, 5, 3, 1.0, 1.0, 1.0, torch.float32),
        ("a temperature above 1", 5, 3, 6, 4, 1.0, 1.0, 3.0, torch.float32),
        ("a temperature below 1", 3, 2, 7, 4, 1.0, 1.0, 0.5, torch.float32),
        ("all sizes the same", 4, 4, 4, 4, 1.0, 1.0, 2.0, torch.float32),
        ("a hidden layer of one unit", 3, 2, 1, 4, 1.0, 1.0, 2.0, torch.float32),
        ("large inputs", 6, 4, 5, 3, 1.0, 1024.0, 1.0, torch.float32),
        ("float64", 2, random.integer(5, 6), 4, 3, 1.0, 1.0, 2.0, torch.float64),
    ):
        arguments = {
            "x": scale * random.normal(b, i, dtype=dtype),
            "w1": random.normal(h, i, dtype=dtype) / i**0.5,
            "b1": bias * random.normal(h, dtype=dtype),
            "w2": random.normal(k, h, dtype=dtype) / h**0.5,
            "b2": bias * random.normal(k, dtype=dtype),
            "temperature": temperature,
        }
        cases.append(Case(arguments, new))
    answer.compare(_attend, cases, MISTAKES, result="an attention (B, K)", hints=HINTS)
