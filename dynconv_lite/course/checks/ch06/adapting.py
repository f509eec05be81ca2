"""Exercise 2: pixel-adaptive convolution, tap by tap."""

import torch
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch06.adapting_mistakes import HINTS, MISTAKES
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise
from dynconv_lite.pac import pixel_adaptive_conv2d


def _pixel_adaptive(x: Tensor, guide: Tensor, weight: Tensor) -> Tensor:
    """Return x convolved by taps that count as much as the guide there is like the middle's.

    Args:
        x: (B, C, H, W).
        guide: (B, F, H, W).
        weight: (O, C, K, K), K odd.

    Returns:
        (B, O, H, W): beyond their edges x and the guide are zero.
    """
    return pixel_adaptive_conv2d(x, guide, weight, padding=weight.shape[-1] // 2)


@exercise("Exercise 2: pixel-adaptive convolution", fallback=_pixel_adaptive)
def pixel_adaptive(answer: Answer, random: Random) -> None:
    """Check `pixel_adaptive(x, guide, weight)`: (B, C, H, W) -> (B, O, H, W)."""
    b, high, wide = random.integer(2, 3), random.integer(6, 7), random.integer(9, 10)
    cases = []
    for new, images, c, f, o, k, size, dtype in (
        ("one channel, and a kernel of one pixel", 1, 1, 1, 1, 1, (6, 6), torch.float32),
        ("a kernel of 3 x 3 pixels", 1, 1, 1, 1, 3, (6, 6), torch.float32),
        ("a map that is wider than high", 1, 1, 1, 1, 3, (high, wide), torch.float32),
        ("several channels of the guide", 1, 1, 3, 1, 3, (high, wide), torch.float32),
        ("several channels of x", 1, 4, 3, 1, 3, (high, wide), torch.float32),
        ("several channels of the result", 1, 4, 3, 2, 3, (high, wide), torch.float32),
        ("several images", b, 4, 2, 3, 3, (high, wide), torch.float32),
        ("all sizes the same", 5, 5, 5, 5, 5, (5, 5), torch.float32),
        ("a kernel of 5 x 5 pixels", b, 2, 2, 4, 5, (high, wide), torch.float32),
        ("a kernel larger than the map", b, 2, 3, 2, 7, (4, 3), torch.float32),
        ("float64", b, 3, 2, 3, 3, (wide, high), torch.float64),
    ):
        drawn = {
            "x": random.normal(images, c, *size, dtype=dtype),
            "guide": random.normal(images, f, *size, dtype=dtype) / (2 * f) ** 0.5,
            "weight": random.normal(o, c, k, k, dtype=dtype),
        }
        cases.append(Case(drawn, new))
    answer.compare(_pixel_adaptive, cases, MISTAKES, result="a tensor (B, O, H, W)", hints=HINTS)
