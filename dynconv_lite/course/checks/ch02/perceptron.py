"""Exercise 4: the dynamic perceptron."""

import torch
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch02.perceptron_mistakes import HINTS, MISTAKES
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise


def _dynamic_perceptron(x: Tensor, weights: Tensor, biases: Tensor, attention: Tensor) -> Tensor:
    """Map every input by its own mixture of K linear maps.

    Args:
        x: inputs (B, I).
        weights: (K, O, I).
        biases: (K, O).
        attention: of every input over the maps (B, K).

    Returns:
        (B, O), with y_b = (sum_k attention_bk weights_k) x_b + sum_k attention_bk biases_k.
    """
    mixed = torch.einsum("bk,koi->boi", attention, weights)
    return torch.einsum("boi,bi->bo", mixed, x) + attention @ biases


@exercise("Exercise 4: the dynamic perceptron", fallback=_dynamic_perceptron)
def dynamic_perceptron(answer: Answer, random: Random) -> None:
    """Check `dynamic_perceptron(x, weights, biases, attention)`: (B, I) -> (B, O)."""
    cases = []
    for new, b, k, o, i, bias, gate, dtype in (
        ("one input, and biases of zero", 1, 2, 3, 4, 0.0, "softmax", torch.float32),
        ("biases", 1, 2, 3, 4, 1.0, "softmax", torch.float32),
        ("several inputs with the same attention", 5, 2, 3, 4, 1.0, "same", torch.float32),
        ("an attention of its own for every input", 5, 2, 3, 4, 1.0, "softmax", torch.float32),
        ("more maps", 3, random.integer(6, 7), 2, 5, 1.0, "softmax", torch.float32),
        ("attention that does not sum to one", 4, 3, 5, 2, 1.0, "sigmoid", torch.float32),
        ("all sizes the same", 4, 4, 4, 4, 1.0, "softmax", torch.float32),
        ("a single output", 3, 2, 1, 4, 1.0, "softmax", torch.float32),
        ("float64", 5, 3, 4, 2, 1.0, "sigmoid", torch.float64),
    ):
        logits = random.normal(b, k, dtype=dtype)
        if gate == "same":
            logits = logits[:1].repeat(b, 1)
        arguments = {
            "x": random.normal(b, i, dtype=dtype),
            "weights": random.normal(k, o, i, dtype=dtype),
            "biases": bias * random.normal(k, o, dtype=dtype),
            "attention": logits.sigmoid() if gate == "sigmoid" else logits.softmax(1),
        }
        cases.append(Case(arguments, new))
    answer.compare(_dynamic_perceptron, cases, MISTAKES, result="outputs (B, O)", hints=HINTS)
