"""Exercise 1: from a feature map to attention over K kernels."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch03.attention_mistakes import HINTS, MISTAKES
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise


def _squeeze_attention(
    x: Tensor, w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor, temperature: float
) -> Tensor:
    """Return every image's attention over K kernels, by squeeze and excitation.

    Args:
        x: (B, C, H, W).
        w1: (hidden, C), with the bias b1 (hidden,).
        b1: see there.
        w2: (K, hidden), with the bias b2 (K,).
        b2: see there.
        temperature: the logits are divided by it.

    Returns:
        (B, K), each row positive and of sum 1.
    """
    hidden = F.linear(x.mean((2, 3)), w1, b1).relu()  # (B, hidden)
    return torch.softmax(F.linear(hidden, w2, b2) / temperature, dim=1)


@exercise("Exercise 1: attention over kernels", fallback=_squeeze_attention)
def squeeze_attention(answer: Answer, random: Random) -> None:
    """Check `squeeze_attention(x, w1, b1, w2, b2, temperature)` -> (B, K)."""
    answer.compare(
        _squeeze_attention,
        _cases(random),
        MISTAKES,
        result="a tensor (B, K)",
        hints=HINTS,
    )


def _cases(random: Random) -> list[Case]:
    def case(
        new: str,
        b: int = 1,
        size: tuple[int, int] = (1, 1),
        bias: bool = False,
        temperature: float = 1.0,
        **options: Any,
    ) -> Case:
        dtype, scale = options.get("dtype", torch.float32), options.get("scale", 1.0)
        channels, hidden, num_kernels = options.get("widths", (6, 5, 4))
        # The mean of many pixels is small: numbers of about 1 each keep the logits apart.
        x = random.normal(b, channels, *size, dtype=dtype)
        x = x + random.normal(b, channels, 1, 1, dtype=dtype)
        biases = [random.normal(n, dtype=dtype) * bias for n in (hidden, num_kernels)]
        w1 = random.normal(hidden, channels, dtype=dtype) / 2
        w2 = scale * random.normal(num_kernels, hidden, dtype=dtype)
        arguments = {"x": x, "w1": w1, "b1": biases[0], "w2": w2, "b2": biases[1]}
        return Case({**arguments, "temperature": temperature}, new)

    b, temperature = random.integer(2, 3), float(random.integer(3, 6))
    size = (random.integer(3, 4), random.integer(5, 6))
    return [
        case("one image of one pixel, biases of 0, temperature 1"),
        case("a map of several pixels", size=size),
        case("several images", b, size),
        case("biases that are not 0", b, size, True),
        case("a high temperature", b, size, True, temperature),
        case("a temperature below 1", b, size, True, 0.5),
        case("a single hidden channel", b, size, True, 2.0, widths=(3, 1, 5)),
        case("very large logits", b, size, True, 1.0, scale=1000.0),
        case("float64", 3, size, True, temperature, dtype=torch.float64),
    ]
