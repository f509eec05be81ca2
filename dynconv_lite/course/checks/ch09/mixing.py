"""Exercise 4: shifted maps, one behind the other."""

import torch
from torch import Tensor

from dynconv_lite.course.answer import Answer
from dynconv_lite.course.case import Case
from dynconv_lite.course.checks.ch09.mixing_mistakes import HINTS, MISTAKES
from dynconv_lite.course.checks.ch09.pixels import Pixel
from dynconv_lite.course.draw import Random
from dynconv_lite.course.exercise import exercise

SQUARE = [(0, 0), (0, 1), (1, 0), (1, 1)]


def _shift_and_concatenate(x: Tensor, offsets: list[Pixel]) -> Tensor:
    """Return for every pixel the features of several pixels around it, one behind the other.

    Args:
        x: (B, C, H, W).
        offsets: n pairs (dy, dx): rows below, and columns to the right of the pixel.

    Returns:
        (B, C * n, H, W): block i holds x at (y + dy, x + dx). Beyond its edge x goes on with the
        pixel at the edge.
    """
    rows, columns = (torch.arange(n, device=x.device) for n in x.shape[2:])
    blocks = []
    for dy, dx in offsets:
        inside = (rows + dy).clamp(0, len(rows) - 1), (columns + dx).clamp(0, len(columns) - 1)
        blocks.append(x[:, :, inside[0][:, None], inside[1]])  # (B, C, H, W)
    return torch.cat(blocks, 1)


@exercise("Exercise 4: shift and concatenate", fallback=_shift_and_concatenate)
def shift_and_concatenate(answer: Answer, random: Random) -> None:
    """Check `shift_and_concatenate(x, offsets)`: (B, C, H, W) -> (B, C * n, H, W)."""
    b, high, wide = random.integer(2, 3), random.integer(5, 6), random.integer(8, 9)
    cases = []
    for new, images, c, size, offsets, dtype in (
        ("the pixel itself", 1, 1, (5, 5), [(0, 0)], torch.float32),
        ("the pixel on the right", 1, 1, (5, 5), [(0, 1)], torch.float32),
        ("the pixel below", 1, 1, (5, 5), [(1, 0)], torch.float32),
        ("a map that is wider than high", 1, 1, (high, wide), [(1, 2)], torch.float32),
        ("above and on the left", 1, 1, (high, wide), [(-2, -1)], torch.float32),
        ("two pixels", 1, 1, (high, wide), [(0, 0), (-1, 2)], torch.float32),
        ("several channels", 1, 3, (high, wide), [(0, 0), (-1, 2)], torch.float32),
        ("2 x 2 pixels", 1, 2, (high, wide), SQUARE, torch.float32),
        ("several images", b, 2, (high, wide), SQUARE, torch.float32),
        ("four of everything", 4, 4, (4, 4), SQUARE, torch.float32),
        ("the same pixel twice", b, 2, (high, wide), [(1, 0), (0, -1), (1, 0)], torch.float32),
        ("pixels outside of the map only", b, 2, (3, 4), [(-5, 1), (2, 6)], torch.float32),
        ("float64", b, 2, (wide, high), [(1, -1), (-2, 0)], torch.float64),
    ):
        x = random.normal(images, c, *size, dtype=dtype)
        cases.append(Case({"x": x, "offsets": offsets}, new))
    answer.compare(
        _shift_and_concatenate,
        cases,
        MISTAKES,
        result="a tensor (B, C * n, H, W)",
        hints=HINTS,
    )
