"""Exercise 2: a kernel of its own for every image, mixed from K kernels."""

import torch
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch03.mixing_mistakes import HINTS, MISTAKES
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise
from dynconv_lite.dynamic.kernels import mix


def _mix_kernels(weight: Tensor, attention: Tensor) -> Tensor:
    """Return sum_k attention_bk weight_k.

    Args:
        weight: (K, O, C, kh, kw).
        attention: (B, K).

    Returns:
        (B, O, C, kh, kw).
    """
    return mix(weight, attention)


@exercise("Exercise 2: mixed kernels", fallback=_mix_kernels)
def mix_kernels(answer: Answer, random: Random) -> None:
    """Check `mix_kernels(weight, attention)`: (K, O, C, kh, kw), (B, K) -> (B, O, C, kh, kw)."""
    answer.compare(
        _mix_kernels,
        _cases(random),
        MISTAKES,
        result="a tensor (B, O, C, kh, kw)",
        hints=HINTS,
    )


def _cases(random: Random) -> list[Case]:
    b = random.integer(2, 3)
    cases = []
    for new, batch, shape, gate, dtype in (
        ("one image, two kernels", 1, (2, 5, 4, 3, 3), "softmax", torch.float32),
        ("more than two kernels", 1, (4, 5, 3, 3, 3), "softmax", torch.float32),
        ("several images", b, (4, 6, 5, 3, 3), "softmax", torch.float32),
        ("kernels of one pixel", b, (4, 6, 5, 1, 1), "softmax", torch.float32),
        ("kernels that are not square", b, (5, 4, 6, 1, 3), "softmax", torch.float32),
        ("attention whose sum is not 1", b, (4, 6, 5, 3, 3), "sigmoid", torch.float32),
        ("more images than kernels", 6, (4, 3, 5, 3, 3), "sigmoid", torch.float32),
        ("as many images and channels as kernels", 3, (3, 3, 3, 3, 3), "softmax", torch.float32),
        ("float64", b, (4, 6, 5, 3, 3), "sigmoid", torch.float64),
    ):
        weight = random.normal(*shape, dtype=dtype)
        logits = random.normal(batch, shape[0], dtype=dtype)
        attention = logits.softmax(1) if gate == "softmax" else logits.sigmoid()
        cases.append(Case({"weight": weight, "attention": attention}, new))
    return cases
