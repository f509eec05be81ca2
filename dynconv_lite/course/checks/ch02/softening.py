"""Exercise 2: a softmax with a temperature."""

import torch
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch02.softening_mistakes import HINTS, MISTAKES
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise


def _softmax(logits: Tensor, temperature: float) -> Tensor:
    """Return softmax(logits / temperature) over the last axis, without overflow.

    Args:
        logits: (B, K), of any size.
        temperature: above 0.

    Returns:
        Shares (B, K); every row sums to one.
    """
    scaled = logits / temperature
    powers = torch.exp(scaled - scaled.amax(1, keepdim=True))  # the largest of a row is 1
    return powers / powers.sum(1, keepdim=True)


@exercise("Exercise 2: a softmax with a temperature", fallback=_softmax)
def softmax(answer: Answer, random: Random) -> None:
    """Check `softmax(logits, temperature)`: (B, K), a number -> (B, K)."""

    def case(new: str, temperature: float, logits: Tensor) -> Case:
        return Case({"logits": logits, "temperature": temperature}, new)

    apart = torch.tensor([0.0, -1000.0, 1000.0])[:, None]
    cases = [
        case("a single row", 1.0, random.normal(1, 3)),
        case("several rows", 1.0, random.normal(2, 4)),
        case("a temperature above 1", float(random.integer(3, 5)), random.normal(2, 4)),
        case("a temperature below 1", 0.5, random.normal(3, 5)),
        case("as many rows as columns", 2.0, random.normal(4, 4)),
        case("logits around 1000", 1.0, 1000 + random.normal(2, 4)),
        case("logits around -1000", 1.0, random.normal(2, 4) - 1000),
        case("rows that are far apart", 1.0, random.normal(3, 5) + apart),
        case("a very small temperature", 1 / 512, 4 * random.normal(3, 5)),
        case("large logits and a high temperature", 4.0, 1000 + random.normal(2, 3)),
        case("float64", 3.0, random.normal(2, 4, dtype=torch.float64)),
        case(
            "float64 and rows that are far apart",
            0.5,
            random.normal(3, 4, dtype=torch.float64) + apart,
        ),
    ]
    answer.compare(
        _softmax, cases, MISTAKES, result="shares (B, K), of the logits' shape", hints=HINTS
    )
