"""Exercise 5: pieces along a diagonal, in all four turns, and a pointwise convolution."""

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch08.block_mistakes import HINTS, MISTAKES
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise
from dynconv_lite.shiftwise import large_kernel
from dynconv_lite.shiftwise.layer import turned


def _dia_rot_block(x: Tensor, weight: Tensor, pointwise: Tensor) -> Tensor:
    """Return x convolved along both diagonals by one large kernel, and its channels mixed.

    Args:
        x: (B, C, H, W); zero beyond its edges.
        weight: (C, P, n, n), n and P odd; piece i stands n * (i - P // 2) pixels down and to the
            right of the output's pixel.
        pointwise: (O, C).

    Returns:
        (B, O, H, W).
    """
    channels, count, n, _ = weight.shape
    places = tuple(n * (i - count // 2) for i in range(count))
    kernel = turned(large_kernel(weight, places, "diagonal"))  # (C, 1, S, S)
    y = F.conv2d(x, kernel, padding=kernel.shape[-1] // 2, groups=channels)
    return torch.einsum("oc,bchw->bohw", pointwise, y)


@exercise("Exercise 5: the talk's block", fallback=_dia_rot_block)
def dia_rot_block(answer: Answer, random: Random) -> None:
    """Check `dia_rot_block(x, weight, pointwise)`: (B, C, H, W) -> (B, O, H, W)."""
    b, high, wide = random.integer(2, 3), random.integer(6, 7), random.integer(9, 10)
    cases = []
    for new, images, c, o, pieces, n, size, dtype in (
        ("one piece of 3 x 3 pixels", 1, 1, 1, 1, 3, (6, 6), torch.float32),
        ("pieces of one pixel", 1, 1, 1, 3, 1, (6, 6), torch.float32),
        ("pieces that reach beyond the edge", 1, 1, 1, 3, 3, (8, 8), torch.float32),
        ("maps that are wider than high", 1, 1, 1, 3, 3, (high, wide), torch.float32),
        ("several channels", 1, 4, 4, 3, 3, (high, wide), torch.float32),
        ("several images", b, 2, 2, 3, 3, (high, wide), torch.float32),
        ("another number of channels in the result", b, 2, 5, 3, 3, (high, wide), torch.float32),
        ("all sizes the same", 3, 3, 3, 3, 3, (3, 3), torch.float32),
        ("pieces that stand far outside of the maps", b, 3, 2, 7, 3, (4, 8), torch.float32),
        ("float64", b, 2, 3, 3, 5, (wide, high), torch.float64),
    ):
        arguments = {
            "x": random.normal(images, c, *size, dtype=dtype),
            "weight": random.normal(c, pieces, n, n, dtype=dtype),
            "pointwise": random.normal(o, c, dtype=dtype),
        }
        cases.append(Case(arguments, new))
    answer.compare(_dia_rot_block, cases, MISTAKES, result="a tensor (B, O, H, W)", hints=HINTS)
