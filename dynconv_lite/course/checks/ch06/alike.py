"""Exercise 1: how like its neighbour a pixel is."""

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch06.alike_mistakes import HINTS, MISTAKES
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise


def _likeness(guide: Tensor, dy: int, dx: int) -> Tensor:
    """Return exp(-|f_i - f_j|^2 / 2) for every pixel i and its neighbour j.

    Args:
        guide: (B, F, H, W); zero outside of the image.
        dy: rows from i down to j; negative for one above.
        dx: columns from i to the right to j; negative for one on the left.

    Returns:
        (B, H, W).
    """
    (height, width), margin = guide.shape[2:], max(abs(dy), abs(dx))
    top, left = margin + dy, margin + dx
    neighbour = F.pad(guide, [margin] * 4)[:, :, top : top + height, left : left + width]
    return torch.exp(-(guide - neighbour).square().sum(1) / 2)  # (B, H, W)


@exercise("Exercise 1: how like a neighbour", fallback=_likeness)
def likeness(answer: Answer, random: Random) -> None:
    """Check `likeness(guide, dy, dx)`: (B, F, H, W) -> (B, H, W)."""
    b, high, wide = random.integer(2, 3), random.integer(6, 7), random.integer(9, 10)
    cases = []
    for new, images, f, size, step, dtype in (
        ("the neighbour on the right", 1, 1, (6, 6), (0, 1), torch.float32),
        ("the neighbour below", 1, 1, (6, 6), (1, 0), torch.float32),
        ("a map that is wider than high", 1, 1, (high, wide), (2, 1), torch.float32),
        ("a neighbour above and on the left", 1, 1, (high, wide), (-1, -2), torch.float32),
        ("several channels", 1, 4, (high, wide), (1, -2), torch.float32),
        ("several images", b, 3, (high, wide), (-2, 1), torch.float32),
        ("as many images as channels as rows", 5, 5, (5, 5), (1, 2), torch.float32),
        ("the pixel itself for a neighbour", b, 3, (high, wide), (0, 0), torch.float32),
        ("neighbours outside of the image only", b, 2, (4, 5), (1, 6), torch.float32),
        ("float64", b, 2, (high, wide), (-1, 1), torch.float64),
    ):
        guide = random.normal(images, f, *size, dtype=dtype) / f**0.5
        cases.append(Case({"guide": guide, "dy": step[0], "dx": step[1]}, new))
    answer.compare(_likeness, cases, MISTAKES, result="a tensor (B, H, W)", hints=HINTS)
