"""Exercise 8: shape or texture, and how sure one may be."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case, Hint
from dynconv_lite.course.checks.ch05.deciding_mistakes import HINTS, MISTAKES
from dynconv_lite.course.compare import describe
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise

RESULT = "(share, low, high), three numbers"


def _shape_share(
    predictions: Tensor, shapes: Tensor, textures: Tensor
) -> tuple[float, float, float]:
    """Return which share of the decisions follows shape, and its 95 % Wilson interval.

    Args:
        predictions: classes (N,).
        shapes: the class of each picture's shape (N,).
        textures: the class of its texture (N,), another one.

    Returns:
        (share, low, high); (nan, 0, 1) if no prediction is either class.
    """
    by_shape = int((predictions == shapes).sum())
    n, z = by_shape + int((predictions == textures).sum()), 1.96
    if n == 0:
        return math.nan, 0.0, 1.0
    p = by_shape / n
    half = z * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    centre, scale = p + z**2 / (2 * n), 1 + z**2 / n
    return p, (centre - half) / scale, (centre + half) / scale


class Numbers(Answer):
    """An answer that returns three numbers; they are compared as one tensor."""

    def call(self, case: Case, after: int = 0, hints: Sequence[Hint] = ()) -> Tensor:
        """Call the function, and return its three numbers as a tensor (3,)."""
        value = super().call(case, after, hints)
        try:
            # in float32: the learner may have divided in any precision
            numbers = torch.tensor([float(number) for number in value])
        except (TypeError, ValueError, RuntimeError):
            numbers = torch.empty(0)
        if numbers.shape != (3,):
            self.fail(f"The function returned {describe(value)}, expected {RESULT}.", case)
        return numbers


@exercise("Exercise 8: shape or texture", fallback=_shape_share)
def shape_share(answer: Answer, random: Random) -> None:
    """Check `shape_share(predictions, shapes, textures)` -> three numbers."""
    numbers = Numbers(answer.function, answer.name, answer.label)
    numbers.compare(
        lambda *tensors: torch.tensor(_shape_share(*tensors)),
        _cases(random),
        MISTAKES,
        result=RESULT,
        hints=HINTS,
    )


def _cases(random: Random) -> list[Case]:
    def case(new: str, by_shape: int, by_texture: int, by_none: int, classes: int = 4) -> Case:
        n = by_shape + by_texture + by_none
        shapes = (random.uniform(n) * classes).long()
        textures = (shapes + 1 + (random.uniform(n) * (classes - 2)).long()) % classes
        third = _neither(shapes, textures, classes)
        kinds = torch.tensor([0] * by_shape + [1] * by_texture + [2] * by_none)
        kinds = kinds[random.uniform(n).argsort()]
        predictions = torch.stack([shapes, textures, third])[kinds, torch.arange(n)]
        return Case({"predictions": predictions, "shapes": shapes, "textures": textures}, new)

    few, many = random.integer(3, 5), random.integer(7, 9)
    return [
        case("as many by shape as by texture", 4, 4, 0),
        case("more by texture", few, many, 0),
        case("predictions that are neither", few, many, few),
        case("more neither than either", many, few, 20),
        case("hundreds of pictures", 10 * many, 30 * few, 50, 10),
        case("nearly all by shape", many, 1, few),
        case("none by texture", many, 0, 3),
        case("none by shape", 0, many, 3),
        case("a single decision", 1, 0, 2),
        case("not one decision", 0, 0, 5),
    ]


def _neither(shapes: Tensor, textures: Tensor, classes: int) -> Tensor:
    """Return for each picture the first class that is neither its shape's nor its texture's."""
    taken = torch.zeros(len(shapes), classes)
    taken.scatter_(1, torch.stack([shapes, textures], 1), 1)  # (N, classes)
    return taken.argmin(1)
