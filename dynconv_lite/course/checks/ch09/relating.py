"""Exercise 6: does a function see two pixels in relation?"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch09.pixels import Pixel, Shown
from dynconv_lite.course.checks.ch09.relating_mistakes import HINTS, MISTAKES
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise


def _interaction(
    f: Callable[[Tensor], Tensor], x: Tensor, first: Pixel, second: Pixel, by: float
) -> Tensor:
    """Return how much more two pixels move f together than each for itself.

    Args:
        f: takes a picture (H, W), and gives one number.
        x: (H, W).
        first: row and column of a pixel.
        second: those of another one. Of the same pixel this is the second difference of f,
            f(x + 2 by) - 2 f(x + by) + f(x).
        by: what is added to the pixels.

    Returns:
        One number, 0 if f is a sum of functions of single pixels.
    """
    one, other = torch.zeros_like(x), torch.zeros_like(x)
    one[first], other[second] = by, by
    return f(x + one + other) - f(x + one) - f(x + other) + f(x)


@dataclass(frozen=True)
class Look:
    """A function of a picture (H, W) that can say in words what it does."""

    words: str
    of: Callable[[Tensor], Tensor]

    def __call__(self, picture: Tensor) -> Tensor:
        """Return one number."""
        return self.of(picture)

    def __str__(self) -> str:
        return self.words


@exercise("Exercise 6: position or relation", fallback=_interaction)
def interaction(answer: Answer, random: Random) -> None:
    """Check `interaction(f, x, first, second, by)` -> one number."""
    answer.compare(_interaction, _cases(random), MISTAKES, hints=HINTS, atol=1e-5)


def _cases(random: Random) -> list[Case]:
    """Return calls with small numbers, nearly all whole, so that rounding decides nothing."""
    a, b = (random.integer(0, 3), random.integer(0, 2)), (random.integer(0, 3), 4)
    near = (a[0], a[1] + 1)
    kernel = torch.tensor([[2.0, -1.0], [-1.0, 1.0]])

    def picture(double: bool = False) -> Tensor:
        x = torch.tensor([[random.integer(1, 9) for _ in range(6)] for _ in range(4)]).float()
        return x.double() if double else x

    def case(
        new: str,
        look: Look,
        second: Pixel = b,
        by: float = 2.0,
        x: Tensor | None = None,
    ) -> Case:
        given = {"x": picture() if x is None else x, "first": a, "second": second, "by": by}
        return Shown({"f": look, **given}, new)

    weights = picture() - 5
    equal = picture()
    equal[a], equal[b] = 9, 9
    fours = picture(double=True)
    fours[a], fours[b] = 4, 4  # 4 + 0.1 - 0.1 is not 4: who takes steps back has changed x
    product = Look("the product of the two pixels", lambda x: x[a] * x[b])
    lopsided = Look("the first pixel, squared, times the second", lambda x: x[a] ** 2 * x[b])
    corner = Look("the product of the second pixel and the last", lambda x: x[b] * x[3, 5])
    windows = Look("ReLUs of a 2 x 2 kernel, summed up", lambda x: _windows(x, kernel))
    return [
        case("a product of the two", product),
        case("the sum of all pixels", Look("the sum of all pixels", torch.sum)),
        case(
            "a sum of squares", Look("the sum of all pixels' squares", lambda x: x.square().sum())
        ),
        case("a step of 3", product, by=3.0),
        case("a product that is not symmetric", lopsided),
        case("a negative step", lopsided, by=-2.0),
        case("another pixel in the product", corner),
        case(
            "another weight for each pixel",
            Look("a weighted sum of the pixels' squares", lambda x: (weights * x.square()).sum()),
        ),
        case(
            "a sum that is squared", Look("the squared sum of all pixels", lambda x: x.sum() ** 2)
        ),
        case("the largest of all pixels", Look("the largest pixel", torch.max), x=equal),
        case("a network's windows, far apart", windows),
        case("a network's windows, side by side", windows, second=near, by=8.0),
        case("a step of a half", lopsided, by=0.5),
        case("float64", lopsided, x=picture(double=True)),
        case("a step that no float holds exactly", product, by=0.1, x=fours),
    ]


def _windows(x: Tensor, kernel: Tensor) -> Tensor:
    """Return the sum of all ReLUs of a kernel over the picture."""
    return F.conv2d(x[None, None], kernel[None, None].to(x.dtype)).relu().sum()
