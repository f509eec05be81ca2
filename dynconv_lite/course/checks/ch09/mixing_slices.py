"""What goes wrong in padding a map and slicing a shifted one out of it."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.case import Mistake
from dynconv_lite.course.checks.ch06.alike_mistakes import Move
from dynconv_lite.course.checks.ch09.mixing_steps import joined
from dynconv_lite.course.checks.ch09.pixels import Pixel

INSIDE = (
    "In the padded map pixel (0, 0) lies at (margin, margin): take the H rows from margin + dy on "
    "and the W columns from margin + dx on."
)


def sliced(
    margin: Callable[[int, int], int] = lambda dy, dx: max(abs(dy), abs(dx)),
    first: Callable[[int, int], int] = lambda m, step: m + step,
    end: Callable[[int, int, int], int | None] = lambda first, size, m: first + size,
    size: Callable[[int, int], tuple[int, int]] = lambda high, wide: (high, wide),
) -> Move:
    """Return the way to pad and slice, or a mistake: with one of its numbers replaced.

    Args:
        margin: given dy and dx.
        first: row or column of the slice, given the margin and dy or dx.
        end: of the slice, given the first, H or W, and the margin.
        size: rows and columns to take, given those of the map.
    """

    def move(x: Tensor, dy: int, dx: int) -> Tensor:
        m, counts = margin(dy, dx), size(*x.shape[2:])
        firsts = [first(m, step) for step in (dy, dx)]
        rows, columns = (slice(f, end(f, n, m)) for f, n in zip(firsts, counts, strict=True))
        return F.pad(x, [m] * 4, mode="replicate")[:, :, rows, columns]

    return move


def padded_on(x: Tensor, offsets: list[Pixel]) -> Tensor:
    """Pad the map that is padded already, once more for every offset."""
    (high, wide), blocks = x.shape[2:], []
    for dy, dx in offsets:
        m = max(abs(dy), abs(dx))
        x = F.pad(x, [m] * 4, mode="replicate")
        blocks.append(x[:, :, m + dy : m + dy + high, m + dx : m + dx + wide])
    return torch.cat(blocks, 1)


SLICES = [
    Mistake(
        "The margin is the largest step with its sign, too little for steps up and to the left. "
        "Take max(abs(dy), abs(dx)).",
        joined(sliced(margin=max)),
    ),
    Mistake(
        "The margin is always 1. Offsets may reach further: take max(abs(dy), abs(dx)).",
        joined(sliced(margin=lambda dy, dx: 1)),
    ),
    Mistake(
        f"The slices begin at dy and dx, the margin is forgotten. {INSIDE}",
        joined(sliced(first=lambda m, step: step)),
    ),
    Mistake(
        "The slices end at row H and column W of the padded map. A slice is first : end, so "
        "H rows are top : top + H, and W columns left : left + W.",
        joined(sliced(end=lambda first, size, m: size)),
    ),
    Mistake(
        f"The slices have no end, so that the far margin stays in the block. {INSIDE}",
        joined(sliced(end=lambda first, size, m: None)),
    ),
    Mistake(
        "The slices end at -margin. Without a margin, as for (0, 0), nothing is left: -0 is 0. "
        "Count from the front: top : top + H, left : left + W.",
        joined(sliced(end=lambda first, size, m: -m)),
    ),
    Mistake(
        "Height and width are swapped: x.shape is (B, C, H, W), rows before columns.",
        joined(sliced(size=lambda high, wide: (wide, high))),
    ),
    Mistake(
        "The padded map is padded again for the next offset: x is overwritten in the loop. Give "
        "the padded map a name of its own.",
        padded_on,
    ),
]
