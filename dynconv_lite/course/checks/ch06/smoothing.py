"""Exercise 3: the bilateral filter."""

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch06.smoothing_mistakes import HINTS, MISTAKES
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise


def _bilateral(image: Tensor, sigma_space: float, sigma_value: float, radius: int) -> Tensor:
    """Return a mean of the pixels around each pixel that counts the near and the like ones most.

    Args:
        image: (H, W).
        sigma_space: how near, in pixels.
        sigma_value: how like, in units of the image.
        radius: of the square around a pixel, of 2 * radius + 1 pixels a side.

    Returns:
        (H, W).
    """
    side, (height, width) = 2 * radius + 1, image.shape
    step = torch.arange(-radius, radius + 1, dtype=image.dtype)
    far = (step[:, None].square() + step.square()) / (2 * sigma_space**2)  # (side, side)
    values, inside = (
        F.pad(plane, [radius] * 4).unfold(0, side, 1).unfold(1, side, 1)
        for plane in (image, torch.ones_like(image))
    )  # (H, W, side, side)
    unlike = (values - image.view(height, width, 1, 1)).square() / (2 * sigma_value**2)
    weight = inside * torch.exp(-far - unlike)
    return (weight * values).sum((2, 3)) / weight.sum((2, 3))


@exercise("Exercise 3: the bilateral filter", fallback=_bilateral)
def bilateral(answer: Answer, random: Random) -> None:
    """Check `bilateral(image, sigma_space, sigma_value, radius)`: (H, W) -> (H, W)."""
    high, wide = random.integer(6, 7), random.integer(9, 10)
    cases = []
    for new, size, space, value, radius, dtype in (
        ("the pixel alone", (5, 5), 1.5, 0.8, 0, torch.float32),
        ("the eight neighbours", (5, 5), 1.5, 0.8, 1, torch.float32),
        ("an image that is wider than high", (high, wide), 1.5, 0.8, 1, torch.float32),
        ("a larger square", (high, wide), 1.5, 0.8, 2, torch.float32),
        ("hardly any difference by distance", (high, wide), 20.0, 0.6, 2, torch.float32),
        ("hardly any difference by value", (high, wide), 0.9, 20.0, 2, torch.float32),
        ("a square larger than the image", (4, 3), 1.7, 0.7, 5, torch.float32),
        ("float64", (wide, high), 2.5, 0.5, 3, torch.float64),
    ):
        # far from 0, so that zeros outside of the image would show
        image = 1 + random.normal(*size, dtype=dtype)
        names = ("image", "sigma_space", "sigma_value", "radius")
        cases.append(Case(dict(zip(names, (image, space, value, radius), strict=True)), new))
    answer.compare(_bilateral, cases, MISTAKES, result="an image (H, W)", hints=HINTS)
