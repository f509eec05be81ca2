"""Exercise 8: the ensemble of four turns."""

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case, Hint
from dynconv_lite.course.checks.ch10.turning_mistakes import HINTS, MISTAKES
from dynconv_lite.course.compare import describe
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise

LookUp = Callable[[Tensor], Tensor]
RESULT = "a tensor (r H, r W)"


class Tensors(Answer):
    """An answer that returns a tensor, as the cells after the exercise need one."""

    def call(self, case: Case, after: int = 0, hints: Sequence[Hint] = ()) -> Tensor:
        """Call the function, and return its tensor."""
        value = super().call(case, after, hints)
        if not isinstance(value, Tensor):
            self.fail(f"The function returned {describe(value)}, expected {RESULT}.", case)
        return value


def _ensemble(image: Tensor, look_up: LookUp) -> Tensor:
    """Return the sum over four turns of the image, looked up and turned back.

    A quarter turn is written as a transposition and a reflection here, and undone by the same two
    in the other order.

    Args:
        image: (H, W).
        look_up: from (H, W) to (r H, r W), whatever H and W are.

    Returns:
        (r H, r W).
    """
    return (
        look_up(image)
        + look_up(image.T.flip(0)).flip(0).T
        + look_up(image.flip(0, 1)).flip(0, 1)
        + look_up(image.flip(0).T).T.flip(0)
    )


def _look_up(random: Random, scale: int) -> LookUp:
    """Draw an upsampling that has a direction, and is not linear.

    Args:
        random: the source of its weights.
        scale: r; every pixel becomes r x r.
    """
    right, below, both = (random.normal(scale, scale, dtype=torch.float64) for _ in range(3))

    def look_up(image: Tensor) -> Tensor:
        if image.ndim != 2:
            raise ValueError(f"look_up takes one image (H, W), got shape {tuple(image.shape)}")
        image = image.contiguous()  # torch.kron asks for it
        padded = F.pad(image[None, None], (0, 1, 0, 1), mode="replicate")[0, 0]
        taps = (
            image,
            padded[:-1, 1:],
            torch.maximum(padded[1:, :-1], padded[1:, 1:]),
        )
        weights = (w.to(image.dtype) for w in (right, below, both))
        return sum(
            (torch.kron(tap, weight) for tap, weight in zip(taps, weights, strict=True)),
            start=image.new_zeros(()),
        )

    return look_up


@exercise("Exercise 8: four turns", fallback=_ensemble)
def ensemble(answer: Answer, random: Random) -> None:
    """Check `ensemble(image, look_up)`: (H, W) -> (r H, r W)."""
    h, w = random.integer(4, 5), random.integer(6, 8)
    cases = []
    for new, size, scale, dtype in (
        ("a square, every pixel one pixel", (5, 5), 1, torch.float32),
        ("every pixel becomes 2 x 2", (5, 5), 2, torch.float32),
        ("an image that is wider than high", (h, w), 2, torch.float32),
        ("an image that is higher than wide", (w, h), 4, torch.float32),
        ("a single pixel", (1, 1), 3, torch.float32),
        ("float64", (w, h), 3, torch.float64),
    ):
        image = random.normal(*size, dtype=dtype)
        cases.append(Case({"image": image, "look_up": _look_up(random, scale)}, new))
    tensors = Tensors(answer.function, answer.name, answer.label)
    tensors.compare(_ensemble, cases, MISTAKES, result=RESULT, hints=HINTS)
