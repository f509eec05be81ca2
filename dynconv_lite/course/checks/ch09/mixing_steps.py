"""How shifted maps are laid one behind the other, with steps that mistakes replace."""

from collections.abc import Callable
from itertools import accumulate

import torch
from torch import Tensor

from dynconv_lite.course.case import Function
from dynconv_lite.course.checks.ch06.alike_mistakes import Move, moved
from dynconv_lite.course.checks.ch09.pixels import Pixel

Join = Callable[[list[Tensor]], Tensor]


def edge(x: Tensor, dy: int, dx: int) -> Tensor:
    """Return for every pixel what lies dy rows below and dx columns to the right of it."""
    return moved(x, dy, dx, "replicate")


def joined(
    move: Move = edge,
    join: Join = lambda blocks: torch.cat(blocks, 1),
    offsets: Callable[[list[Pixel]], list[Pixel]] = lambda o: o,
    source: Callable[[Tensor], Tensor] = lambda x: x,
) -> Function:
    """Return the exercise's function, or a mistake: with one of its steps replaced."""

    def shift_and_concatenate(x: Tensor, given: list[Pixel]) -> Tensor:
        return join([move(source(x), dy, dx) for dy, dx in offsets(given)])

    return shift_and_concatenate


def interleaved(blocks: list[Tensor]) -> Tensor:
    """Put the n shifts of a channel beside each other, not the C channels of a shift."""
    return torch.stack(blocks, 2).flatten(1, 2)


def reflected(x: Tensor, dy: int, dx: int) -> Tensor:
    """Continue the map by its mirror image."""
    return moved(x, dy, dx, "reflect")


def cropped(x: Tensor, offsets: list[Pixel]) -> Tensor:
    """Keep the pixels alone that have all their neighbours inside."""
    (high, wide), steps = x.shape[2:], list(zip(*offsets, strict=True))
    top, left = (max(0, -min(s)) for s in steps)
    bottom, right = (n - max(0, *s) for n, s in zip((high, wide), steps, strict=True))
    y: Tensor = joined()(x, offsets)
    return y[:, :, top:bottom, left:right]


def kept_outside(x: Tensor, dy: int, dx: int) -> Tensor:
    """Where the neighbour lies outside take the pixel itself."""
    inside = moved(torch.ones_like(x), dy, dx) > 0
    return torch.where(inside, edge(x, dy, dx), x)


def one_way(x: Tensor, dy: int, dx: int) -> Tensor:
    """Pad below and on the right only, so that negative steps come out as none."""
    return edge(x, max(dy, 0), max(dx, 0))


def one_by_one(offsets: list[Pixel]) -> list[Pixel]:
    """Shift what has been shifted: the steps add up."""
    return list(accumulate(offsets, lambda p, t: (p[0] + t[0], p[1] + t[1])))


def by_image(blocks: list[Tensor]) -> Tensor:
    """Reshape a stack over the shifts as if it were one over the images."""
    b, c, high, wide = blocks[0].shape
    return torch.stack(blocks).reshape(b, len(blocks) * c, high, wide)


def mixed(move: Move) -> Move:
    """Move rows in another way than columns, whose edge is repeated."""
    return lambda x, dy, dx: edge(move(x, dy, 0), 0, dx)
