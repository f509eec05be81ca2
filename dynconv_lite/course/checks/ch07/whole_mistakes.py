"""What goes wrong in moving a map by whole pixels."""

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.case import Case, Hint, Mistake
from dynconv_lite.course.checks.ch07.moving import move


def _zero_shift(case: Case) -> bool:
    return 0 in (case.arguments["dy"], case.arguments["dx"])


def _negative(case: Case) -> bool:
    return min(case.arguments["dy"], case.arguments["dx"]) < 0


def _beyond(case: Case) -> bool:
    steps = (case.arguments["dy"], case.arguments["dx"])
    return any(abs(s) >= n for s, n in zip(steps, case.arguments["x"].shape[2:], strict=True))


SHAPES = "RuntimeError: (The expanded size|The size of tensor a|shape mismatch)"
HINTS = [
    Hint(
        "The shift is as large as the map or larger, and nothing of the map is left in it: cut "
        "the step to at most H (or W) first, or return zeros.",
        "RuntimeError: (narrow\\(\\): length must be|.*resulted in a negative output size)"
        f"|{SHAPES}",
        _beyond,
    ),
    Hint(
        "A slice with a negative start counts from the far end: dy < 0 (up) and dx < 0 (left) need "
        "slices of their own, such as y[:, :, :dy] = x[:, :, -dy:].",
        SHAPES,
        _negative,
    ),
    Hint(
        "A shift of 0 makes an empty slice: x[:, :, :-0] is x[:, :, :0]. Write its end as H - dy, "
        "or treat 0 on its own.",
        SHAPES,
        _zero_shift,
    ),
]


def _cropped(x: Tensor, dy: int, dx: int) -> Tensor:
    """Return only the part that was inside before."""
    y = move(x, dy, dx)
    h, w = x.shape[2:]
    return y[:, :, max(dy, 0) : max(h + min(dy, 0), 0), max(dx, 0) : max(w + min(dx, 0), 0)]


def _larger(x: Tensor, dy: int, dx: int) -> Tensor:
    """Add zeros at the side that the map leaves, and cut nothing off at the other."""
    return F.pad(x, (max(dx, 0), max(-dx, 0), max(dy, 0), max(-dy, 0)))


def _extended(x: Tensor, dy: int, dx: int) -> Tensor:
    """Blank one row and one column too many."""
    y = move(x, dy, dx)
    return y * (move(torch.ones_like(x), _further(dy), _further(dx)) != 0)


def _further(step: int) -> int:
    return step + (step > 0) - (step < 0)


def _other_edge(x: Tensor, dy: int, dx: int) -> Tensor:
    """Roll, and blank the rows and columns at the wrong side."""
    return move(x, dy, dx, "circular") * (move(torch.ones_like(x), -dy, -dx) != 0)


def _first_axes(x: Tensor, dy: int, dx: int) -> Tensor:
    """Take the channels for the rows and the rows for the columns."""
    return move(x.movedim(3, 0), dy, dx).movedim(0, 3)


def _within(step: int, size: int) -> int:
    return max(1 - size, min(size - 1, step))


def _again(step: int, size: int) -> int:
    return step % size if step >= 0 else -(-step % size)


MISTAKES = [
    Mistake(
        "The result is zero everywhere. Is what you compute ever written into it?",
        lambda x, dy, dx: torch.zeros_like(x),
    ),
    Mistake(
        "What leaves the map at one side comes in at the other, as with torch.roll. Zeros have to "
        "come in.",
        lambda x, dy, dx: move(x, dy, dx, "circular"),
    ),
    Mistake(
        "The map moves the other way. Positive is down and right: pixel (i, j) of the result is "
        "pixel (i - dy, j - dx) of x.",
        lambda x, dy, dx: move(x, -dy, -dx),
    ),
    Mistake(
        "The map moves the other way vertically. A positive dy is down: row i of the result is row "
        "i - dy of x.",
        lambda x, dy, dx: move(x, -dy, dx),
    ),
    Mistake(
        "The map moves the other way horizontally. A positive dx is to the right: column j of the "
        "result is column j - dx of x.",
        lambda x, dy, dx: move(x, dy, -dx),
    ),
    Mistake(
        "dy and dx are swapped: dy moves along the rows (axis 2), dx along the columns (axis 3).",
        lambda x, dy, dx: move(x, dx, dy),
    ),
    Mistake(
        "dy and dx are swapped, and the map moves the other way: dy > 0 is down, dx > 0 is to the "
        "right.",
        lambda x, dy, dx: move(x, -dx, -dy),
    ),
    Mistake(
        "The border pixels are repeated where the map has moved away. Zeros have to come in.",
        lambda x, dy, dx: move(x, dy, dx, "replicate"),
    ),
    Mistake(
        "The map is mirrored at its border. Zeros have to come in.",
        lambda x, dy, dx: move(x, dy, dx, "reflect"),
    ),
    Mistake(
        "The result is cropped to the part that stays inside. Keep the map's size, with zeros "
        "where it has moved away.",
        _cropped,
    ),
    Mistake(
        "The result has grown: zeros were added at one side, but nothing was cut off at the other. "
        "Keep the map's size.",
        _larger,
    ),
    Mistake(
        "The map moves one pixel too far.",
        lambda x, dy, dx: move(x, _further(dy), _further(dx)),
    ),
    Mistake(
        "The map moves one pixel too little.",
        lambda x, dy, dx: move(x, dy - (dy > 0) + (dy < 0), dx - (dx > 0) + (dx < 0)),
    ),
    Mistake(
        "The map has moved as it should, but one row or column too many is set to zero: a slice "
        "stops before its end.",
        _extended,
    ),
    Mistake(
        "The zeros are at the wrong side: the map is rolled, and then the rows or columns that "
        "should stay are set to zero instead of those that came in.",
        _other_edge,
    ),
    Mistake(
        "A negative shift does nothing. It has to move the map up, or to the left.",
        lambda x, dy, dx: move(x, max(dy, 0), max(dx, 0)),
    ),
    Mistake(
        "A negative shift moves the map as a positive one does. It has to move it up, or to the "
        "left.",
        lambda x, dy, dx: move(x, abs(dy), abs(dx)),
    ),
    Mistake(
        "Nothing comes out where the shift is negative. It has to move the map up, or to the left.",
        lambda x, dy, dx: move(x, dy, dx) * (dy >= 0 and dx >= 0),
    ),
    Mistake(
        "The map only moves vertically. Move it by dx along the columns (axis 3) too.",
        lambda x, dy, dx: move(x, dy, 0),
    ),
    Mistake(
        "The map only moves horizontally. Move it by dy along the rows (axis 2) too.",
        lambda x, dy, dx: move(x, 0, dx),
    ),
    Mistake(
        "The map has not moved at all.",
        lambda x, dy, dx: x,
    ),
    Mistake(
        "The shift is cut to H - 1 or W - 1 pixels. A map that moves by its whole size is gone.",
        lambda x, dy, dx: move(x, _within(dy, x.shape[2]), _within(dx, x.shape[3])),
    ),
    Mistake(
        "The shift starts again at 0 once it reaches the map's size, as with %. A map that moves "
        "by its whole size is gone.",
        lambda x, dy, dx: move(x, _again(dy, x.shape[2]), _again(dx, x.shape[3])),
    ),
    Mistake(
        "Channels and rows are taken for rows and columns: x is (B, C, H, W), so rows are axis 2 "
        "and columns are axis 3.",
        _first_axes,
    ),
    Mistake(
        "Only the first channel moves. Move all channels alike.",
        lambda x, dy, dx: torch.cat([move(x[:, :1], dy, dx), x[:, 1:]], 1),
    ),
    Mistake(
        "Only the first image of the batch moves. Move all of them.",
        lambda x, dy, dx: torch.cat([move(x[:1], dy, dx), x[1:]]),
    ),
]
