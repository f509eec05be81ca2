"""What goes wrong in dealing out four directions to the channels."""

import itertools
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from dynconv_lite.course.case import Function, Hint, Mistake
from dynconv_lite.course.checks.ch07.moving import Outside, move

NAMES = ("up", "down", "left", "right")
STEPS = ((-1, 0), (1, 0), (0, -1), (0, 1))
RIGHT = (0, 1, 2, 3)
STILL, BLANK = 4, 5  # a group that does not move, and one that stays zero
Group = Callable[[int, int], int]


def _quarter(channel: int, channels: int) -> int:
    return channel * 4 // channels


def _moved(
    group: Group = _quarter,
    order: Sequence[int] = RIGHT,
    length: int = 1,
    outside: Outside = "zeros",
) -> Function:
    """Return the exercise's function, or a mistake: with other groups, directions or steps."""

    def shift_det(x: Tensor) -> Tensor:
        channels = x.shape[1]
        ways = [order[max(0, min(group(c, channels), 3))] for c in range(channels)]
        moved = [move(x, dy * length, dx * length, outside) for dy, dx in STEPS]
        choices = torch.stack([*moved, x, torch.zeros_like(x)])  # (6, B, C, H, W)
        return choices[ways, :, range(channels)].transpose(0, 1).contiguous()

    return shift_det


_shift_det = _moved()


def _every_fourth(x: Tensor) -> Tensor:
    """Take every fourth channel, and put the four results behind one another."""
    return _shift_det(torch.cat([x[:, d::4] for d in range(4)], 1))


def _by_image(x: Tensor) -> Tensor:
    """Deal out the directions to the images of the batch."""
    return _shift_det(x.transpose(0, 1)).transpose(0, 1)


def _order(order: Sequence[int]) -> Mistake:
    moves = ", ".join(NAMES[d] for d in order)
    text = (
        f"The directions come in another order: the quarters move {moves}. They should move "
        "up, down, left, right."
    )
    return Mistake(_SPECIAL.get(tuple(order), text), _moved(order=order))


_SPECIAL: dict[tuple[int, ...], str] = {
    (1, 0, 2, 3): "Up and down are swapped: row 0 is the top one, so up is dy = -1.",
    (0, 1, 3, 2): "Left and right are swapped: column 0 is the left one, so left is dx = -1.",
    (1, 0, 3, 2): "All channels move the opposite way: row 0 is the top one and column 0 the left "
    "one, so up is dy = -1 and left is dx = -1.",
    (2, 3, 0, 1): "Rows and columns are swapped: the quarters move left, right, up, down. They "
    "should move up, down, left, right.",
}
HINTS = [
    Hint(
        "These are not four quarters of the channels: x.chunk(4, dim=1) makes them, or x.split(n, "
        "dim=1) with n = C // 4.",
        "ValueError: (not enough|too many) values to unpack",
    )
]
MISTAKES = [
    *(_order(order) for order in itertools.permutations(RIGHT) if order != RIGHT),
    Mistake(
        "Neighbouring channels move in different directions, as with channel % 4. The first "
        "quarter of the channels, x[:, : C // 4], moves up as a whole.",
        _moved(lambda c, n: c % 4),
    ),
    Mistake(
        "Every fourth channel goes into a group of its own, and the result holds the groups one "
        "after another. Leave every channel in its place; a quarter is x[:, : C // 4].",
        _every_fourth,
    ),
    Mistake(
        "The directions change after every 4 channels. They change after every quarter of them: "
        "C // 4 channels.",
        _moved(lambda c, n: c // 4 % 4),
    ),
    *(
        Mistake(f"All channels move {name}. Only a quarter of them does.", _moved(order=(d,) * 4))
        for d, name in enumerate(NAMES)
    ),
    Mistake(
        "16 channels go in each direction, however many there are. Take a quarter of them: "
        "C // 4, with C = x.shape[1].",
        _moved(lambda c, n: c // 16),
    ),
    Mistake(
        "Only the first four channels move, one in each direction. Take quarters: C // 4 channels.",
        lambda x: torch.cat([_shift_det(x[:, :4]), x[:, 4:]], 1),
    ),
    Mistake(
        "The quarters begin one channel too late: the first one is x[:, : C // 4], and the second "
        "begins at C // 4.",
        _moved(lambda c, n: _quarter(c - 1, n)),
    ),
    Mistake(
        "The quarters end one channel too early: a slice stops before its end, so x[:, : C // 4] "
        "has C // 4 channels.",
        _moved(lambda c, n: _quarter(c + 1, n)),
    ),
    Mistake(
        "What leaves the map at one side comes in at the other, as with torch.roll. Zeros have to "
        "come in.",
        _moved(outside="circular"),
    ),
    Mistake(
        "The border pixels are repeated where a channel has moved away. Zeros have to come in.",
        _moved(outside="replicate"),
    ),
    Mistake("The channels move by two pixels. One is wanted.", _moved(length=2)),
    Mistake(
        "The channels move by half a pixel: this is the mean of the moved map and x. Return the "
        "moved map alone.",
        lambda x: (x + _shift_det(x)) / 2,
    ),
    Mistake(
        "The moved channels are added to x, which stays beneath them. Return the moved ones alone.",
        lambda x: x + _shift_det(x),
    ),
    Mistake(
        "Only the first quarter moves; the other three are returned as they were.",
        _moved(order=(0, STILL, STILL, STILL)),
    ),
    Mistake(
        "Only the first quarter is filled; the other three are still zero.",
        _moved(order=(0, BLANK, BLANK, BLANK)),
    ),
    Mistake(
        "Only the first two quarters move, up and down. The third moves left, the fourth right.",
        _moved(order=(0, 1, STILL, STILL)),
    ),
    Mistake(
        "The third and the fourth quarter are still zero. Move them left and right.",
        _moved(order=(0, 1, BLANK, BLANK)),
    ),
    Mistake("Nothing has moved.", _moved(order=(STILL,) * 4)),
    Mistake(
        "The directions are dealt out to the images of the batch. They belong to the channels, "
        "axis 1: every image is moved in the same way.",
        _by_image,
    ),
    Mistake(
        "Only the four quarters' first channels are returned. The result has C channels, as x has.",
        lambda x: _shift_det(x)[:, :: max(1, x.shape[1] // 4)],
    ),
]
