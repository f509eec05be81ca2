"""What goes wrong in folding a shift into a kernel."""

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from dynconv_lite.course.case import Function, Hint, Mistake
from dynconv_lite.course.checks.ch07.moving import Outside, move
from dynconv_lite.jitter import DIRECTIONS

Step = tuple[int, int]


def placed(
    weight: Tensor, direction: Sequence[int], steps: Sequence[Step] = DIRECTIONS, axis: int = 1
) -> Tensor:
    """Lay every 3x3 kernel into a 5x5 one, against its channel's step.

    Args:
        weight: (O, C, 3, 3).
        direction: an index into `steps` for every entry along the axis.
        steps: (dy, dx) of each direction.
        axis: 1 for input channels, 0 for output channels.
    """
    kernel = F.pad(weight, (1, 1, 1, 1)).movedim(axis, 0)
    moved = []
    for taps, d in zip(kernel, direction, strict=True):
        dy, dx = steps[d]
        moved.append(move(taps, -dy, -dx))
    return torch.stack(moved).movedim(0, axis)


def _with_steps(steps: Sequence[Step]) -> Function:
    return lambda weight, direction: placed(weight, direction.tolist(), steps)


def _with_weight(change: Callable[[Tensor], Tensor]) -> Function:
    """Return the mistake of changing the 3x3 kernel before it is moved."""
    return lambda weight, direction: placed(change(weight), direction.tolist())


def _with_result(change: Callable[[Tensor], Tensor]) -> Function:
    return lambda weight, direction: change(placed(weight, direction.tolist()))


def _always(direction: int) -> Function:
    return lambda weight, _: placed(weight, [direction] * weight.shape[1])


def _output_axis(weight: Tensor, direction: Tensor) -> Tensor:
    """Take the directions for those of the output channels, as far as there are any."""
    ways = direction.tolist()[: len(weight)]
    if len(ways) < len(weight):
        raise IndexError("more output channels than directions")
    return placed(weight, ways, axis=0)


def _within(outside: Outside, sign: int) -> Function:
    """Return the mistake of moving the taps inside of the 3x3 kernel, and padding it then."""

    def fold_shift(weight: Tensor, direction: Tensor) -> Tensor:
        y = torch.empty_like(weight)
        for c, d in enumerate(direction.tolist()):
            dy, dx = DIRECTIONS[d]
            y[:, c] = move(weight[:, c], sign * dy, sign * dx, outside)
        return F.pad(y, (1, 1, 1, 1))

    return fold_shift


UP, DOWN, LEFT, RIGHT = DIRECTIONS
INSIDE: list[tuple[Outside, str]] = [
    ("circular", "those that leave it come in at the other side"),
    ("zeros", "those that leave it are lost"),
]
HINTS = [
    Hint(
        "direction[c] is a tensor, which is no key of a dict: take int(direction[c]), or "
        "direction.tolist().",
        "KeyError: tensor",
    )
]
MISTAKES = [
    Mistake(
        "The kernel moves with its channel. It has to move the other way, to where the channel "
        "came from: what a channel that moved up shows at row i was at row i + 1, so its taps go "
        "down.",
        _with_steps([(-dy, -dx) for dy, dx in DIRECTIONS]),
    ),
    Mistake(
        "The vertical moves have the wrong sign: the taps of a channel that moves up go down.",
        _with_steps([DOWN, UP, LEFT, RIGHT]),
    ),
    Mistake(
        "The horizontal moves have the wrong sign: the taps of a channel that moves left go to the "
        "right.",
        _with_steps([UP, DOWN, RIGHT, LEFT]),
    ),
    Mistake(
        "Rows and columns are swapped: directions 0 and 1 (up, down) move the taps along axis 2, "
        "directions 2 and 3 (left, right) along axis 3.",
        _with_steps([LEFT, RIGHT, UP, DOWN]),
    ),
    Mistake(
        "Rows and columns are swapped, and the taps move with their channel: those of a channel "
        "that moves up go down, along axis 2.",
        _with_steps([RIGHT, LEFT, DOWN, UP]),
    ),
    Mistake(
        "The directions are taken for those of the output channels. It is the input channels that "
        "have moved: kernel[:, c] moves by direction[c].",
        _output_axis,
    ),
    Mistake(
        "The kernel is padded to 5x5, but its taps have not moved.",
        _with_steps([(0, 0)] * 4),
    ),
    Mistake(
        "All zeros are at the bottom and at the right, whatever the direction. Where they go "
        "depends on it: a channel that moves up has its taps in rows 2 to 4 and columns 1 to 3.",
        _with_steps([(1, 1)] * 4),
    ),
    Mistake(
        "All zeros are at the top and at the left, whatever the direction. Where they go depends "
        "on it: a channel that moves down has its taps in rows 0 to 2 and columns 1 to 3.",
        _with_steps([(-1, -1)] * 4),
    ),
    Mistake(
        "The taps have moved in the right direction, but they begin in the kernel's corner: across "
        "their direction they stay in the middle, in rows or columns 1 to 3.",
        _with_steps([(-1, 1), (1, 1), (1, -1), (1, 1)]),
    ),
    *(
        Mistake(
            f"The taps are moved inside of the 3x3 kernel, where {what}, and padded only then. Pad "
            "to 5x5 first, then move.",
            _within(outside, sign),
        )
        for outside, what in INSIDE
        for sign in (-1, 1)
    ),
    Mistake(
        "The kernel is flipped. Move its taps, and leave their order as it is.",
        _with_weight(lambda w: w.flip(2, 3)),
    ),
    Mistake(
        "The kernel is flipped, after it has moved. Move its taps, and leave their order as it is.",
        _with_result(lambda k: k.flip(2, 3)),
    ),
    Mistake(
        "The kernel is transposed. Move its taps, and leave their order as it is.",
        _with_weight(lambda w: w.mT),
    ),
    Mistake(
        "The taps move by two pixels, and leave the kernel. A channel moves by one.",
        _with_steps([(2 * dy, 2 * dx) for dy, dx in DIRECTIONS]),
    ),
    Mistake(
        "Every channel gets the mean of the moved and the unmoved kernel, which is a shift by half "
        "a pixel. Take the moved one.",
        lambda w, d: (F.pad(w, (1, 1, 1, 1)) + placed(w, d.tolist())) / 2,
    ),
    Mistake(
        "Every channel gets the mean over all four directions, a blurred kernel. Channel c moves "
        "in direction[c] alone.",
        lambda w, d: torch.stack([_always(way)(w, d) for way in range(4)]).mean(0),
    ),
    Mistake(
        "All channels move in the first one's direction. Channel c moves in direction[c].",
        lambda w, d: placed(w, d.tolist()[:1] * w.shape[1]),
    ),
    Mistake(
        "All channels move in the last one's direction. Channel c moves in direction[c].",
        lambda w, d: placed(w, d.tolist()[-1:] * w.shape[1]),
    ),
    Mistake(
        "The channels move by quarters, whatever `direction` says.",
        lambda w, d: placed(w, [c * 4 // w.shape[1] for c in range(w.shape[1])]),
    ),
    Mistake(
        "The channels move in turn, up, down, left, right, whatever `direction` says.",
        lambda w, d: placed(w, [c % 4 for c in range(w.shape[1])]),
    ),
    Mistake(
        "Only the first output channel is filled. Move the taps of all of them.",
        _with_result(lambda k: k * (torch.arange(len(k)) == 0).to(k.dtype)[:, None, None, None]),
    ),
    Mistake(
        "Only the first input channel is filled. Move the taps of all of them.",
        _with_result(lambda k: k * (torch.arange(k.shape[1]) == 0).to(k.dtype)[:, None, None]),
    ),
    Mistake(
        "The input channels are summed. The kernel keeps them apart: (O, C, 5, 5).",
        _with_result(lambda k: k.sum(1, keepdim=True)),
    ),
    Mistake(
        "Input and output channels have changed places: the kernel is (O, C, 5, 5).",
        _with_result(lambda k: k.transpose(0, 1)),
    ),
    Mistake(
        "The kernel is still 3x3. A shift by one pixel needs one more on each side: (O, C, 5, 5).",
        _with_result(lambda k: k[:, :, 1:4, 1:4]),
    ),
]
