"""Exercise 5: the same layer, mixed behind the convolutions."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch03.outputs_mistakes import HINTS, MISTAKES
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise

RESULT = "a tensor (B, O, H', W') with H' = H + 2 * padding - k + 1, and W' alike"


def _mix_outputs(x: Tensor, weight: Tensor, attention: Tensor, padding: int) -> Tensor:
    """Return sum_k attention_bk (weight_k * x_b): all K convolutions in one, then their mixture.

    Args:
        x: (B, C, H, W).
        weight: (K, O, C, k, k).
        attention: (B, K).
        padding: zeros on every side.

    Returns:
        (B, O, H', W').
    """
    y = F.conv2d(x, weight.flatten(0, 1), padding=padding)  # (B, K * O, H', W')
    y = y.unflatten(1, weight.shape[:2])  # (B, K, O, H', W')
    return torch.einsum("bk,bkohw->bohw", attention, y)


def _cases(random: Random) -> list[Case]:
    def case(
        new: str,
        b: int,
        shape: tuple[int, ...],
        padding: int = 0,
        gate: str = "softmax",
        **kind: Any,
    ) -> Case:
        x = random.normal(b, shape[2], random.integer(5, 6), random.integer(7, 8), **kind)
        weight = random.normal(*shape, **kind)
        logits = random.normal(b, shape[0], **kind)
        attention = logits.softmax(1) if gate == "softmax" else logits.sigmoid()
        arguments = {"x": x, "weight": weight, "attention": attention, "padding": padding}
        return Case(arguments, new)

    b = random.integer(2, 3)
    return [
        case("one image, two kernels", 1, (2, 5, 4, 3, 3)),
        case("more than two kernels", 1, (4, 5, 3, 3, 3)),
        case("several images", b, (4, 5, 6, 3, 3)),
        case("padding 1", b, (4, 6, 5, 3, 3), 1),
        case("attention whose sum is not 1", b, (4, 6, 5, 3, 3), 1, "sigmoid"),
        case("kernels of one pixel", b, (5, 6, 4, 1, 1), 0, "sigmoid"),
        case("kernels of 5 x 5 pixels", b, (4, 6, 5, 5, 5), 2, "sigmoid"),
        case("more padding than a kernel needs", b, (4, 6, 5, 3, 3), 2),
        case("more images than kernels", 6, (4, 3, 5, 3, 3), 1),
        case("as many kernels as outputs as images", 3, (3, 3, 3, 3, 3), 1),
        case("float64", b, (4, 6, 5, 3, 3), 1, "sigmoid", dtype=torch.float64),
    ]


@exercise("Exercise 5: mixed outputs", fallback=_mix_outputs)
def mix_outputs(answer: Answer, random: Random) -> None:
    """Check `mix_outputs(x, weight, attention, padding)` -> (B, O, H', W')."""
    answer.compare(_mix_outputs, _cases(random), MISTAKES, result=RESULT, hints=HINTS)
