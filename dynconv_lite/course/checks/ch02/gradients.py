"""Exercise 7: what the gradient of the mixed map leaves for every map."""

import torch
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch02.gradients_mistakes import HINTS, MISTAKES
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise


def _kernel_gradients(grad_mixed: Tensor, attention: Tensor) -> Tensor:
    """Return the gradient of the loss by each of the K maps, (K, O, I).

    The mixed map of input b is sum_k attention_bk W_k, so W_k takes part in all of them, each time
    with the factor attention_bk.

    Args:
        grad_mixed: gradient of the loss by every input's mixed map (B, O, I).
        attention: (B, K).
    """
    return torch.einsum("bk,boi->koi", attention, grad_mixed)


@exercise("Exercise 7: the gradient of every map", fallback=_kernel_gradients)
def kernel_gradients(answer: Answer, random: Random) -> None:
    """Check `kernel_gradients(grad_mixed, attention)`: (B, O, I), (B, K) -> (K, O, I)."""

    def case(new: str, o: int, i: int, attention: Tensor) -> Case:
        grad_mixed = random.normal(len(attention), o, i, dtype=attention.dtype)
        return Case({"grad_mixed": grad_mixed, "attention": attention}, new)

    def softmax(b: int, k: int) -> Tensor:
        return random.normal(b, k).softmax(1)

    hard = softmax(4, 3)
    hard[random.integer(0, 3), 1] = 0
    double = random.normal(5, 3, dtype=torch.float64)
    cases = [
        case("one input, and equal shares", 3, 4, torch.full((1, 2), 0.5)),
        case("one input, and shares that differ", 3, 4, softmax(1, 2)),
        case("several inputs", 3, 4, softmax(random.integer(5, 6), 2)),
        case("more maps", 2, 3, softmax(4, 7)),
        case("all sizes the same", 4, 4, softmax(4, 4)),
        case("attention that does not sum to one", 2, 5, random.normal(4, 3).sigmoid()),
        case("a share of zero", 2, 5, hard),
        case("a single map", 1, 3, 0.5 + softmax(4, 1)),
        case("float64", 4, 2, double.sigmoid()),
    ]
    answer.compare(
        _kernel_gradients, cases, MISTAKES, result="a gradient for every map (K, O, I)", hints=HINTS
    )
