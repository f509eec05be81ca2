"""What goes wrong in moving a line of pixels by a real number."""

import math
from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor

from dynconv_lite.course.case import Function, Hint, Mistake
from dynconv_lite.jitter import hat

Weight = Callable[[Tensor], Tensor]
Outside = Literal["zeros", "replicate", "circular", "reflect", "far end"]


def _matrix(n: int, offset: float, weight: Weight = hat) -> Tensor:
    """Return the weights (n, n) by which entry j of a line goes to place i, in float64."""
    place = torch.arange(n, dtype=torch.float64)
    return weight(place[:, None] - place[None, :] - offset)


def interpolated(
    moves: Callable[[float], float] = lambda offset: offset,
    weight: Weight = hat,
    change: Callable[[Tensor], Tensor] = lambda matrix: matrix,
) -> Function:
    """Return the exercise's function, or a mistake: with another offset, or other weights."""

    def shift_line(line: Tensor, offset: float) -> Tensor:
        matrix = change(_matrix(line.shape[-1], moves(offset), weight))
        return line @ matrix.T.to(line.dtype)

    return shift_line


def _blend(
    whole: Callable[[float], int],
    first: Callable[[float], float],
    outside: Outside = "zeros",
) -> Function:
    """Return a line built of two neighbours: first * x[i - whole] + (1 - first) * x[i - whole - 1].

    Args:
        whole: the whole part of an offset.
        first: the weight of the nearer neighbour.
        outside: what lies beyond the line's ends.
    """

    def shift_line(line: Tensor, offset: float) -> Tensor:
        n, k, a = line.shape[-1], whole(offset), first(offset)
        return a * _fetch(line, k, outside, n) + (1 - a) * _fetch(line, k + 1, outside, n)

    return shift_line


def _fetch(line: Tensor, step: int, outside: Outside, n: int) -> Tensor:
    source = torch.arange(n) - step
    if outside == "circular":
        return line[..., source % n]
    if outside == "reflect":
        source = source % (2 * n - 2)
        return line[..., torch.minimum(source, 2 * n - 2 - source)]
    if outside == "far end":
        source = torch.where((source < 0) & (source >= -n), source + n, source)
    moved = line[..., source.clamp(0, n - 1)]
    if outside == "replicate":
        return moved
    return torch.where((source >= 0) & (source < n), moved, 0)


def _part(offset: float) -> float:
    return offset - math.floor(offset)


def _nearer(offset: float) -> float:
    return 1 - _part(offset)


def _half_up(offset: float) -> float:
    return math.floor(offset + 0.5)


def _normalised(matrix: Tensor) -> Tensor:
    return matrix / matrix.sum(1, keepdim=True).clamp(min=1e-12)


def _neighbours(matrix: Tensor) -> Tensor:
    """Keep what comes from the pixel itself and from the two beside it."""
    return matrix.triu(-1).tril(1)


def _faded_out(matrix: Tensor) -> Tensor:
    """Blank every place that does not lie between two pixels of the line."""
    whole = matrix.sum(1, keepdim=True) > 1 - 1e-9
    return torch.where(whole, matrix, 0)


HINTS = [
    Hint(
        "The offset is a real number. Split it first: whole = math.floor(offset), an integer, and "
        "part = offset - whole, from 0 to 1.",
        "TypeError: (slice indices must be|only integer|.*must be tuple of ints"
        "|.*'float' object cannot be interpreted as an integer)|IndexError: only integers, slices",
    ),
    Hint(
        "Places outside of the line have to give 0: look up line[..., j] only for 0 <= j < W.",
        "IndexError: (index .* is out of|list index out of range)",
    ),
    Hint(
        "Slices of the line do not fit each other: line[..., :-0] is empty, a negative start "
        "counts from the far end, and beyond W nothing is left.",
        "RuntimeError: (The expanded size|The size of tensor a|shape mismatch|narrow"
        "|.*negative output size)",
    ),
]
MISTAKES = [
    Mistake(
        "The offset is rounded to whole pixels. A part of a pixel mixes two neighbours.",
        interpolated(_half_up),
    ),
    Mistake(
        "The offset is cut down to whole pixels. A part of a pixel mixes two neighbours.",
        interpolated(math.floor),
    ),
    Mistake(
        "The offset is cut to whole pixels, towards 0. A part of a pixel mixes two neighbours.",
        interpolated(math.trunc),
    ),
    Mistake(
        "The offset is raised to whole pixels. A part of a pixel mixes two neighbours.",
        interpolated(math.ceil),
    ),
    Mistake(
        "The two weights are swapped: with offset = 0.25, three quarters come from the pixel at i "
        "and one quarter from its left neighbour.",
        _blend(math.floor, _part),
    ),
    Mistake(
        "The line moves the other way. Positive is to the right: place i shows what was at "
        "i - offset.",
        interpolated(lambda d: -d),
    ),
    Mistake(
        "Negative offsets go wrong: int() cuts towards 0, so int(-0.3) is 0 and the part left is "
        "-0.3. Use math.floor: -0.3 = -1 + 0.7.",
        _blend(math.trunc, lambda d: 1 - (d - math.trunc(d))),
    ),
    Mistake(
        "Negative offsets go wrong: the whole part is cut towards 0, but the part left over is "
        "counted from below. Use math.floor for both: -0.3 = -1 + 0.7.",
        _blend(math.trunc, _nearer),
    ),
    Mistake(
        "A negative offset moves the line as a positive one does. It has to move it to the left.",
        interpolated(abs),
    ),
    Mistake(
        "A negative offset does nothing. It has to move the line to the left.",
        interpolated(lambda d: max(d, 0.0)),
    ),
    Mistake(
        "The border pixel is repeated outside of the line. Outside there are zeros.",
        _blend(math.floor, _nearer, "replicate"),
    ),
    Mistake(
        "What leaves the line at one end comes in at the other. Outside there are zeros.",
        _blend(math.floor, _nearer, "circular"),
    ),
    Mistake(
        "Negative places are looked up: line[..., -1] is the last pixel. Outside there are zeros.",
        _blend(math.floor, _nearer, "far end"),
    ),
    Mistake(
        "The line is mirrored at its ends. Outside there are zeros.",
        _blend(math.floor, _nearer, "reflect"),
    ),
    Mistake(
        "Places between the last pixel and the zeros outside are set to 0. There the pixel fades "
        "out: its weight is 1 - distance.",
        interpolated(change=_faded_out),
    ),
    Mistake(
        "The weights are divided by their sum, so that the border pixel does not fade out. Zeros "
        "come in from outside, with their weight.",
        interpolated(change=_normalised),
    ),
    Mistake(
        "Beyond one pixel it goes wrong: only the pixel itself and the two beside it are "
        "mixed. The pixels to mix are those around i - offset.",
        interpolated(change=_neighbours),
    ),
    Mistake(
        "Only the part of a pixel counts, the whole pixels of the offset are lost. 2.3 is two "
        "pixels and 0.3 of one.",
        interpolated(_part),
    ),
    Mistake(
        "Only the part of a pixel counts, the whole pixels of the offset are lost. -2.3 is two "
        "pixels and 0.3 of one, to the left.",
        interpolated(lambda d: d - math.trunc(d)),
    ),
    Mistake(
        "Offsets of more than one pixel are cut to one.",
        interpolated(lambda d: max(-1.0, min(1.0, d))),
    ),
    Mistake(
        "The line moves one pixel too far to the right.",
        interpolated(lambda d: d + 1),
    ),
    Mistake(
        "The line moves one pixel too little to the right.",
        interpolated(lambda d: d - 1),
    ),
    Mistake("The line has not moved at all.", lambda line, offset: line),
    Mistake(
        "The weights are |i - j - offset|, the distance itself. The nearer a pixel, the more it "
        "counts: max(0, 1 - distance).",
        interpolated(weight=lambda t: torch.where(t.abs() < 1, t.abs(), 0)),
    ),
    Mistake(
        "The weights lack max(0, ...): far pixels count with 1 - distance < 0.",
        interpolated(weight=lambda t: 1 - t.abs()),
    ),
    Mistake(
        "The weights lack the absolute value: the distance of a pixel is |i - j - offset|.",
        interpolated(weight=lambda t: (1 - t).clamp(min=0)),
    ),
    Mistake(
        "The first axis is moved. Move along the last one, W.",
        lambda line, offset: interpolated()(line.movedim(0, -1), offset).movedim(-1, 0),
    ),
]
